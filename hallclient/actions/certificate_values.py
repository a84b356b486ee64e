"""What a certificate's fields say: from the form, the applicant, the decision; else the clerk.

Entered once: what a source knows cannot be typed over here, it is corrected where it stands. A
certificate is in Chinese, so choices are said by their Chinese labels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from db.store import Row, Store
from hallclient.actions.acting import Action
from hallclient.actions.case_form import filing_of
from hallclient.actions.case_rows import CaseDraft
from hallclient.actions.case_title import FIELDS
from hallclient.actions.cases import applicant_in
from hallclient.actions.certificate_rows import SAME_HOLDER, holder
from hallclient.actions.filing_view import load
from hallclient.rules.catalogue import Hall
from hallclient.rules.certificate.files_source import is_word
from hallclient.rules.certificate.spec import CAPITALS, DAY, CertificateKind, FaceField
from hallclient.rules.certificate.states import ENDED
from hallclient.rules.errors import Refused
from hallclient.rules.form.edits import SINGLE
from hallclient.rules.form.state import State
from hallclient.rules.text import clean

FORM, APPLICANT, ITEM, KIND, DECISION = "form", "applicant", "item", "kind", "decision"
"""What a source begins with; ``form:a+b`` joins fields, rows of a table are joined by a mark, words
in quotes (`is_word`) follow what was said.
"""
_BETWEEN: Final = "\uff1b"
_LONGEST: Final = 4000


class Sources:
    """The sources of one case, each read when it is first asked."""

    def __init__(self, tx: Action, row: Row, day: str = "") -> None:
        """``day``: of the decision, ISO; empty: today's."""
        self._tx = tx
        self._row = row
        self._state: State | None = None
        self._ask: Mapping[str, Callable[[str], str]] = {
            FORM: self._form,
            APPLICANT: self._applicant,
            ITEM: self._item,
            KIND: lambda kind: earlier(tx.store, row, kind),
            DECISION: lambda _: day or tx.day,
        }

    def read(self, source: str) -> str:
        """What a source says; empty: nothing."""
        begin, _, rest = source.partition(":")
        return self._ask[begin](rest) if begin in self._ask else ""

    def _form(self, names: str) -> str:
        filing = filing_of(self._tx.store, self._row)
        if filing is None:
            return ""
        if self._state is None:
            self._state = load(self._tx.store, filing).state
        state = self._state
        said = ""
        for part in names.split("+"):
            # A word stands only after what it belongs to.
            said += (part[1:-1] if said else "") if is_word(part) else _said(state, part)
        return said

    def _applicant(self, name: str) -> str:
        whose = applicant_in(self._tx.store, self._row)
        return str(getattr(whose, name)) if name in FIELDS else ""

    def _item(self, _: str) -> str:
        hall: Hall = self._tx.hall
        item = hall.items.get(self._row["item"])
        return item.zh if item is not None else ""


def _said(state: State, name: str) -> str:
    """What a field of the form says on paper; of a table every row."""
    if name not in state.program.layout.fields:
        return ""
    section = state.program.layout.sections[state.field(name).section]
    rows = state.rows(section.id) if section.repeat else [SINGLE]
    said = (_cell(state, row, name) for row in rows)
    return _BETWEEN.join(dict.fromkeys(filter(None, said)))


def _cell(state: State, row: str, name: str) -> str:
    from hallclient.rules.form.shape import machine

    value = machine(state, row, state.field(name))
    if isinstance(value, dict):
        # Money in fen, or a choice.
        return str(value.get("amount", value.get("label", "")))
    return "" if value is None else str(value)


def values_in(
    tx: Action, row: Row, kind: CertificateKind, given: Mapping[str, str], day: str = ""
) -> dict[str, str]:
    """What every field of a kind says, an ISO day and fen where they are such; given for the rest.

    Raises ``face-no-field``, ``face-from`` (a source knows it), ``face-long``, ``face-day``,
    ``face-money``.
    """
    sources = Sources(tx, row, day)
    for name in given:
        if name not in kind.field:
            raise Refused("face-no-field", field=name, name=name, kind=kind)
    found = {}
    for one in kind.fields:
        told = clean(sources.read(one.source), multiline=True).strip()
        said = clean(given.get(one.id, ""), multiline=True).strip()
        if told and said and said != told:
            raise Refused("face-from", field=one.id, face=one)
        found[one.id] = checked(one, told or said or one.text)
    return found


def checked(field: FaceField, text: str) -> str:
    """A value as it is kept. Raises ``face-long``, ``face-day``, ``face-money``."""
    if len(text) > _LONGEST:
        raise Refused("face-long", field=field.id, face=field, longest=_LONGEST)
    if text and field.type == DAY:
        from datetime import date

        try:
            return date.fromisoformat(text).isoformat()
        except ValueError as error:
            raise Refused("face-day", field=field.id, face=field, day=text) from error
    if text and field.type == CAPITALS and not (text.isdecimal() and len(text) < 18):
        raise Refused("face-money", field=field.id, face=field, amount=text)
    return text


def missing(kind: CertificateKind, values: Mapping[str, str]) -> tuple[FaceField, ...]:
    """What must be said still before it can be sealed."""
    return tuple(one for one in kind.fields if one.required and not values.get(one.id))


def earlier(store: Store, case: Row, kind: str) -> str:
    """The code of the one certificate of a kind that this applicant has; none or several: empty.

    Three permits together (三证同办): the building's permit names the land's.
    """
    found = earlier_ones(store, case, kind)
    return found[0] if len(found) == 1 else ""


def earlier_ones(store: Store, case: Row, kind: str) -> list[str]:
    """The codes of the certificates of a kind that this applicant has."""
    marks = ", ".join("?" for _ in ENDED)
    rows = store.rows(
        "SELECT DISTINCT code FROM certificate JOIN case_file ON case_file.id = case_file "
        f"WHERE certificate.kind = ? AND code IS NOT NULL AND certificate.state NOT IN ({marks}) "
        f"AND {SAME_HOLDER}",
        kind,
        *sorted(ENDED),
        *holder(case),
    )
    return [str(row["code"]) for row in rows]


def copies_wanted(draft: CaseDraft, source: str) -> int:
    """How many copies the applicant asked for; 0: nothing was said."""
    said = Sources(draft.tx, draft.row).read(source) if source else ""
    return int(said) if said.isdecimal() else 0
