"""A grid over made-up rows, for tests that press keys and look."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from textual.app import App, ComposeResult
from textual.message import Message
from textual.screen import Screen

from hallclient.rules.scan import ScanKind
from screens.widgets.choices import Option
from screens.widgets.field import Field
from screens.widgets.gate import ScanGate
from screens.widgets.grid import FormGrid
from screens.widgets.grid_parts import (
    FAR,
    CellEdit,
    CellView,
    GridColumn,
    GridSource,
    onward,
)
from screens.widgets.grid_told import Told

NATIONS = [Option(f"n{place}", f"民{place:02d}族") for place in range(12)]
CHOICES = {
    "sex": [Option("m", "男"), Option("f", "女")],
    "nation": NATIONS,
    "duty": [Option("a", "董事"), Option("b", "监事"), Option("c", "经理")],
    "kind": [Option("x", "甲"), Option("y", "乙", "今天不能选"), Option("z", "丙")],
}
COLUMNS = (
    GridColumn("name", "姓名", 8),
    GridColumn("number", "证件号码", 18),
    GridColumn("sex", "性别", 4),
    GridColumn("share", "比例", 6, align="right"),
    GridColumn("nation", "民族", 8),
    GridColumn("duty", "职务", 12),
    GridColumn("kind", "类别", 6),
    GridColumn("extra", "补充", 10),
    GridColumn("note", "备注", 20),
)
PERSON = frozenset({ScanKind.RESIDENT_ID})


class Rows:
    """A repeat: a row has a key and texts; `share` is calculated, `extra` needs a sex."""

    def __init__(self, n: int, columns: Sequence[GridColumn] = COLUMNS) -> None:
        self.shown = list(columns)
        self.keys = [f"r{place}" for place in range(n)]
        self.texts: dict[str, dict[str, str]] = {
            key: {"name": f"名{place}"} for place, key in enumerate(self.keys)
        }
        self.takes: dict[str, frozenset[ScanKind]] = {"number": PERSON}
        self.taken: list[tuple[str, str, str]] = []
        self.asked: list[tuple[int, int]] = []

    def insert(self, at: int, key: str) -> None:
        self.keys.insert(at, key)
        self.texts[key] = {}

    def head(self) -> GridColumn:
        return GridColumn("", "序号", 9)

    def columns(self) -> Sequence[GridColumn]:
        return self.shown

    def count(self) -> int:
        return len(self.keys)

    def key(self, row: int) -> str:
        return self.keys[row]

    def index_of(self, key: str) -> int | None:
        return self.keys.index(key) if key in self.keys else None

    def label(self, row: int) -> CellView:
        return CellView(f"{row + 1:>4} {self.text(row, 'name')}")

    def text(self, row: int, name: str) -> str:
        return self.texts[self.keys[row]].get(name, "")

    def cell(self, row: int, column: int) -> CellView:
        self.asked.append((row, column))
        name = self.shown[column].key
        text = self.text(row, name)
        if name == "share":
            return CellView("12.5", "calculated")
        if name == "extra" and not self.text(row, "sex"):
            return CellView(text, "dim")
        if name == "name" and not text:
            return CellView("", "missing")
        labels = {option.key: option.label for option in CHOICES.get(name, ())}
        return CellView("、".join(labels.get(key, key) for key in text.split(",")))

    def fillable(self, row: int, column: int) -> bool:
        name = self.shown[column].key
        return name != "share" and (name != "extra" or bool(self.text(row, "sex")))

    def needed_after(self, row: int, column: int) -> tuple[int, int] | None:
        enter = [at for at, one in enumerate(self.columns()) if one.enter]
        after = islice(onward(self.count(), enter, row, column, 1), FAR)
        return next((at for at in after if self.fillable(*at)), None)

    def editing(self, row: int, column: int) -> CellEdit:
        name = self.shown[column].key
        text = self.text(row, name)
        if name == "share":
            return CellEdit("12.5", locked="算出来的")
        if name in CHOICES:
            return CellEdit(text, "multi" if name == "duty" else "choice")
        if name == "number":
            return CellEdit(text, fold=True, limit=18, takes=self.takes["number"])
        return CellEdit(text)

    def options(self, row: int, column: int, typed: str) -> Sequence[Option]:
        found = CHOICES.get(self.shown[column].key, [])
        return [option for option in found if typed in option.label]

    def take(self, row: int, column: int, text: str, seen: str) -> None:
        name = self.shown[column].key
        self.taken.append((self.keys[row], name, text))
        self.texts[self.keys[row]][name] = text


class Fields(Rows):
    """A section outside repeats: the fields of one row, one below the other, with remarks."""

    def __init__(self) -> None:
        super().__init__(1)
        self.fields = list(COLUMNS)
        self.shown = [
            GridColumn("value", "填写", 12, flex=2),
            GridColumn("remark", "说明", 8, flex=1, enter=False),
        ]
        self.inner = Rows(1)
        self.taken = self.inner.taken

    def count(self) -> int:
        return len(self.fields)

    def key(self, row: int) -> str:
        return self.fields[row].key

    def index_of(self, key: str) -> int | None:
        return next((at for at, one in enumerate(self.fields) if one.key == key), None)

    def label(self, row: int) -> CellView:
        return CellView(self.fields[row].title)

    def cell(self, row: int, column: int) -> CellView:
        if column:
            return CellView("必填" if row == 1 else "", "missing" if row == 1 else "")
        return self.inner.cell(0, row)

    def fillable(self, row: int, column: int) -> bool:
        return self.inner.fillable(0, row)

    def editing(self, row: int, column: int) -> CellEdit:
        return self.inner.editing(0, row)

    def options(self, row: int, column: int, typed: str) -> Sequence[Option]:
        return self.inner.options(0, row, typed)

    def take(self, row: int, column: int, text: str, seen: str) -> None:
        self.inner.take(0, row, text, seen)


class FormScreen(Screen[None]):
    """What a form's screen does with the grid: it remembers what it was told."""

    AUTO_FOCUS = "CellEditor"
    CSS = "Field#other { height: 1; }"

    def __init__(self, source: GridSource) -> None:
        super().__init__()
        self.source = source
        self.grid = FormGrid(source, empty="没有[/]行", id="grid")
        self.other = Field(id="other")
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.grid
        yield self.other

    def keep(self, event: Message) -> None:
        assert not isinstance(event, Told) or event.control is self.grid
        self.told.append(event)

    on_form_grid_moved = keep
    on_form_grid_typing = keep
    on_form_grid_wants_choice = keep
    on_form_grid_committed = keep
    on_form_grid_abandoned = keep
    on_form_grid_pasted_block = keep
    on_form_grid_read = keep
    on_form_grid_locked = keep
    on_field_scanned = keep
    on_field_notice = keep
    on_scanned = keep

    def on_form_grid_ended(self, event: FormGrid.Ended) -> None:
        self.keep(event)
        source = self.source
        if event.step > 0 and type(source) is Rows:
            source.insert(len(source.keys), f"new{len(source.keys)}")
            self.grid.reload()
            assert self.grid.goto(source.keys[-1], source.shown[0].key)


class _Shown:
    """An app whose first screen is a form's."""

    def __init__(self, source: Rows) -> None:
        super().__init__()
        self.source = source
        self.form = FormScreen(source)

    def get_default_screen(self) -> FormScreen:
        return self.form

    @property
    def grid(self) -> FormGrid:
        return self.form.grid

    def all(self, kind: type[Message]) -> list[Any]:
        """What was told of one kind."""
        return [message for message in self.form.told if isinstance(message, kind)]

    def last(self, kind: type[Message]) -> Any:
        return self.all(kind)[-1]


SMALL = (60, 12)


class GridApp(_Shown, App[None]):
    """A plain app: nothing helps the grid with the order of keys."""


class GateApp(_Shown, ScanGate):
    """An app of the house: it keeps scans away from keys."""


def at(app: _Shown) -> tuple[str, str]:
    """The cell of the cursor."""
    assert app.grid.place is not None
    row, column = app.grid.place
    return row, column
