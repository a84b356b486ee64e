"""A certificate on a terminal of its own: ``python -P -m tests.look_process STORE SUBJECT``."""

from __future__ import annotations

import sys
from pathlib import Path

from screens.app import HallApp
from screens.certificate_look import CertificateLook
from screens.session import Session
from tests.moments import HERE


def main() -> None:
    path, subject = sys.argv[1:]
    session = Session(Path(path))

    def begin() -> None:
        app.push_screen(CertificateLook(HERE, app.hall, subject))

    app = HallApp(session, who=HERE, on_ready=begin)
    app.run()
    session.close()


if __name__ == "__main__":
    main()
