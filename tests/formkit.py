"""A small form with every kind of expression in it, for tests of the engine."""

from __future__ import annotations

from datetime import date

from hallclient.rules.form.program import Program, compile_form
from hallclient.rules.form.spec import Department, Field, Form, Level, Option, Rule, Section, Type
from hallclient.rules.form.state import State

TODAY = date(2026, 9, 22)


def field(section: str, key: str, kind: str = "text", **more: object) -> Field:
    return Field(key, section, key, key, Type(kind), **more)  # type: ignore[arg-type]


def section(key: str, *fields: Field, **more: object) -> Section:
    return Section(key, key, key, fields, **more)  # type: ignore[arg-type]


def rule(key: str, on: str, constraint: str, level: str = "block", **more: object) -> Rule:
    return Rule(key, Level(level), on, constraint, key, key, **more)  # type: ignore[arg-type]


KINDS = (
    Option("llc", "有限责任公司", "LLC", {"group": "LLC", "most": 3}),
    Option("jsc", "股份有限公司", "JSC", {"group": "JSC", "most": 5}),
    Option("lp", "有限合伙", "LP", {"group": "LP", "most": 9}),
)
POSTS = (
    Option("chair", "董事长", "chair", {"director": True, "executive": True}),
    Option("manager", "经理", "manager", {"executive": True}),
    Option("supervisor", "监事", "supervisor", {"supervisor": True}),
)
WAYS = (Option("cash", "货币", "cash"), Option("kind", "实物", "in kind"))
CITIES = (
    Option("wh", "武汉", "Wuhan", {"of": "hb"}),
    Option("xg", "孝感", "Xiaogan", {"of": "hb"}),
    Option("cs", "长沙", "Changsha", {"of": "hn"}),
)
PROVINCES = (Option("hb", "湖北", "Hubei"), Option("hn", "湖南", "Hunan"))


def company(**more: object) -> Form:
    """A company: persons, holders with shares, officers, a section that is not always asked."""
    form = Form(
        id="company",
        version="1",
        zh="公司",
        en="company",
        roster="person",
        sections=(
            section(
                "person",
                field("person", "p_name", required="true", personal=True, departments=("A",)),
                field("person", "p_phone", "digits", max_length=11, personal=True),
                field("person", "p_no", personal=True),
                field("person", "p_roles", "int", calculation="matching(h_person, this)"),
                repeat=True,
                label="p_name",
            ),
            section(
                "basic",
                field("basic", "name", required="true", departments=("A", "B"), max_length=20),
                field("basic", "kind", "choice", choices="kinds", required="true", default="llc"),
                field("basic", "capital", "money", required="true", departments=("A",)),
                field("basic", "province", "choice", choices="provinces"),
                field(
                    "basic",
                    "city",
                    "choice",
                    choices="cities",
                    choice_filter="option.of == province",
                    relevant="filled(province)",
                ),
                field("basic", "founded", "date", high="today()"),
                field("basic", "tags", "multi", choices="posts"),
                field("basic", "boss", "text", calculation="first(o_name, o_boss)"),
            ),
            section(
                "holder",
                field("holder", "h_person", "person", required="true"),
                field("holder", "h_name", via="h_person", of="p_name", required="true"),
                field("holder", "h_sub", "money", required="true", low="yuan(1)"),
                field("holder", "h_paid", "money"),
                field("holder", "h_way", "choice", choices="ways", default="cash"),
                field(
                    "holder",
                    "h_ratio",
                    "ratio",
                    calculation="h_sub / capital * 100",
                    decimals=4,
                    departments=("B",),
                ),
                field("holder", "h_note", relevant="h_way == 'kind'", required="true"),
                repeat=True,
                low="1",
                high="kind.most",
                label="h_name",
            ),
            section(
                "officer",
                field("officer", "o_person", "person"),
                field("officer", "o_name", via="o_person", of="p_name"),
                field("officer", "o_post", "choice", choices="posts", required="true"),
                field("officer", "o_boss", "bool"),
                repeat=True,
                relevant="kind.group != 'LP'",
            ),
            section(
                "extra",
                field("extra", "partner_note", required="true", departments=("B",)),
                relevant="kind.group == 'LP'",
            ),
        ),
        rules=(
            rule("SUM", "capital", "sum(h_sub) == capital", values={"sum": "sum(h_sub)"}),
            rule("PAID", "h_paid", "h_paid <= h_sub"),
            rule("DUP", "h_person", "not repeated(h_person)"),
            rule("SAME_NO", "p_no", "not repeated(p_no)", "warn"),
            rule("ONE_BOSS", "officer", "count(officer, o_boss) == 1"),
            rule(
                "CLASH",
                "o_post",
                "not o_post.supervisor or matching(o_person, o_person, o_post.executive) == 0",
            ),
            rule("PAID_ALL", "h_paid", "h_paid == h_sub", relevant="kind.group == 'JSC'"),
            rule("PHONES", "kind", "all(holder, filled(h_person.p_phone))", "warn"),
            rule("DISTINCT", "holder", "distinct(h_way) <= 1", "info"),
            rule("BIG", "capital", "most(wan(0), max(h_sub)) < wan(50)", "warn"),
            rule("FIRST", "name", "lookup(h_person, first(o_person, o_boss), h_sub) > yuan(5)"),
            rule("AGE", "founded", "age(founded) < 30", "info"),
        ),
        departments=(Department("A", "甲", "A"), Department("B", "乙", "B")),
        dictionaries={
            "kinds": KINDS,
            "posts": POSTS,
            "ways": WAYS,
            "cities": CITIES,
            "provinces": PROVINCES,
        },
    )
    return form if not more else Form(**{**_parts(form), **more})  # type: ignore[arg-type]


def _parts(form: Form) -> dict[str, object]:
    return {name: getattr(form, name) for name in form.__dataclass_fields__}


PROGRAM: Program = compile_form(company())


def state(program: Program = PROGRAM) -> State:
    return State(program, TODAY)
