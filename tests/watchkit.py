"""Cases as they stand in the store, made row by row: for what only looks at them."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from db.store import Row
from hallclient.actions import cases
from hallclient.actions.acting import Actor, acting
from hallclient.actions.case_rows import CaseDraft, case_row
from hallclient.actions.cases import Applicant
from tests.hallkit import Kit, clerk

FOOD = "SP082"
"""A service with a checklist: three working days promised, one paper may come later."""
ZONE = ZoneInfo("Asia/Shanghai")


def at(day: str, clock: str = "09:00") -> int:
    """A moment in the hall's time as UTC ms."""
    return round(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE).timestamp()) * 1000


class Desk:
    """Puts cases into a kit's store; each step is an event, as always."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit

    def case(
        self,
        state: str = "received",
        *,
        item: str = FOOD,
        by: Actor | None = None,
        name: str = "武汉大吉食品有限公司",
        phone: str = "13800000001",
        **columns: Any,
    ) -> Row:
        """A case in a state; ``columns`` of its row as they are to be."""
        whose = Applicant(kind="organisation", name=name, phone=phone)
        made = cases.open_case(self.kit.store, by or clerk(1), item, applicant=whose)
        return self.put(made["id"], "case_file", state=state, since=self.kit.clock.ms, **columns)

    def put(self, case: str, table: str, key: str = "", **columns: Any) -> Row:
        """Change a case's row, or make (``key``) one that belongs to it; the row."""
        with acting(self.kit.store, clerk(18), "case.edit") as tx:
            draft = CaseDraft(tx, case_row(self.kit.store, case))
            if table == "case_file":
                draft.case(**columns)
                row = draft.row
            elif key.count("/"):
                row = draft.insert(table, key, **columns)
            else:
                row = draft.insert(table, draft.next(table, key), **columns)
            draft.write("case.moved")
            return row

    def clock(
        self,
        case: Row,
        timer: str,
        start: str,
        due: str,
        *,
        limit: int = 5,
        unit: str = "W",
        state: str = "running",
        pauses: Sequence[tuple[str, str | None]] = (),
        ended: str = "",
        **more: Any,
    ) -> Row:
        """A clock of a case, days as ISO."""
        return self.put(
            case["id"],
            "clock",
            "c",
            timer=timer,
            state=state,
            started_at=at(start),
            start=start,
            count=limit,
            unit=unit,
            pauses=json.dumps([list(pause) for pause in pauses]),
            due=due,
            provisional=more.pop("provisional", 0),
            calendar="calendar/2026-11",
            ended_at=at(ended) if ended else None,
            **more,
        )

    def task(self, case: Row, department: str, due: str, **more: Any) -> Row:
        """A department's review of a case, open unless said otherwise."""
        made = {"lead": 0, "state": "open", "round": 1, "sent_at": at("2026-09-15"), "urged": 0}
        return self.put(
            case["id"], "review_task", "t", **{**made, "department": department, "due": due, **more}
        )

    def promise(self, case: Row, due: str, kind: str = "tolerance", **more: Any) -> Row:
        """A promise for the third material."""
        made = {"no": 3, "state": "open", "by": "c01", "at": self.kit.clock.ms}
        return self.put(case["id"], "promise", "o", **{**made, "kind": kind, "due": due, **more})

    def paper(self, case: Row, kind: str, number: str, day: str, **more: Any) -> Row:
        """A document of a case."""
        made = {"stamped": 1, "by": "c01", "at": at(day), "day": day}
        return self.put(
            case["id"], "paper", "p", **{**made, "kind": kind, "number": number, **more}
        )

    def deficiency(self, case: Row, code: str = "1.1", **more: Any) -> Row:
        """Something that is missing: a material's defect unless said otherwise."""
        made = {
            "round": 1,
            "source": "material",
            "ref": code.partition(".")[0],
            "code": code,
            "opened_by": "c01",
            "opened_at": self.kit.clock.ms,
        }
        return self.put(case["id"], "deficiency", "d", **{**made, **more})
