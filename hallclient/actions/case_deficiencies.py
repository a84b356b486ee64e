"""What is missing or wrong in a case: kept true from materials and form, told all at once."""

from __future__ import annotations

from collections.abc import Iterator

from db.store import Row, Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.case_answers import by_form_in
from hallclient.actions.case_form import filing_of
from hallclient.actions.case_rows import CaseDraft
from hallclient.actions.cases import editing
from hallclient.rules.errors import Refused
from hallclient.rules.review import deficiencies as rules
from hallclient.rules.review.deficiencies import CLERK, DEPARTMENT, Wanted
from hallclient.rules.review.facts import CaseFacts
from hallclient.rules.review.materials import MISSING, OWN
from hallclient.rules.review.spec import Checklist
from hallclient.rules.text import clean
from hallclient.texts import speaking, t, text_in

LONGEST = 500
"""Characters of what is wrong, and of how to mend it."""
_SHORT = 64
MOST = 300
"""So many problems of a form at most are told; a form with more is not ready to be looked at."""


def collect(store: Store, who: Actor, case: str) -> CaseFacts:
    """Make the table say what is true now, form included; what is true then.

    Raises ``no-such-case``, ``case-closed``, ``case-held``.
    """
    with acting(store, who, "material.mark") as tx:
        return follow_in(editing(tx, case), form=True)


def follow_in(draft: CaseDraft, *, form: bool = False) -> CaseFacts:
    """What follows from a change that was written: the table, and what the flow does by itself.

    Writes; what is true then.
    """
    from hallclient.actions.case_moves import automatic_in

    collect_in(draft, form=form)
    write_in(draft)
    automatic_in(draft)
    return draft.facts()


def write_in(draft: CaseDraft) -> None:
    """Write what `collect_in` has collected."""
    opened = any(table == "deficiency" and was is None for table, _, was, _ in draft.set)
    draft.write("deficiency.opened" if opened else "deficiency.closed")


def collect_in(draft: CaseDraft, *, form: bool = False) -> int:
    """Open and close rows so that they say what is true; how many changed.

    ``form``: also what stands in the form and what it answers, which takes as long as opening it.
    The caller writes; what it collected of materials must be written before.
    """
    if form and by_form_in(draft):
        draft.write("case.answered", source="form")
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
        key = row["source"], row["ref"], row["code"]
        one = wanted.pop(key, None)
        if one is not None and not _says_more(draft, row, one):
            continue
        if one is not None and row["paper"] is None:
            draft.update("deficiency", row, sealed=draft.sealed(**_texts(one)))
        else:
            draft.update("deficiency", row, closed_by=draft.tx.actor, closed_at=draft.tx.now)
            if one is not None:
                wanted[key] = one
        changed += 1
    for one in wanted.values():
        open_in(draft, one)
        changed += 1
    return changed


def _says_more(draft: CaseDraft, row: Row, one: Wanted) -> bool:
    """Whether a row says less than is true now. What was told stays told while its cause is there,
    however the program words it; other words of a clerk are another defect.
    """
    if row["paper"] is not None and row["code"] != OWN:
        return False
    return draft.unsealed(row["sealed"]) != _texts(one)


def _texts(one: Wanted) -> dict[str, str]:
    """What is sealed of it: what is not empty."""
    both = {"text": one.text, "how": one.how, "text_en": one.text_en, "how_en": one.how_en}
    return {name: text for name, text in both.items() if text}


def open_in(draft: CaseDraft, one: Wanted) -> Row:
    """A new row; the caller writes."""
    return draft.insert(
        "deficiency",
        draft.next("deficiency", "d"),
        round=draft.row["round"],
        source=one.source,
        ref=one.ref,
        code=one.code,
        sealed=draft.sealed(**_texts(one)),
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
    """Something that a person saw and no list has.

    Raises ``deficiency-empty``, ``bad-source``, ``reason-long``; as `cases.editing`.
    """
    with acting(store, who, "material.mark") as tx:
        if source not in (CLERK, DEPARTMENT):
            raise Refused("bad-source", field="source", source=source)
        said, mend = (clean(one, multiline=True).strip() for one in (text, how))
        if not said:
            raise Refused("deficiency-empty", field="text")
        if max(len(said), len(mend)) > LONGEST:
            raise Refused("reason-long", field="text", longest=LONGEST)
        draft = editing(tx, case)
        where, kind = (clean(one).strip()[:_SHORT] for one in (ref, code or source))
        row = open_in(draft, Wanted(source, where, kind, said, "", mend, ""))
        draft.write("deficiency.opened", row["id"])
        return row


def close(store: Store, who: Actor, deficiency: str) -> CaseFacts:
    """It is mended. What follows from materials or the form closes by itself.

    Raises ``no-such-deficiency``, ``deficiency-follows``; as `cases.editing`.
    """
    with acting(store, who, "material.mark") as tx:
        found = tx.row("SELECT * FROM deficiency WHERE id = ?", deficiency)
        if found is None or found["closed_at"] is not None:
            raise Refused("no-such-deficiency", field="deficiency", deficiency=deficiency)
        if found["source"] in rules.COMPUTED:
            raise Refused("deficiency-follows", field="deficiency")
        draft = editing(tx, found["case_file"])
        draft.update("deficiency", found, closed_by=tx.actor, closed_at=tx.now)
        draft.write("deficiency.closed", found["id"])
        return follow_in(draft)


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
