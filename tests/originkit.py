"""Two small forms, a registration and its change, for tests of what is taken over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from db.store import Row
from hallclient.actions import filings, forms
from hallclient.actions.acting import Actor
from hallclient.rules.form.edits import SINGLE, STEP, Add, Edit, Put
from hallclient.rules.form.program import compile_form
from hallclient.rules.form.spec import Department, Form, Option, Origin, Section
from hallclient.rules.form.state import State
from tests.formkit import TODAY, field, section
from tests.hallkit import ADMINISTRATOR, AGENT, Kit

TYPES = (Option("llc", "llc", "llc"), Option("jsc", "jsc", "jsc"))
PEOPLE = {"p_name": "p_name", "p_no": "p_no"}


def _people() -> Section:
    return section(
        "person",
        field("person", "p_name", personal=True),
        field("person", "p_no", personal=True),
        field("person", "p_phone", personal=True),
        field("person", "p_seen", "bool", clerk=True),
        repeat=True,
        label="p_name",
    )


def _table(key: str, letter: str, unit: str = "wan") -> Section:
    return section(
        key,
        field(key, f"{letter}_person", "person"),
        field(key, f"{letter}_name", via=f"{letter}_person", of="p_name", personal=True),
        field(key, f"{letter}_sub", "money", unit=unit),
        field(key, f"{letter}_way", "choice", choices="type", default="llc"),
        repeat=True,
        label=f"{letter}_name",
    )


def registration(unit: str = "wan") -> Form:
    """A company with its holders and a boss; ``owner`` is personal."""
    return Form(
        id="reg",
        version="1",
        zh="登记",
        en="Registration",
        roster="person",
        dictionaries={"type": TYPES},
        departments=(Department("A", "a", "a"),),
        sections=(
            section(
                "basic",
                field("basic", "name", max_length=80),
                field("basic", "code"),
                field("basic", "kind", "choice", choices="type"),
                field("basic", "founded", "date", calculation="today()"),
                field("basic", "owner", personal=True),
                field("basic", "boss", "person"),
                field("basic", "extra", relevant="kind == 'jsc'"),
            ),
            _people(),
            _table("holder", "h", unit),
        ),
    )


FROM_REGISTRATION = Origin(
    "reg",
    {
        "c_name": "name",
        "c_code": "code",
        "c_kind": "kind",
        "c_boss": "boss",
        "c_extra": "extra",
        "b_person": "h_person",
        "b_sub": "h_sub",
        "b_way": "h_way",
        **PEOPLE,
    },
    {"c_day": "founded", "c_note": "extra", "p_phone": "p_phone"},
)
FROM_CHANGE = Origin(
    "change",
    {
        **{name: name for name in ("c_name", "c_code", "c_kind")},
        "b_person": "h_person",
        "b_sub": "h_sub",
        "b_way": "h_way",
        **PEOPLE,
    },
)


def change(*origins: Origin) -> Form:
    """What is registered of it, and what shall be."""
    return Form(
        id="change",
        version="1",
        zh="变更",
        en="Change",
        roster="person",
        base={"before": "holder"},
        dictionaries={"type": TYPES},
        departments=(Department("A", "a", "a"),),
        sections=(
            section(
                "company",
                field("company", "c_name", max_length=80),
                field("company", "c_code", default="none"),
                field("company", "c_kind", "choice", choices="type", default="jsc"),
                field("company", "c_day", "date", default="today"),
                field("company", "c_extra", default="usual"),
                field("company", "c_note", default="noted"),
                field("company", "c_boss", "person"),
            ),
            _people(),
            _table("before", "b"),
            _table("holder", "h"),
        ),
        origins=origins or (FROM_REGISTRATION, FROM_CHANGE),
    )


Shares = Iterable[tuple[str, str]]
"""Who (a row of the roster) holds how much."""


def filled(
    shares: Shares, cells: Mapping[str, str] | None = None, people: Iterable[str] = ("p1", "p2")
) -> list[Edit]:
    """A registration, as edits: people ``p1``, ``p2`` ..., and who holds what."""
    made: list[Edit] = []
    for at, person in enumerate(people):
        made.append(Add("person", person, at * STEP))
        texts = {"p_name": f"name-{person}", "p_no": f"no-{person}", "p_phone": f"phone-{person}"}
        made += [Put(person, name, text) for name, text in (texts | {"p_seen": "yes"}).items()]
    for at, (person, sub) in enumerate(shares):
        made.append(Add("holder", f"h{at}", at * STEP))
        made += [Put(f"h{at}", "h_person", person), Put(f"h{at}", "h_sub", sub)]
        made.append(Put(f"h{at}", "h_way", "jsc"))
    once = {"name": "Acme", "code": "C1", "kind": "llc"} | dict(cells or {})
    return made + [Put(SINGLE, name, text) for name, text in once.items()]


def state_of(form: Form, edits: Iterable[Edit] = ()) -> State:
    """A form with this in it."""
    made = State(compile_form(form), TODAY)
    made.apply(edits)
    return made


def publish(kit: Kit) -> None:
    """Both forms in force."""
    for form in (registration(), change()):
        forms.publish(kit.store, ADMINISTRATOR, form)


def registered(kit: Kit, *edits: Edit, who: Actor = AGENT, end: str = "done") -> Row:
    """A registration that was filed and ended."""
    row = filings.new(kit.store, who, "reg", base=edits or filled([("p1", "60"), ("p2", "40")]))
    return filings.close(kit.store, who, row["id"], end) if end else row
