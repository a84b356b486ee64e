"""One process that fills in a filing, as tests start it.

``python -m tests.filing_process STORE FILING OPERATOR FIELD COUNT``: types COUNT texts into FIELD
(of the form `filekit.small_form`), each acknowledged on standard output after it is durable, one
JSON object a line. ``row``: makes rows and fills them instead.
"""

import json
import os
import sys
from pathlib import Path

from db.store import Store
from hallclient.actions import filing_edit, filing_view
from hallclient.actions.acting import Actor
from hallclient.rules.form.edits import SINGLE, STEP, Add, Put


def say(**said: object) -> None:
    os.write(1, json.dumps(said).encode() + b"\n")


def type_into(store: Store, filing: str, who: Actor, field: str, count: int) -> None:
    """As a screen does it: it begins with what stands there."""
    was = filing_view.open_filing(store, who, filing).state.text(SINGLE, field)
    say(ready=os.getpid())
    sys.stdin.readline()
    for number in range(count):
        text = f"{who.operator} {number}"
        done = filing_edit.edit(store, who, filing, [Put(SINGLE, field, text, was)])
        say(text=text, seq=done.seq, other=[one.other for one in done.collisions])
        if not done.collisions:
            was = text


def add_rows(store: Store, filing: str, who: Actor, count: int) -> None:
    say(ready=os.getpid())
    sys.stdin.readline()
    for number in range(count):
        row = f"{who.operator}x{number}"
        text = f"name {number}"
        first = filing_edit.edit(store, who, filing, [Add("persons", row, number * STEP)])
        say(row=row, seq=first.seq)
        done = filing_edit.edit(store, who, filing, [Put(row, "p_name", text)])
        say(row=row, text=text, seq=done.seq)


def main() -> None:
    path, filing, operator, field, count = sys.argv[1:]
    who = Actor(operator, "clerk", "W01" if operator == "c01" else "")
    with Store.open(Path(path)) as store:
        if field == "row":
            add_rows(store, filing, who, int(count))
        else:
            type_into(store, filing, who, field, int(count))


if __name__ == "__main__":
    main()
