"""One small review that is right, the one of docs/review-files.md, and mistakes made in it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.forms_bad import Bad
from tests.source import ROOT

STALL = "review/checklists/stall.toml"
FLOW = "review/flow.toml"
CALENDAR = "review/calendar.toml"

_BLOCK = re.compile(r"`(review/[\w./-]+\.toml)`：\n\n```toml\n(.*?)```", re.DOTALL)
_FOUND = dict(_BLOCK.findall((ROOT / "docs/review-files.md").read_text("utf-8")))
CHECKLIST: str = _FOUND[STALL]
MOVES: str = _FOUND[FLOW]
DAYS: str = _FOUND[CALENDAR]


def example() -> dict[str, str]:
    """The files of the example in the docs."""
    return {STALL: CHECKLIST, FLOW: MOVES, CALENDAR: DAYS}


def write(folder: Path, files: dict[str, str]) -> Path:
    """Put files into a hall's folder; its review."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    return folder / "review"


def _list(old: str, new: str, code: str, at: str = "") -> Bad:
    return Bad(STALL, old, new, code, at)


def _flow(old: str, new: str, code: str, at: str = "") -> Bad:
    return Bad(FLOW, old, new, code, at)


def _days(old: str, new: str, code: str, at: str = "") -> Bad:
    return Bad(CALENDAR, old, new, code, at)


FORM = 'company-setup = "ag_kind.mandate"'
FIRST = '[[material]]\nno = 1\nzh = "申请书"'
SECOND = "[[material]]\nno = 2"
REASON = '[[material.reason]]\ncode = "1.1"'
LAST = '[[material.reason]]\ncode = "2.1"\nzh = "过期"\nen = "Expired"\nhow_zh = "请重新出具。"\n'
LAST += 'how_en = "Issue it again."\n'
AGAIN = '[[move]]\nid = "again"'
WAITING = '[[state]]\nid = "waiting"'

MISTAKES: dict[str, Bad] = {
    # a checklist as a whole
    "no TOML": _list('zh = "摊点登记"', "zh = 摊点登记", "bad-toml"),
    "unknown key": _list('note = "说明"', 'nota = "说明"', "form-unknown-key"),
    "no id": _list('id = "stall"\n', "", "missing", "version"),
    "id of another file": _list('id = "stall"', 'id = "kiosk"', "review-other-file"),
    "id with a space": _list('id = "stall"', 'id = "my stall"', "bad-id"),
    "no version": _list('version = "1"\n', "", "missing", 'id = "stall"'),
    "version with a slash": _list('version = "1"', 'version = "1/2"', "bad-id"),
    "unknown item": _list('item = "SP078"', 'item = "SP778"', "unknown-item"),
    "no Chinese name": _list('zh = "摊点登记"\n', "", "missing", 'id = "stall"'),
    "no English name": _list('en = "Registration of a stall"\n', "", "missing", 'id = "stall"'),
    "no legal limit": _list("legal_limit = 10\n", "", "missing", 'id = "stall"'),
    "limit that is no number": _list("legal_limit = 10", 'legal_limit = "ten"', "not-a-number"),
    "limit below zero": _list("legal_limit = 10", "legal_limit = -1", "out-of-range"),
    "unknown unit": _list('legal_unit = "W"', 'legal_unit = "D"', "form-unknown-value"),
    "promised longer than legal": _list(
        "promised_limit = 3", "promised_limit = 11", "promise-over-law"
    ),
    "promised in another unit": _list(
        'promised_unit = "W"', 'promised_unit = "N"', "review-units-differ"
    ),
    "unknown department": _list('"police"]', '"polise"]', "unknown-value", "departments"),
    "one department": _list(', "police"]', "]", "review-one-department", "departments"),
    "department twice": _list('"police"]', '"market"]', "form-said-twice", "departments"),
    "departments that are no list": _list(
        'departments = ["market", "police"]', 'departments = "market"', "wrong-type"
    ),
    "unknown form": _list(
        'forms = ["company-setup"]',
        'forms = ["company-setup", "stall"]',
        "unknown-value",
    ),
    "no basis": _list('basis = "大厅规定"\n', "", "missing", 'id = "stall"'),
    "no English basis": _list('basis_en = "Rule of the hall"\n', "", "missing", 'id = "stall"'),
    "unknown certainty": _list('conf = "src"', 'conf = "sure"', "form-unknown-value"),
    "note without English": _list('note_en = "A note"\n', "", "form-needs-other", "note ="),
    # conditions
    "condition without id": _list('id = "agent"\n', "", "missing", "[[condition]]"),
    "condition without a question": _list(
        'en = "Does somebody else file it?"\n', "", "missing", "[[condition]]"
    ),
    "condition twice": _list(
        "[[condition]]\n",
        '[[condition]]\nid = "agent"\nzh = "问？"\nen = "Asked?"\n[[condition]]\n',
        "duplicate",
        'id = "agent"\nzh = "是否',
    ),
    "condition nobody needs": _list(
        'when = "agent"\n', "", "review-condition-unused", 'id = "agent"'
    ),
    "unknown condition": _list('when = "agent"', 'when = "agnet"', "unknown-value"),
    "answer of an unknown form": _list(FORM, 'company-set = "ag_kind.mandate"', "unknown-value"),
    "answer of a form it is not filed with": _list(
        FORM, 'cross-region-tax = "r_extension"', "review-form-not-filed"
    ),
    "answer of an unknown field": _list(FORM, 'company-setup = "ag_knid"', "form-unknown-name"),
    "answer of an unknown attribute": _list(
        FORM, 'company-setup = "ag_kind.power"', "form-unknown-attribute"
    ),
    "answer that is no yes or no": _list(FORM, 'company-setup = "copies"', "form-wrong-kind"),
    "answer of a column": _list(FORM, 'company-setup = "scope_main"', "form-needs-aggregate"),
    "answer that is no expression": _list(FORM, 'company-setup = "ag_kind =="', "form-syntax"),
    "answer with an unknown function": _list(
        FORM, "company-setup = \"has(ag_kind == 'self')\"", "form-unknown-function"
    ),
    "answer with a backslash": _list(
        FORM, "company-setup = 'matches(phone, \"\\d\")'", "form-backslash"
    ),
    "answer that is empty": _list(FORM, 'company-setup = ""', "missing"),
    "answers that are no table": _list(
        f"[condition.forms]\n{FORM}", 'forms = "ag_kind.mandate"', "wrong-type"
    ),
    # materials
    "no material": _list(
        CHECKLIST[CHECKLIST.index("[[condition]]") :], "", "review-no-materials", 'id = "stall"'
    ),
    "another name of the table": Bad(
        STALL,
        CHECKLIST,
        CHECKLIST.replace("[[material", "[[materials"),
        "form-unknown-key",
        "[[materials]]",
    ),
    "material without number": _list("no = 1\n", "", "missing", '[[material]]\nzh = "申请书"'),
    "material number twice": _list(
        SECOND, SECOND.replace("2", "1"), "duplicate", 'no = 1\nzh = "委托书"'
    ),
    "material number that is text": _list("no = 1", 'no = "one"', "not-a-number"),
    "material number of another": _list(
        SECOND, "[[material]]\nno = 7", "review-other-code", 'code = "2.1"'
    ),
    "material without English": _list('en = "Application"\n', "", "missing", FIRST),
    "material with a long blank": _list('zh = "申请书"', 'zh = "申请书 "', "unsafe-text"),
    "unknown key of a material": _list("copies = 2", "copeis = 2", "form-unknown-key"),
    "unknown form of a paper": _list('form = "original"', 'form = "orignal"', "form-unknown-value"),
    "unknown medium": _list('medium = "paper"', 'medium = "stone"', "form-unknown-value"),
    "no copies": _list("copies = 2", "copies = 0", "out-of-range"),
    "main and tolerable": _list("main = false\n", "", "review-main-tolerable", "tolerable"),
    "main that is no flag": _list("main = false", 'main = "no"', "wrong-type"),
    "days without tolerance": _list("tolerable = true\n", "", "form-needs-other", "longest_days"),
    "days longer than the case": _list(
        "longest_days = 2", "longest_days = 4", "review-longer-than-case"
    ),
    "a copy that goes back": _list(
        'when = "agent"',
        'when = "agent"\nreturn_original = true',
        "review-copy-returned",
        "return_original",
    ),
    "no source": _list('source = "申请人"\n', "", "missing", FIRST),
    "no English source": _list('source_en = "Applicant"\n', "", "missing", FIRST),
    # reasons
    "material without reasons": _list(LAST, "", "review-no-reasons", "no = 2"),
    "reason without code": _list(
        'code = "1.1"\n', "", "missing", '[[material.reason]]\nzh = "未签字"'
    ),
    "reason code twice": _list(
        'code = "1.2"', 'code = "1.1"', "duplicate", 'code = "1.1"\nzh = "无日期"'
    ),
    "reason code of another material": _list('code = "1.2"', 'code = "2.2"', "review-other-code"),
    "reason code that is none": _list('code = "1.2"', 'code = "1-2"', "review-bad-code"),
    "reason without English": _list('en = "Not signed"\n', "", "missing", REASON),
    "reason without how": _list('how_zh = "请本人签名。"\n', "", "missing", REASON),
    "reason without English how": _list('how_en = "Sign it."\n', "", "missing", REASON),
    "unknown key of a reason": _list(
        'how_en = "Sign it."', 'how_en = "Sign it."\nlevel = "block"', "form-unknown-key", "level"
    ),
    # the flow
    "flow without version": _flow('version = "1"\n', "", "missing", "\n"),
    "unknown key of a flow": _flow(
        'version = "1"', 'version = "1"\nname = "x"', "form-unknown-key", "name"
    ),
    "flow without timers": _flow(
        MOVES[MOVES.index("[[timer]]") :], "", "review-no-table", "version"
    ),
    "state without id": _flow('id = "waiting"\n', "", "missing", '[[state]]\nzh = "待补正"'),
    "state twice": _flow(
        WAITING,
        f'[[state]]\nid = "received"\nzh = "收"\nen = "In"\n{WAITING}',
        "duplicate",
        'id = "received"\nzh = "收"',
    ),
    "state without English": _flow('en = "Waiting"\n', "", "missing", WAITING),
    "unknown national state": _flow("national = 1", "national = 16", "out-of-range"),
    "no first state": _flow('id = "draft"', 'id = "begin"', "unknown-value", 'from = ["draft"]'),
    "first state of another name": Bad(
        FLOW, MOVES, MOVES.replace('"draft"', '"begin"'), "review-no-first", 'id = "begin"'
    ),
    "state nobody reaches": _flow(
        WAITING,
        f'[[state]]\nid = "lost"\nzh = "无"\nen = "Lost"\nfinal = true\n{WAITING}',
        "review-unreachable",
        'id = "lost"',
    ),
    "state without a way out": _flow(
        MOVES[MOVES.index(AGAIN) : MOVES.index('[[move]]\nid = "finish"')],
        "",
        "review-no-way-out",
        'id = "waiting"',
    ),
    "no end": Bad(
        FLOW,
        MOVES,
        MOVES.replace(
            '[[state]]\nid = "done"\nzh = "办结"\nen = "Done"\nfinal = true\n', ""
        ).replace(MOVES[MOVES.index('[[move]]\nid = "finish"') : MOVES.index("[[paper]]")], ""),
        "review-no-end",
        'id = "draft"',
    ),
    "moves from a final state": _flow(
        'from = ["waiting"]', 'from = ["waiting", "done"]', "review-final-moves", "final = true"
    ),
    "move without id": _flow('id = "finish"\n', "", "missing", '[[move]]\nzh = "办结"'),
    "move twice": _flow('id = "finish"', 'id = "tell"', "duplicate", 'id = "tell"\nzh = "办结"'),
    "move from nowhere": _flow('from = ["waiting"]\n', "", "missing", AGAIN),
    "move from an unknown state": _flow('from = ["waiting"]', 'from = ["wating"]', "unknown-value"),
    "move to an unknown state": _flow('to = "waiting"', 'to = "wating"', "unknown-value"),
    "move of nobody": _flow('roles = ["clerk", "supervisor"]\n', "", "missing", AGAIN),
    "unknown role": _flow('"supervisor"]', '"boss"]', "unknown-value", 'roles = ["clerk", "boss"]'),
    "unknown guard": _flow('"corrections_in"', '"correctoins_in"', "unknown-value"),
    "unknown paper": _flow('papers = ["gzs"]', 'papers = ["gzz"]', "unknown-value"),
    "unknown timer": _flow('"stop notice5"', '"stop notice"', "unknown-value"),
    "unknown verb of a clock": _flow('"stop notice5"', '"halt notice5"', "review-bad-clock"),
    "clock without a timer": _flow('"stop notice5"', '"stop"', "review-bad-clock"),
    "unknown tone": _flow('tone = "bad"', 'tone = "sad"', "form-unknown-value"),
    "automatic without a guard": _flow(
        'guards = ["corrections_in"]\n', "", "review-automatic-always", "automatic"
    ),
    "automatic with a reason": _flow(
        "automatic = true",
        "automatic = true\nreason = true",
        "review-automatic-reason",
        "reason = true",
    ),
    "automatic for ever": _flow(
        'seal = true\ntone = "bad"',
        'guards = ["held_by_me"]\nautomatic = true',
        "review-automatic-circle",
        "automatic = true",
    ),
    "automatic back to itself": _flow(
        'from = ["waiting"]',
        'from = ["waiting", "received"]',
        "review-automatic-circle",
        "automatic = true",
    ),
    "seal on nothing": _flow('papers = ["gzs"]\n', "", "review-seal-nothing", "seal = true"),
    "paper twice": _flow('id = "gzs"', 'id = "sqd"', "duplicate", 'id = "sqd"\nzh = "告知书"'),
    "paper without fields": _flow(
        'fields = ["number"]\n', "", "review-no-paper-fields", '[[paper]]\nid = "sqd"'
    ),
    "paper with a field nobody fills": _flow('"deficiencies"]', '"defects"]', "unknown-value"),
    "two papers with one prefix": _flow(
        'prefix = "BZ"', 'prefix = "SJ"', "duplicate", 'prefix = "SJ"\ncopies'
    ),
    "bad prefix": _flow('prefix = "BZ"', 'prefix = "bz1"', "review-bad-prefix"),
    "basis in one language": _flow(
        'basis_en = "Licensing Law"\n', "", "form-needs-other", "basis_zh"
    ),
    "alarm after the limit": _flow("alarm_after = 3", "alarm_after = 6", "review-alarm-late"),
    "timer in an unknown unit": _flow('unit = "W"', 'unit = "weeks"', "form-unknown-value"),
    "timer without expiry": _flow('expiry_en = "Counts as accepted"\n', "", "missing", "[[timer]]"),
    # the calendar
    "calendar without version": _days('version = "2026"\n', "", "missing", "known_from"),
    "calendar without an end": _days(
        "known_until = 2026-12-31\n", "", "missing", 'version = "2026"'
    ),
    "unknown key of a calendar": _days("known_until", "known_til", "form-unknown-key"),
    "calendar that ends before it begins": _days(
        "known_until = 2026-12-31", "known_until = 2025-12-31", "review-days-backwards"
    ),
    "day that is text": _days("from = 2026-10-01", 'from = "2026-10-01"', "review-bad-day"),
    "day with a time": _days("from = 2026-10-01", "from = 2026-10-01T08:00:00", "review-bad-day"),
    "day that does not exist": _days("from = 2026-10-01", "from = 2026-09-31", "bad-toml"),
    "day of another century": _days("from = 2027-01-01", "from = 1927-01-01", "review-bad-day"),
    "holiday without a beginning": _days(
        "from = 2027-01-01\n", "", "missing", '[[holiday]]\nzh = "元旦"'
    ),
    "holiday without English": _days(
        'en = "New Year\'s Day"\n', "", "missing", '[[holiday]]\nzh = "元旦"'
    ),
    "holiday that ends before it begins": _days(
        "to = 2026-10-07", "to = 2026-09-07", "review-days-backwards"
    ),
    "holiday of a year": _days("to = 2026-10-07", "to = 2027-10-07", "review-long-holiday"),
    "day off twice": _days(
        "from = 2027-01-01",
        "from = 2026-10-06\nto = 2026-10-08",
        "review-day-twice",
        "from = 2026-10-06",
    ),
    "worked and off": _days("2026-10-10]", "2026-10-04]", "review-day-twice", "days"),
    "worked twice": _days("2026-10-10]", "2026-09-20]", "review-day-twice", "days"),
    "worked on a Monday": _days("2026-10-10]", "2026-10-12]", "review-makeup-weekday", "days"),
    "worked days that are no list": _days(
        "days = [2026-09-20, 2026-10-10]", "days = 2026-09-20", "wrong-type"
    ),
    "worked without days": _days("days = [2026-09-20, 2026-10-10]\n", "", "missing", "[[makeup]]"),
}
