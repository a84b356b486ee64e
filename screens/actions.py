"""The actions of the desk: one registry feeds bindings, key line, key map, palette, docs/keys.md.

An action's key is chosen so that terminals leave it alone where that is possible; what is known
to be stolen somewhere stands in `CONFLICTS` with the way round it. `menu` reaches every action by
number where no function key arrives at all.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from textual.binding import Binding

DESK, FORM, REVIEW, CASES = "desk", "form", "review", "cases"
CERTIFICATES, VERIFY, LOOK, STOCK = "certificates", "verify", "look", "stock"
"""Screens with actions of their own; a key may mean one thing on the one and another on the other.
"""

GROUPS: Final = {
    DESK: ("call", "serve", "queue", "window", "hall", "find", "program"),
    FORM: ("go", "fill", "rows", "look", "program"),
    REVIEW: ("go", "check", "case", "look", "program"),
    CASES: ("go", "find", "case", "program"),
    CERTIFICATES: ("go", "find", "issue", "change", "look", "program"),
    VERIFY: ("find", "look", "program"),
    LOOK: ("go", "look", "program"),
    STOCK: ("go", "codes", "sheets", "program"),
}
"""The groups of each screen, in the order in which the key map shows them."""


FOOTER_AT_WINDOW: Final = 14


class Action(NamedTuple):
    """Something that a person can do at the desk; its texts are `key.<id>` and `key.<id>.help`."""

    id: str
    key: str
    group: str
    alt_keys: tuple[str, ...] = ()
    confirm: bool = False
    footer: int = 0
    """Place in the key line at the bottom; 0: not there. Above `FOOTER_AT_WINDOW`: only on seats
    without a window, which have room for it.
    """
    screens: tuple[str, ...] = (DESK,)

    @property
    def label_key(self) -> str:
        """The text with the action's short name."""
        return f"key.{self.id}"

    @property
    def help_key(self) -> str:
        """The text that says what the action does."""
        return f"key.{self.id}.help"

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that starts the action."""
        return (self.key, *self.alt_keys) if self.key else self.alt_keys


ACTIONS: Final[tuple[Action, ...]] = (
    Action("call", "f1", "call", ("ctrl+g",), footer=1),
    Action("recall", "f2", "call", footer=2),
    Action("start_or_finish", "f3", "serve", footer=3),
    Action("pass", "f4", "call", footer=4),
    Action("hold", "f5", "serve", footer=5),
    Action("resume", "f6", "serve", footer=6),
    Action("transfer", "f7", "serve", footer=7),
    Action("pause", "f8", "window", footer=8),
    Action("call_chosen", "f9", "call", ("enter",), footer=9),
    Action("take", "f10", "queue", ("ctrl+n",), footer=10),
    Action("booking", "alt+q", "queue", footer=30),
    Action("form", "alt+g", "serve", footer=31),
    Action("review", "alt+j", "serve", footer=32),
    Action("cases", "alt+x", "serve", footer=33),
    Action("certificates", "alt+z", "serve", footer=34),
    Action("add_service", "ctrl+y", "serve", footer=16),
    Action("external", "ctrl+x", "serve"),
    Action("confirm_booking", "alt+o", "serve"),
    Action("verify_priority", "alt+p", "queue", footer=15),
    Action("print_slip", "alt+l", "queue"),
    Action("leave", "ctrl+d", "queue", confirm=True, footer=17),
    Action("reinstate", "ctrl+u", "queue", footer=18),
    Action("reopen", "ctrl+r", "queue"),
    Action("undo", "ctrl+z", "serve", footer=14),
    Action("hand_over", "ctrl+o", "window", confirm=True),
    Action("drain", "alt+d", "window"),
    Action("close_window", "alt+c", "window", confirm=True),
    Action("help", "alt+h", "window"),
    Action("answer", "alt+s", "window", footer=22),
    Action("advice", "alt+a", "hall", footer=19),
    Action("what_if", "alt+w", "hall", footer=20),
    Action("take_over", "alt+t", "hall", footer=23),
    Action("end_for", "alt+n", "hall", footer=25),
    Action("free_window", "alt+u", "hall", footer=27),
    Action("emergency", "alt+e", "hall", footer=24),
    Action("plan", "alt+m", "hall", footer=26),
    Action("see_alarm", "alt+k", "hall", footer=21),
    Action("live", "alt+v", "hall", footer=28),
    Action("figures", "alt+i", "hall", footer=29),
    Action("day", "alt+y", "hall", footer=30),
    Action("next_problem", "f3", "go", footer=3, screens=(FORM,)),
    Action("previous_problem", "f4", "go", ("shift+f3",), screens=(FORM,)),
    Action("previous_section", "f5", "go", footer=5, screens=(FORM,)),
    Action("next_section", "f6", "go", footer=6, screens=(FORM,)),
    Action("sections", "ctrl+g", "go", screens=(FORM,)),
    Action("find", "ctrl+f", "go", footer=14, screens=(FORM,)),
    Action("add_row", "f7", "rows", footer=7, screens=(FORM,)),
    Action("drop_row", "f8", "rows", footer=8, screens=(FORM,)),
    Action("copy_down", "ctrl+d", "rows", footer=13, screens=(FORM,)),
    Action("bring", "ctrl+o", "rows", footer=12, screens=(FORM,)),
    Action("bulk", "alt+j", "rows", screens=(FORM,)),
    Action("repair", "f9", "fill", footer=9, screens=(FORM,)),
    Action("step_back", "ctrl+z", "fill", footer=15, screens=(FORM,)),
    Action("step_again", "ctrl+y", "fill", screens=(FORM,)),
    Action("let_pass", "alt+p", "fill", screens=(FORM,)),
    Action("settle", "alt+s", "fill", screens=(FORM,)),
    Action("answers", "f10", "look", footer=10, screens=(FORM,)),
    Action("departments", "alt+d", "look", footer=16, screens=(FORM,)),
    Action("history", "alt+h", "look", screens=(FORM,)),
    Action("end_filing", "alt+e", "look", screens=(FORM,)),
    Action("next_open", "f2", "go", footer=2, screens=(REVIEW,)),
    Action("pass_material", "space", "check", footer=11, screens=(REVIEW,)),
    Action("fail_material", "1", "check", tuple("23456789"), footer=12, screens=(REVIEW,)),
    Action("pass_rest", "a", "check", footer=13, screens=(REVIEW,)),
    Action("receive_material", "r", "check", screens=(REVIEW,)),
    Action("tolerate", "t", "check", footer=14, screens=(REVIEW,)),
    Action("commit", "c", "check", screens=(REVIEW,)),
    Action("exempt", "e", "check", screens=(REVIEW,)),
    Action("own_defect", "x", "check", footer=15, screens=(REVIEW,)),
    Action("handed_in", "i", "check", screens=(REVIEW,)),
    Action("answer_no", "n", "check", screens=(REVIEW,)),
    Action("give_back", "g", "check", screens=(REVIEW,)),
    Action("unmark", "u", "check", screens=(REVIEW,)),
    Action("attach", "f7", "check", footer=7, screens=(REVIEW,)),
    Action("step", "f3", "case", footer=3, screens=(REVIEW,)),
    Action("steps", "f4", "case", footer=4, screens=(REVIEW,)),
    Action("notice", "f5", "case", footer=5, screens=(REVIEW,)),
    Action("case_note", "f8", "case", footer=8, screens=(REVIEW,)),
    Action("opinion", "f10", "case", footer=10, screens=(REVIEW,)),
    Action("describe", "m", "case", screens=(REVIEW,)),
    Action("take_back", "ctrl+z", "case", screens=(REVIEW,)),
    Action("case_form", "f6", "look", footer=6, screens=(REVIEW,)),
    Action("papers", "f9", "look", footer=9, screens=(REVIEW,)),
    Action("applicant", "ctrl+e", "look", screens=(REVIEW,)),
    Action("its_certificates", "alt+z", "look", screens=(REVIEW,)),
    Action("previous_list", "f2", "go", screens=(CASES,)),
    Action("next_list", "f3", "go", footer=3, screens=(CASES,)),
    Action("open_case", "f4", "go", ("enter",), footer=4, screens=(CASES,)),
    Action("find_case", "slash", "find", ("ctrl+f",), footer=1, screens=(CASES,)),
    Action("guide", "f10", "find", footer=10, screens=(CASES,)),
    Action("remind", "f5", "case", footer=5, screens=(CASES,)),
    Action("escalate", "f6", "case", footer=6, screens=(CASES,)),
    Action("give_case", "f7", "case", footer=7, screens=(CASES,)),
    Action("take_case", "f8", "case", footer=8, screens=(CASES,)),
    Action("note_case", "f9", "case", footer=9, screens=(CASES,)),
    Action("settle_note", "alt+d", "case", footer=14, screens=(CASES,)),
    Action("approve", "alt+a", "case", footer=5, screens=(CASES,)),
    Action("reject", "alt+n", "case", footer=5, screens=(CASES,)),
    Action("reach", "ctrl+e", "case", footer=16, screens=(CASES,)),
    Action("earlier_queue", "f2", "go", footer=2, screens=(CERTIFICATES,)),
    Action("later_queue", "f4", "go", footer=4, screens=(CERTIFICATES,)),
    Action("find_certificate", "slash", "find", ("ctrl+f",), footer=1, screens=(CERTIFICATES,)),
    Action("verify", "alt+v", "find", footer=17, screens=(CERTIFICATES,)),
    Action("issue_step", "f3", "issue", ("enter",), footer=3, screens=(CERTIFICATES,)),
    Action("fill_face", "f5", "issue", footer=5, screens=(CERTIFICATES,)),
    Action("mark_row", "space", "issue", footer=11, screens=(CERTIFICATES,)),
    Action("mark_all", "a", "issue", footer=14, screens=(CERTIFICATES,)),
    Action("pickup_code", "f7", "issue", footer=7, screens=(CERTIFICATES,)),
    Action("collection_slip", "alt+l", "issue", footer=13, screens=(CERTIFICATES,)),
    Action("copy_work", "f8", "issue", footer=8, screens=(CERTIFICATES,)),
    Action("ask_change", "f6", "change", footer=6, screens=(CERTIFICATES,)),
    Action("withdraw_change", "alt+w", "change", footer=15, screens=(CERTIFICATES,)),
    Action("see_face", "ctrl+e", "look", footer=16, screens=(CERTIFICATES,)),
    Action("see_certificate", "f9", "look", footer=9, screens=(CERTIFICATES,)),
    Action("its_case", "alt+j", "look", footer=18, screens=(CERTIFICATES,)),
    Action("stock", "f10", "look", footer=10, screens=(CERTIFICATES,)),
    Action("read_on", "shift+down", "look", screens=(CERTIFICATES,)),
    Action("read_back", "shift+up", "look", screens=(CERTIFICATES,)),
    Action("verify_now", "f3", "find", ("enter",), footer=3, screens=(VERIFY,)),
    Action("verify_offer", "f5", "find", footer=5, screens=(VERIFY,)),
    Action("verify_face", "f4", "look", footer=4, screens=(VERIFY,)),
    Action("verify_collector", "f6", "look", footer=6, screens=(VERIFY,)),
    Action("look_previous", "f2", "go", ("b",), footer=2, screens=(LOOK,)),
    Action("look_next", "f3", "go", ("n",), footer=3, screens=(LOOK,)),
    Action("look_picture", "p", "look", ("f4",), footer=1, screens=(LOOK,)),
    Action("look_pdf", "f7", "look", footer=7, screens=(LOOK,)),
    Action("look_png", "f8", "look", footer=8, screens=(LOOK,)),
    Action("look_proof", "f9", "look", footer=9, screens=(LOOK,)),
    Action("stock_previous", "f2", "go", footer=2, screens=(STOCK,)),
    Action("stock_next", "f3", "go", footer=3, screens=(STOCK,)),
    Action("stock_lease", "f4", "codes", footer=4, screens=(STOCK,)),
    Action("stock_void", "f5", "codes", footer=5, screens=(STOCK,)),
    Action("stock_load", "f6", "codes", footer=6, screens=(STOCK,)),
    Action("stock_close", "f7", "codes", footer=7, screens=(STOCK,)),
    Action("stock_spoil", "f8", "sheets", footer=8, screens=(STOCK,)),
    Action("stock_receive", "f9", "sheets", footer=9, screens=(STOCK,)),
    Action("stock_give", "f10", "sheets", footer=10, screens=(STOCK,)),
    Action("stock_count", "c", "sheets", footer=1, screens=(STOCK,)),
    Action("search", "slash", "find", ("ctrl+f",), footer=11),
    Action("reveal", "ctrl+e", "find"),
    Action("keys", "question_mark", "program", ("f12",), footer=12, screens=tuple(GROUPS)),
    Action("palette", "ctrl+p", "program", footer=13, screens=tuple(GROUPS)),
    Action("menu", "ctrl+k", "program"),
    Action("lock", "ctrl+l", "program", screens=tuple(GROUPS)),
    Action("language", "ctrl+t", "program", screens=tuple(GROUPS)),
    Action("refresh", "alt+r", "program"),
    Action("quit", "ctrl+q", "program", confirm=True),
)

BY_ID: Final = {action.id: action for action in ACTIONS}


def of_screen(screen: str) -> list[Action]:
    """The actions of a screen, in order."""
    return [action for action in ACTIONS if screen in action.screens]


CONFLICTS: Final = (
    "f1",
    "f2",
    "f10",
    "f12",
    "alt+e",
    "alt+h",
    "alt+s",
    "alt+v",
    "ctrl+d",
    "ctrl+e",
    "ctrl+q",
    "ctrl+u",
    "ctrl+x",
    "ctrl+z",
)
"""Keys of ours that something else is known to take in places: the texts `key-conflict.<key>`
say what, and what to press instead.
"""

RESERVED: Final = frozenset(
    "enter escape tab shift+tab up down left right home end pageup pagedown backspace delete "
    "space insert ctrl+a ctrl+b ctrl+c ctrl+h ctrl+i ctrl+j ctrl+m ctrl+s ctrl+v ctrl+w".split()
)
"""Keys that no action may have: lists, fields and terminals need them."""


def bindings(screen: str = DESK) -> "list[Binding]":
    """Bindings of a screen's actions with this person's keys; it has `action_<screen>(id)`."""
    from screens.keys import current

    return current().bindings(screen)


def main() -> None:
    """`python -m screens.actions --write docs/keys.md` writes the key page; else it is printed."""
    import argparse
    import sys
    from pathlib import Path

    from screens.keypages import markdown

    parser = argparse.ArgumentParser(prog="python -m screens.actions", description=main.__doc__)
    parser.add_argument("--write", metavar="FILE", type=Path)
    page = markdown()
    target: Path | None = parser.parse_args().write
    if target is None:
        sys.stdout.write(page)
    else:
        target.write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
