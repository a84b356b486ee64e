"""The form screen on a given store and filing, at the first holder's amount."""

from __future__ import annotations

import sys
from pathlib import Path

from bench import form_data
from bench.fill import CLERK
from hallclient.actions.filing_view import open_filing
from screens.app import HallApp
from screens.form import FormScreen
from screens.session import Session


def show(app: HallApp, filing: str) -> None:
    """Open a filing on the screen."""
    screen = FormScreen(CLERK, open_filing(app.session.store, CLERK, filing))

    def to_holders() -> None:
        screen.go_to_cell((screen.model.state.row_at(form_data.HOLDER, 0), "h_sub"))

    app.push_screen(screen)
    screen.call_after_refresh(to_holders)


def main(path: Path, filing: str) -> None:
    session = Session(path, make_env=form_data.make_env)
    app = HallApp(session, who=CLERK, on_ready=lambda: show(app, filing))
    try:
        app.run()
    finally:
        session.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
