"""What is missing or wrong in a case: kept true from materials and form, told all at once."""

from __future__ import annotations

from collections.abc import Iterator

from db.store import Row, Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.case_form import filing_of
from hallclient.actions.case_rows import CaseDraft, case_row
from hallclient.actions.cases import editing
from hallclient.rules.errors import Refused
from hallclient.rules.review import deficiencies as rules
from hallclient.rules.review.deficiencies import CLERK, DEPARTMENT, Wanted
from hallclient.rules.review.facts import CaseFacts
from hallclient.rules.review.materials import MISSING
from hallclient.rules.review.spec import Checklist
from hallclient.rules.text import clean
from hallclient.texts import speaking, t, text_in

MOST = 300
"""So many problems of a form at most are told; a form with more is not ready to be looked at."""


def collect(store: Store, who: Actor, case: str) -> CaseFacts:
    """Make the table say what is true now, form included; what is true then.

    Raises ``no-such-case``, ``case-closed``, ``case-held``.
    """
    with acting(store, who, "material.mark") as tx:
        draft = editing(tx, case)
        collect_in(draft, form=True)
        draft.write("deficiency.opened")
        return draft.facts()


def collect_in(draft: CaseDraft, *, form: bool = False) -> int:
    """Open and close rows so that they say what is true; how many changed.

    ``form``: also what stands in the form, which takes as long as opening it. The caller writes;
    what it collected of materials must be written before.
    """
    facts = draft.facts()
    wanted = {one.key: one for one in rules.of_materials(facts, _notes(draft))}
    wanted = {key: _worded(facts.checklist, one) for key, one in wanted.items()}
    sources = {rules.MATERIAL}
    if form:
        sources |= {rules.FIELD, rules.RULE}
        wanted |= {one.key: one for one in _of_form(draft)}
    changed = 0
    for row in draft.rows("deficiency"):
        if row["closed_at"] is not None or row["source"] not in sources:
            continue
        if wanted.pop((row["source"], row["ref"], row["code"]), None) is None:
            draft.update("deficiency", row, closed_by=draft.tx.actor, closed_at=draft.tx.now)
            changed += 1
    for one in wanted.values():
        open_in(draft, one)
        changed += 1
    return changed


def open_in(draft: CaseDraft, one: Wanted) -> Row:
    """A new row; the caller writes."""
    return draft.insert(
        "deficiency",
        draft.next("deficiency", "d"),
        round=draft.row["round"],
        source=one.source,
        ref=one.ref,
        code=one.code,
        sealed=draft.sealed(text=one.text, how=one.how, text_en=one.text_en, how_en=one.how_en),
        opened_by=draft.tx.actor,
        opened_at=draft.tx.now,
    )


def add(
    store: Store,
    who: Actor,
    case: str,
    *,
    text: str,
    how: str = "",
    source: str = CLERK,
    ref: str = "",
    code: str = "",
) -> Row:
    """Something that a person saw and no list has. Raises ``deficiency-empty``, ``bad-source``; as
    `cases.editing`.
    """
    with acting(store, who, "material.mark") as tx:
        if source not in (CLERK, DEPARTMENT):
            raise Refused("bad-source", field="source", source=source)
        said, mend = (clean(one, multiline=True).strip() for one in (text, how))
        if not said:
            raise Refused("deficiency-empty", field="text")
        draft = editing(tx, case)
        row = open_in(draft, Wanted(source, ref, code or source, said, "", mend, ""))
        draft.write("deficiency.opened", row["id"])
        return row


def close(store: Store, who: Actor, deficiency: str) -> CaseFacts:
    """It is mended. What follows from materials or the form closes by itself.

    Raises ``no-such-deficiency``, ``deficiency-follows``; as `cases.editing`.
    """
    from hallclient.actions.case_moves import automatic_in

    with acting(store, who, "material.mark") as tx:
        found = tx.row("SELECT * FROM deficiency WHERE id = ?", deficiency)
        if found is None or found["closed_at"] is not None:
            raise Refused("no-such-deficiency", field="deficiency", deficiency=deficiency)
        if found["source"] in rules.COMPUTED:
            raise Refused("deficiency-follows", field="deficiency")
        draft = editing(tx, found["case_file"])
        draft.update("deficiency", found, closed_by=tx.actor, closed_at=tx.now)
        draft.write("deficiency.closed", found["id"])
        automatic_in(draft)
        return draft.facts()


def _notes(draft: CaseDraft) -> dict[int, str]:
    """The clerk's own words of a defect, by number of the material."""
    found = {}
    for row in draft.rows("material"):
        texts = draft.unsealed(row["note"])
        if texts.get("note"):
            found[row["no"]] = texts["note"]
    return found


def _worded(checklist: Checklist, one: Wanted) -> Wanted:
    """A paper that did not come, in words: which form, how many."""
    if one.code != MISSING:
        return one
    material = checklist.by_no[int(one.ref)]
    both = {}
    for spoken in ("zh", "en"):
        form = text_in(spoken, f"material.form.{material.form}")
        values = {"form": form, "copies": material.copies}
        both[spoken] = text_in(spoken, "deficiency.missing.how", **values)
    return one._replace(
        text=text_in("zh", "deficiency.missing"),
        text_en=text_in("en", "deficiency.missing"),
        how=both["zh"],
        how_en=both["en"],
    )


def _of_form(draft: CaseDraft) -> Iterator[Wanted]:
    """What stands in the form that the case is filed with, in both languages, people masked."""
    from hallclient.actions.filing_view import load
    from hallclient.form_words import mend_text, place_text, problem_text

    filing = filing_of(draft.tx.store, draft.row)
    if filing is None:
        return
    state = load(draft.tx.store, filing).state
    standing = [one for one in state.problems() if one.stands]
    for problem in standing[:MOST]:
        said = []
        for spoken in ("zh", "en"):
            with speaking(spoken):
                text = t(
                    "deficiency.form",
                    place=place_text(state, problem),
                    text=problem_text(state, problem),
                )
                said.append((text, mend_text(state, problem)))
        (text, how), (text_en, how_en) = said
        source = rules.RULE if problem.rule is not None else rules.FIELD
        ref = f"{problem.row}/{problem.field or problem.section}"
        yield Wanted(source, ref, problem.code, text, text_en, how, how_en)


def row_of(store: Store, deficiency: str) -> tuple[Row, Row]:
    """A deficiency and its case. Raises ``no-such-deficiency``."""
    found = store.row("SELECT * FROM deficiency WHERE id = ?", deficiency)
    if found is None:
        raise Refused("no-such-deficiency", field="deficiency", deficiency=deficiency)
    return found, case_row(store, found["case_file"])
