"""Where the fields of a face come from: whether what their ``source`` names is there."""

from __future__ import annotations

from typing import Final, NamedTuple

from hallclient.rules.certificate.files_known import Known, Places
from hallclient.rules.certificate.spec import CAPITALS, DAY, TEXT, CertificateKind
from hallclient.rules.form.files.attributes import unknown
from hallclient.rules.form.spec import Form, Type

FORM, APPLICANT, ITEM, KIND, DECISION = "form", "applicant", "item", "kind", "decision"
WORDS: Final = {
    APPLICANT: (
        "name",
        "identity",
        "phone",
        "address",
        "agent_name",
        "agent_identity",
        "agent_phone",
    ),
    ITEM: ("name",),
    DECISION: ("day",),
}
"""What a source can name, by what stands before its colon."""
COUNT: Final = "count"
_TYPES: Final = {DAY: Type.DATE, CAPITALS: Type.MONEY, COUNT: Type.INT}
"""What the field of a form must be, and only one, where a type is asked for."""


def is_word(part: str) -> bool:
    """Whether a part of a source is a word that follows a field: ``form:term_years+'years'``."""
    return len(part) > 2 and part[0] == part[-1] == "'"


def sources(text: str) -> list[tuple[str, str]]:
    """What a source names: what stands before the colon, and each field after it
    (``form:addr_city+addr_town``: both, without a gap). Words in quotes are no fields.
    """
    root, _, rest = text.partition(":")
    names = [one for one in rest.split("+") if not is_word(one)] if root == FORM else [rest]
    return [(root, name) for name in names] if text else []


class Asked(NamedTuple):
    """Who asks a source: a key of a part of a kind, for something of a type."""

    kind: CertificateKind
    key: str
    part: tuple[str, ...]
    type: str = TEXT
    """A type of fields, or `COUNT`."""


def check_source(source: str, asked: Asked, places: Places, known: Known) -> None:
    """Tell what is wrong with a source."""
    kind, key, part, type_ = asked
    named = sources(source)
    if len(named) > 1 and type_ in _TYPES:
        places.fail(key, "certificate-source-parts", *part, value=source)
        return
    for root, name in named:
        if root == FORM:
            _form(name, asked, places, known)
        elif root == KIND:
            if name not in kind.after:
                places.fail(key, "certificate-source-after", *part, value=name)
        elif root not in WORDS:
            said = unknown(root, (FORM, *WORDS, KIND))
            places.fail(key, "certificate-source-root", *part, source=source, **said)
        elif name not in WORDS[root]:
            said = unknown(name, WORDS[root])
            places.fail(key, "certificate-source-word", *part, root=root, **said)


def _form(name: str, asked: Asked, places: Places, known: Known) -> None:
    """A field must be in a form of each checklist that yields the kind."""
    kind, key, part, type_ = asked
    if known.checklists is None or known.forms is None:
        return
    for item in kind.items:
        checklist = known.checklists.get(item)
        if checklist is None:
            continue  # told of the kind's items
        forms = [known.forms[one] for one in checklist.forms if one in known.forms]
        types = [found for one in forms if (found := _types(one).get(name))]
        if not forms:
            places.fail(key, "certificate-source-no-form", *part, value=name, item=item)
        elif not types:
            said = unknown(name, [field for one in forms for field in _types(one)])
            places.fail(key, "certificate-source-field", *part, item=item, **said)
        elif _TYPES.get(type_, types[0]) not in types:
            said = {"type": type_, "wanted": _TYPES[type_].value}
            places.fail(key, "certificate-source-type", *part, value=name, **said)


def _types(form: Form) -> dict[str, Type]:
    return {field.id: field.type for section in form.sections for field in section.fields}
