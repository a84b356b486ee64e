"""A form with thousands of holders: an edit, a pasted table, opening it, and what others take.

What only computes is told in processor time of its thread; what waits for the disk or for a
frame, by the clock.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import cycle, pairwise

from bench import form_data, form_frames, form_rivals, form_whole, form_widgets
from bench.figure import Figure, Run, median, ms, ratio, share
from bench.fill import CLERK
from bench.floor import Floor, written
from db.store import Store
from hallclient.actions import filing_edit, filing_undo, filing_view, sheet_files
from hallclient.actions.sheet_words import words
from hallclient.rules.form.entering import enter
from hallclient.rules.form.table.columns import match
from hallclient.rules.form.table.intake import Mode, preview

HOLDERS, FEW, PASTED = 5000, 50, 300
EDIT, FLAT = 2.0, 1.5
PASTE_S, WHOLE_S = 0.1, 0.4
BLOCK = 20
AMOUNTS = ("\uff12", "1")
"""Typed in turns, one in full width: to normalise it is part of an edit."""


def measure(run: Run) -> Iterator[Figure]:
    path = run.folder / "forms.db"
    with form_data.create(path) as store:
        filing = form_data.begin(store, HOLDERS)
        yield from _edit(run, store, filing)
        yield from form_rivals.measure(run, HOLDERS)
        yield from form_whole.measure(run, store, filing, HOLDERS)
        yield from _paste(run, store)
        shown = PASTED // 5 if run.quick else PASTED
        few = form_data.begin(store, shown)
    yield from form_frames.measure(run, path, filing, HOLDERS)
    yield from form_widgets.measure(run, path, filing, few, shown)


class _Typist:
    """Types amounts into one holder after the other of a filing that is open."""

    def __init__(self, store: Store, filing: str) -> None:
        self.store, self.filing = store, filing
        self.state = filing_view.open_filing(store, CLERK, filing).state
        self._rows = cycle(self.state.rows(form_data.HOLDER))
        self._row = ""
        self.edit: list[float] = []
        self.rules: list[float] = []
        self.journal: list[float] = []

    def type(self) -> None:
        """Another amount into the next holder, and the right one again."""
        self._row = next(self._rows)
        for typed in AMOUNTS:
            begin = time.perf_counter()
            edits = enter(self.state, self._row, "h_sub", typed, self.store.env.new_id)
            judging = time.thread_time()
            self.state.apply(edits)
            judged = time.thread_time()
            journal = time.perf_counter()
            filing_edit.edit(self.store, CLERK, self.filing, edits)
            end = time.perf_counter()
            self.edit.append(end - begin)
            self.rules.append(judged - judging)
            self.journal.append(end - journal)


def _edit(run: Run, store: Store, filing: str) -> Iterator[Figure]:
    many, few = _Typist(store, filing), _Typist(store, form_data.begin(store, FEW))
    many.type()
    sizes = written(store)
    floor = Floor(run.folder / "forms-floor.db")
    bare: list[float] = []
    for _ in range(run.times(1000) // BLOCK):  # in turns, as in `call`
        for typist in (many, few):
            for _ in range(BLOCK // 2):
                typist.type()
        bare += [floor.commit(sizes) for _ in range(BLOCK)]
    floor.close()
    figure = ratio(f"edit a field, {HOLDERS:,} holders: normalised, all rules, journal",
                   median(many.edit), median(bare), EDIT,
                   p99_s=share(many.edit, 0.99), floor_p99_s=share(bare, 0.99))  # fmt: skip
    figure.value += f" (p99 {ms(share(many.edit, 0.99))})"
    figure.floor += f" (p99 {ms(share(bare, 0.99))})"
    yield figure
    yield ratio(f"  flat: against {FEW} holders", median(many.edit), median(few.edit), FLAT)
    yield ratio("  its journal alone", median(many.journal), median(bare), EDIT)
    figure = ratio(f"  its rules alone (processor), against {FEW} holders",
                   median(many.rules), median(few.rules), FLAT)  # fmt: skip
    yield figure


def _paste(run: Run, store: Store) -> Iterator[Figure]:
    """Partners pasted below two, and taken back."""
    filing = form_data.begin(store, 2, capital=PASTED + 2)
    state = filing_view.open_filing(store, CLERK, filing).state
    section, text = state.program.layout.sections[form_data.HOLDER], form_data.table(2, PASTED)
    floor = Floor(run.folder / "paste-floor.db")
    laps: list[list[float]] = []
    bare: list[float] = []
    for _ in range(5 if run.quick else 50):
        marks = [time.perf_counter()]
        sheet = sheet_files.from_text(text, "")
        matching = match(sheet, section, state.form, words())
        marks.append(time.perf_counter())
        shown = preview(
            state, section.id, sheet, matching, words(), Mode.APPEND, store.env.new_id
        )  # fmt: skip
        marks.append(time.perf_counter())
        state.apply(shown.edits)
        marks.append(time.perf_counter())
        filing_edit.edit(store, CLERK, filing, shown.edits, source="paste")
        marks.append(time.perf_counter())
        bare.append(floor.commit(written(store)))
        back = time.perf_counter()
        state.apply(filing_undo.undo(store, CLERK, filing).edits)
        marks.append(marks[-1] + time.perf_counter() - back)
        assert len(shown.rows) == PASTED, "the table is not understood"
        assert not shown.bad, "the table is not understood"
        laps.append([end - begin for begin, end in pairwise(marks)])
    floor.close()
    least = median(bare)
    parts = [median(part) for part in zip(*laps, strict=True)]

    def figure(name: str, value: float, goal: float) -> Figure:
        return Figure(name, ms(value), ms(least), f"{value / least:.1f} x", f"<= {ms(goal)}",
                      value <= goal, {"value_s": value, "floor_s": least})  # fmt: skip

    step = [lap[2] + lap[3] for lap in laps]
    yield figure(f"paste {PASTED} holders: one step, all rules, one commit", median(step), PASTE_S)
    yield figure("  its rules", parts[2], PASTE_S)
    yield figure("  its commit", parts[3], PASTE_S)
    yield figure("  taken back: one undo, all rules, one commit", parts[4], PASTE_S)
    yield figure("  before it: text to sheet to fields", parts[0], PASTE_S)
    yield figure("  before it: every line shown with what all rules say", parts[1], PASTE_S)
    whole = [sum(lap) for lap in laps]
    yield figure("  from the text until it is taken back", median(whole), WHOLE_S)
