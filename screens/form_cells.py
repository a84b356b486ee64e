"""A cell of a form as it is shown, edited and chosen in the grid."""

from __future__ import annotations

from functools import lru_cache

from hallclient.actions.pinyin import syllables
from hallclient.form_words import label, text_said
from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.entering import editable
from hallclient.rules.form.preview import masked
from hallclient.rules.form.program import Program
from hallclient.rules.form.spec import Field, Level, Type
from hallclient.rules.form.state import State
from hallclient.rules.form.values import FOLDED
from hallclient.rules.scan import ScanKind
from hallclient.rules.search import Entry, Kind, SearchIndex
from hallclient.rules.text import mask_id
from hallclient.texts import t
from hallclient.words import word
from screens.form_lines import written_at
from screens.form_model import FormModel
from screens.keys import current
from screens.widgets.choices import Option
from screens.widgets.grid_parts import CellEdit, CellView

YES_NO = ("yes", "no")
PERSONS = 200
"""So many persons of the roster are offered; typing a name or number narrows them."""

_LABELLED = frozenset({Type.CHOICE, Type.MULTI, Type.LIST, Type.BOOL})
_TAKES: dict[Type, frozenset[ScanKind]] = {
    Type.ID: frozenset({ScanKind.RESIDENT_ID, ScanKind.USCC}),
    Type.PERSON: frozenset({ScanKind.RESIDENT_ID}),
    Type.USCC: frozenset({ScanKind.USCC}),
}


def shown(state: State, row: str, name: str) -> str:
    """What a cell shows: labels for codes, names for persons, numbers and addresses masked.

    Names stay readable: who fills in a form has to see whose row it is. What is no number at all
    is shown as it is, so that it can be mended.
    """
    field, text = state.field(name), state.text(row, name)
    if not text:
        return ""
    if field.type is Type.PERSON:
        return person_name(state, text)
    if field.type in _LABELLED:
        return text_said(state.form, field, text)
    if field.personal and field.type is not Type.TEXT and state.wrong(row, name) is None:
        return masked(field, text)
    return text


def person_name(state: State, person: str) -> str:
    """The name of somebody of the roster; what is written there when it is nobody."""
    roster = state.program.layout.sections.get(state.program.roster)
    if roster is None or state.section_of(person) != roster.id:
        return person
    return state.text(person, roster.label) or t("form.person.unnamed")


def view(model: FormModel, row: str, name: str) -> CellView:
    """A cell as it is painted."""
    state = model.state
    text = shown(state, row, name)
    if (row, name) in model.collisions:
        return CellView(text, "collision")
    if not state.relevant(row, name):
        return CellView(text, "dim")
    worst = state.worst_at(row, name)
    if worst is Level.BLOCK:
        return CellView(text, "missing" if state.missing_at(row, name) else "wrong")
    if worst in (Level.WARN, Level.TOLERABLE):
        return CellView(text, "warn")
    if state.field(name).calculation or kept(model, row, name):
        return CellView(text, "calculated")
    return CellView(text)


def kept(model: FormModel, row: str, name: str) -> bool:
    """Whether what stands here is registered, so that nobody changes it here."""
    cells = model.registered.cells
    return bool(cells) and written_at(model.state, (row, name)) in cells


def needed(model: FormModel, row: str, name: str) -> bool:
    """Whether Enter stops here: it is missing or wrong, and can be typed; or it says who a row is
    about.
    """
    state = model.state
    if not model.open or not state.relevant(row, name) or kept(model, row, name):
        return False
    stops = state.worst_at(row, name) is Level.BLOCK or _names_nobody(state, row, name)
    return stops and editable(state, row, name)


def _names_nobody(state: State, row: str, name: str) -> bool:
    """Whether nobody is chosen here yet, and something is asked of whoever it will be."""
    field = state.field(name)
    if field.type is not Type.PERSON or field.calculation or state.text(row, name):
        return False
    fields = state.program.layout.sections[field.section].fields
    return any(one.via == name and state.missing_at(row, one.id) for one in fields)


def fillable(model: FormModel, row: str, name: str) -> bool:
    """Whether Tab stops here: it can be typed, and is empty or wrong.

    What the counter checks and need not is left to the arrow keys.
    """
    state = model.state
    if not model.open or not state.relevant(row, name) or not editable(state, row, name):
        return False
    if kept(model, row, name):
        return False
    if state.field(name).clerk and state.worst_at(row, name) is None:
        return False
    return not state.text(row, name) or state.worst_at(row, name) is Level.BLOCK


def locked(model: FormModel, row: str, name: str) -> str:
    """Why nothing can be typed here, in words; empty: something can."""
    field = model.state.field(name)
    if not model.open:
        return t("form.locked.closed")
    if (row, name) in model.collisions:
        return t("form.locked.disputed", key=current().first("settle"))
    if field.calculation:
        return t("form.locked.calculated")
    if not model.state.relevant(row, name):
        return t("form.locked.not-asked")
    if kept(model, row, name):
        return _registered(model, row, field)
    if not editable(model.state, row, name):
        return t("form.locked.nobody", field=label(model.state.field(field.via)))
    return ""


def _registered(model: FormModel, row: str, field: Field) -> str:
    """What to do instead: somebody else may be named where the one who is was not registered."""
    reference = model.state.field(field.via) if field.via else None
    if reference is None or reference.calculation:
        return t("form.locked.registered")
    home = row if model.state.program.layout.row_of(reference) else SINGLE
    if kept(model, home, reference.id):
        return t("form.locked.registered")
    return t("form.locked.registered-person", field=label(reference))


def editing(model: FormModel, row: str, name: str) -> CellEdit:
    """What a cell takes."""
    field, text = model.state.field(name), model.state.text(row, name)
    why = locked(model, row, name)
    if field.type in (Type.CHOICE, Type.BOOL, Type.PERSON):
        new, takes = field.type is Type.PERSON, _TAKES.get(field.type, frozenset())
        return CellEdit(text, "choice", why, new=new, takes=takes)
    if field.type is Type.MULTI:
        return CellEdit(text, "multi", why)
    fold = field.type in FOLDED and field.type is not Type.EMAIL
    limit = field.max_length if field.type not in (Type.LIST,) else 0
    return CellEdit(
        text, "text", why, fold=fold, limit=limit, takes=_TAKES.get(field.type, frozenset())
    )


def offered(model: FormModel, row: str, name: str, typed: str) -> list[Option]:
    """What digits choose here: nothing where what stands is registered."""
    return [] if kept(model, row, name) else options(model.state, row, name, typed)


def options(state: State, row: str, name: str, typed: str) -> list[Option]:
    """What digits choose: the options that fit what is typed, all of them for nothing."""
    field = state.field(name)
    if field.type is Type.BOOL:
        known = [(key, word("form.bool", key)) for key in YES_NO]
        return [Option(key, text) for key, text in known if _fits(typed, key, text)]
    if field.type is Type.PERSON:
        return _persons(state, typed)
    if field.type not in (Type.CHOICE, Type.MULTI):
        return []
    choices = {choice.code: choice for choice in state.options(row, name)}
    if not typed.strip():
        return [Option(code, label(choice)) for code, choice in choices.items()]
    found = _index(state.program, field.choices).find(typed, limit=len(choices))
    return [Option(hit.key, label(choices[hit.key])) for hit in found if hit.key in choices]


def _fits(typed: str, *words: str) -> bool:
    return any(word.casefold().startswith(typed.strip().casefold()) for word in words)


def _persons(state: State, typed: str) -> list[Option]:
    roster = state.program.layout.sections.get(state.program.roster)
    if roster is None:
        return []
    number = next((field.id for field in roster.fields if field.type is Type.ID), "")
    sought = typed.strip().casefold()
    found = []
    for person in state.rows(roster.id):
        name = state.text(person, roster.label)
        text = state.text(person, number) if number else ""
        if not sought or sought in name.casefold() or text.casefold().startswith(sought):
            masked = mask_id(text) if text else ""
            found.append(Option(person, f"{name or t('form.person.unnamed')} {masked}".strip()))
            if len(found) == PERSONS:
                break
    return found


@lru_cache(maxsize=64)
def _index(program: Program, dictionary: str) -> SearchIndex:
    """By code, name in both languages, pinyin and initials."""
    entries = []
    for choice in program.form.dictionaries.get(dictionary, ()):
        key = (choice.code,)
        entries.append(Entry(key, choice.zh, syllables(choice.zh), Kind.NAME))
        entries.append(Entry(key, choice.en, "", Kind.NAME))
        entries.append(Entry(key, choice.code, "", Kind.CODE))
    return SearchIndex(entries)
