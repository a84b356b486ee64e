"""The same edit judged by others, who judge a whole document again after each change.

The document holds the form's holders (`form_data.document`) and what can be said of each of them:
types, lengths, patterns, choices, dates. What concerns all of them, the sum, who stands twice, the
order of dates, is Python beside it. The others know none of the form's further rules, no check
digits, and write nothing: so they stand beside the form's rules alone, in processor time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

from bench import form_data, form_schema
from bench.figure import Figure, Run, median, ms
from hallclient.rules.form.edits import Put


def measure(run: Run, holders: int) -> Iterator[Figure]:
    from bench import form_pydantic

    document, middle = form_data.document(holders), holders // 2
    edited = document["holders"][middle]
    state = form_data.state(holders)
    row = state.row_at(form_data.HOLDER, middle)
    rivals: dict[str, tuple[int, Callable[[Any], int]]] = {
        "jsonschema, the whole document": (10, form_schema.whole()),
        "pydantic, the whole document": (50, form_pydantic.whole),
        "pydantic, one holder and what concerns all": (
            200, form_pydantic.one_holder(document, middle)
        ),
    }  # fmt: skip
    for name, (times, judge) in rivals.items():
        ours: list[float] = []
        theirs: list[float] = []
        amounts = cycle((2, 1))
        for _ in range(run.times(times)):
            amount = edited["subscribed"] = next(amounts)
            begin = time.thread_time()
            found = judge(document)
            between = time.thread_time()
            state.apply([Put(row, "h_sub", str(amount))])
            wrong = state.problems()
            ours.append(time.thread_time() - between)
            theirs.append(between - begin)
            assert bool(found) == bool(wrong) == (amount == 2), (name, found, wrong)
        yield against(
            f"rules after an edit, {holders:,} holders, and {name} (processor)",
            median(ours), median(theirs),
        )  # fmt: skip


def against(name: str, ours: float, theirs: float) -> Figure:
    """Ours beside theirs; the goal is to be quicker."""
    times = theirs / ours
    said = f"1 : {times:,.0f}" if times >= 10 else f"1 : {times:.1f}"
    return Figure(name, ms(ours), ms(theirs), said, ">= 1 : 1", ours <= theirs,
                  {"value_s": ours, "theirs_s": theirs, "ratio": ours / theirs})  # fmt: skip
