"""Letting a broken rule pass: who may, with a reason, for what was seen and nothing else."""

from __future__ import annotations

from db.store import Store
from hallclient.actions.acting import Actor, acting
from hallclient.actions.filing_cells import filing_row
from hallclient.actions.filing_log import stream
from hallclient.actions.filing_view import load
from hallclient.rules.errors import Refused
from hallclient.rules.form.judging import OVERRIDABLE
from hallclient.rules.form.spec import Level
from hallclient.rules.text import clean


def override(
    store: Store, who: Actor, filing: str, rule: str, row: str, reason: str, seen: str
) -> None:
    """Let a broken rule pass at one row. ``seen``: the problem's fingerprint as it was shown.

    It lapses by itself when the problem looks different (`State` decides). A hint needs nobody;
    a warning may be confirmed by everybody who fills the form, unless the rule names roles.

    Raises ``reason-needed``, ``no-such-problem`` (mended meanwhile), ``problem-changed``,
    ``rule-firm`` (nobody may), ``not-allowed``, ``no-such-filing``, ``filing-closed``.
    """
    with acting(store, who, "form.override") as tx:
        found = filing_row(store, filing, open_only=True)
        said = clean(reason).strip()
        if not said:
            raise Refused("reason-needed", field="reason")
        state = load(store, found).state
        problem = next((p for p in state.problems() if (p.code, p.row) == (rule, row)), None)
        if problem is None:
            raise Refused("no-such-problem", field="rule", rule=rule)
        known = problem.rule
        if (
            known is None
            or problem.level not in OVERRIDABLE
            or not (known.override or problem.level is Level.WARN)
        ):
            raise Refused("rule-firm", field="rule", rule=rule)
        if known.override and tx.who.role not in known.override:
            raise Refused("not-allowed", action="form.override", role=tx.who.role)
        if state.judging.fingerprint(problem) != seen:
            raise Refused("problem-changed", field="rule", rule=rule)
        key, box = f"{found['id']}/{rule}/{row}", tx.box(found["id"])
        was = tx.row("SELECT * FROM form_override WHERE id = ?", key)
        if was is not None:
            del was["id"]
        now = {
            "filing": found["id"],
            "rule": rule,
            "row": row,
            # A reason is told in words, and may name people.
            "reason": box.seal({"v": said}),
            "seen": box.seal({"v": seen}),
            "role": tx.who.role,
            "by": tx.actor,
            "at": tx.now,
        }
        change = ("form_override", key, was, now)
        tx.append("filing.overridden", found["id"], [change], stream=stream(found["id"]), rule=rule)
