"""A case brought to a state, in few words."""

from __future__ import annotations

from db.store import Row
from hallclient.actions import case_materials, case_moves, case_tasks, cases
from hallclient.actions.acting import Actor
from hallclient.actions.cases import Applicant
from hallclient.rules.review.facts import CaseFacts
from hallclient.rules.review.spec import Checklist
from tests.hallkit import AGENT, SUPERVISOR, Kit, clerk

DAJI = Applicant(
    "organisation", "武汉大吉科技有限公司", agent_name="张三", agent_phone="13800138000"
)
WANG = Applicant("person", "王伟", "420100199001011234", "13900139000")
C1 = clerk(1)
DAY_MS = 86_400_000


class Case:
    """One case of a kit."""

    def __init__(
        self, kit: Kit, checklist: str = "food", *, by: Actor = C1, applicant: Applicant = DAJI
    ) -> None:
        self.kit = kit
        self.row = cases.open_case(kit.store, by, checklist=checklist, applicant=applicant)
        self.id = self.row["id"]

    @property
    def facts(self) -> CaseFacts:
        return cases.facts(self.kit.store, SUPERVISOR, self.id)[1]

    @property
    def now(self) -> Row:
        return cases.facts(self.kit.store, SUPERVISOR, self.id)[0]

    @property
    def state(self) -> str:
        return self.facts.state

    @property
    def list(self) -> Checklist:
        return self.facts.checklist

    def mark(self, no: int, state: str, by: Actor = C1, **how: object) -> CaseFacts:
        return case_materials.mark(self.kit.store, by, self.id, no, state, **how)  # type: ignore[arg-type]

    def fail(self, no: int, by: Actor = C1) -> CaseFacts:
        """It does not pass, for the first reason of its list."""
        return self.mark(no, "failed", by, reasons=[self.list.by_no[no].reasons[0].code])

    def settle(self, by: Actor = C1, yes: bool = False) -> Case:
        """Every condition answered, everything else passed."""
        for one in self.list.conditions:
            case_materials.answer(self.kit.store, by, self.id, one.id, yes)
        case_materials.mark_rest(self.kit.store, by, self.id, "passed")
        return self

    def move(self, move: str, by: Actor = C1, reason: str = "", **given: str) -> case_moves.Moved:
        return case_moves.move(self.kit.store, by, self.id, move, reason=reason, **given)

    def accepted(self, by: Actor = C1) -> Case:
        self.settle(by)
        self.move("receive", by)
        self.move("accept", by)
        return self

    def agree(self, *departments: str, by: Actor = C1) -> Case:
        for one in departments or [task.department for task in self.facts.tasks]:
            case_tasks.opinion(self.kit.store, by, self.id, one, "agreed")
        return self


__all__ = ["AGENT", "C1", "DAJI", "DAY_MS", "SUPERVISOR", "WANG", "Case"]
