"""One process of a hall, as tests start them: ``python -m tests.hall_process TASK STORE ...``.

Everything it does is acknowledged on standard output before it goes on, one JSON object a line.
A pipe's write is whole or not there, so what a killed process has acknowledged can be read.
"""

import json
import os
import sys
import time
from pathlib import Path

from db.store import Store
from hallclient.actions import calling, serving, tickets, windows
from hallclient.actions.acting import Actor
from hallclient.rules.errors import Refused


def say(**said: object) -> None:
    os.write(1, json.dumps(said).encode() + b"\n")


def wait_for_start() -> None:
    """All begin together: whoever started us closes the pipe when all are ready."""
    say(ready=os.getpid())
    sys.stdin.readline()


def work(store: Store, window: str, operator: str) -> None:
    """Call next, start, finish, until nobody waits; first find what a former life has left."""
    who = Actor(operator, "clerk", window)
    windows.open_window(store, who)
    wait_for_start()
    while True:
        before = time.perf_counter()
        try:
            called = calling.call_next(store, who)
        except Refused as refusal:
            say(end=refusal.code)
            return
        took = time.perf_counter() - before
        say(
            called=called.leg.id, number=called.leg.number, again=called.again,
            state=called.leg.state, took=took,
        )  # fmt: skip
        if called.leg.state == "called":
            calling.start(store, who)
            say(started=called.leg.id)
        serving.finish(store, who)
        say(finished=called.leg.id)


def take(store: Store, item: str, count: int) -> None:
    wait_for_start()
    for _ in range(count):
        ticket = tickets.take(store, Actor("a01", "agent"), tickets.Request([item]))
        say(number=ticket.number)


def once(store: Store, item: str, identity: str) -> None:
    """One number for one person; another process asks for the same."""
    wait_for_start()
    request = tickets.Request([item], person={"identity": identity})
    try:
        say(number=tickets.take(store, Actor("a01", "agent"), request).number)
    except Refused as refusal:
        say(refused=refusal.code, has=refusal.params.get("number"))


def main() -> None:
    task, path, *rest = sys.argv[1:]
    with Store.open(Path(path)) as store:
        if task == "work":
            work(store, rest[0], rest[1])
        elif task == "take":
            take(store, rest[0], int(rest[1]))
        elif task == "once":
            once(store, rest[0], rest[1])
        else:
            raise SystemExit(f"no such task: {task}")


if __name__ == "__main__":
    main()
