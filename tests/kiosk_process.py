"""One kiosk as a process of its own: ``python -m tests.kiosk_process STORE PLACE COUNT LINE...``.

Each number is acknowledged on standard output before the next is taken, one JSON object a line.
"""

import json
import os
import sys
from pathlib import Path

from db.store import Store
from hallclient.actions import kiosk
from hallclient.actions.acting import Actor
from hallclient.actions.forecasting import Promise
from hallclient.actions.hall import hall_of
from hallclient.actions.kiosk import Wish
from hallclient.rules.card import Card, born_of
from tests.cards import identity


def say(**said: object) -> None:
    os.write(1, json.dumps(said).encode() + b"\n")


def main() -> None:
    path, place, count, *lines = sys.argv[1:]
    with Store.open(Path(path)) as store:
        who = Actor("k01", "kiosk")
        hall = hall_of(store)
        items = [next(hall.items_of(line)).code for line in lines]
        say(ready=os.getpid())
        sys.stdin.readline()
        for turn in range(int(count)):
            # Some have a card; nobody comes twice.
            number = identity(f"19{40 + int(place)}-01-01", turn) if turn % 10 == 0 else ""
            card = Card(number, born_of(number)) if number else None
            wish = Wish((items[turn % len(items)],), card=card)
            # What the visitor sees before; then the number.
            told = kiosk.expected(store, wish) if turn % 25 == 0 else None
            say(number=kiosk.take(store, who, wish, told or Promise(0, 0, 0)).number)


if __name__ == "__main__":
    main()
