"""The figures of review over some days: deficiencies, deadlines, promises, agents.

Reads the projections by their indexes; what a figure means is in `hallclient.rules.review.figures`.
No person is named and nothing sealed is opened, so reading is no event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from db.store import Row, Store
from hallclient.actions import firms
from hallclient.actions.acting import Actor
from hallclient.actions.calendars import calendar_of
from hallclient.actions.case_rows import VOID, clock_fact
from hallclient.actions.editions import checklist_in, flow_in
from hallclient.actions.figures import days_of, may_read
from hallclient.actions.forms import form_in
from hallclient.actions.hall import hall_of
from hallclient.actions.reading import snapshot
from hallclient.rules.catalogue import Hall
from hallclient.rules.errors import Refused
from hallclient.rules.metrics import Figures
from hallclient.rules.review import deficiencies
from hallclient.rules.review import figures as rules
from hallclient.rules.review.figures import Defect, Ended, Groups, Handled, Mark, Promised, Tally
from hallclient.rules.review.materials import MISSING, OWN
from hallclient.rules.review.spec import Flow
from hallclient.rules.workdays import Calendar
from hallclient.texts import LANGUAGES, text_in

NOTICE: Final = "gzs"
"""The kind of paper that is the one-time notice (一次性告知书)."""
_REFUSED: Final = frozenset({"refused_accept", "not_needed"})
_WITHDRAWN: Final = "withdrawn_before"

Name = tuple[str, str]
"""What something is called, in Chinese and in English."""


class Report(NamedTuple):
    """Figures of review from one day to another, as they are at one moment (UTC ms)."""

    report: str
    first: str
    last: str
    as_of: int
    definitions: str
    total: Figures
    groups: Mapping[str, Mapping[str, Figures]]
    """Grouping -> group -> figures."""
    names: Mapping[str, Mapping[str, Name]]
    """Grouping -> group -> its name, where it has one beside its id."""


def review_figures(
    store: Store,
    who: Actor,
    report: str,
    first: str,
    last: str = "",
    by: Sequence[str] = (),
    *,
    firm: str = "",
) -> Report:
    """One of `rules.REPORTS` over some business days (``YYYY-MM-DD``; one day: ``last`` empty).

    ``firm``: of that of agents, only the cases of this firm's.
    Raises ``not-allowed``, ``no-such-report``, ``no-report-by``, ``bad-day``, ``days-turned``,
    ``too-many-days``, ``no-such-firm``.
    """
    may_read(store, who)
    if report not in rules.REPORTS:
        raise Refused("no-such-report", field="report", report=report)
    for grouping in by:
        if grouping not in rules.GROUPINGS[report]:
            known = ", ".join(rules.GROUPINGS[report])
            raise Refused("no-report-by", field="by", by=grouping, known=known)
    days = days_of(first, last or first)
    tally = Tally(report, by)
    with snapshot(store):
        rows = _Rows(store, days[0], days[-1], firms.check(store, firm))
        for mark in rows.marks(report):
            tally.add(mark)
        return Report(
            report=report,
            first=days[0],
            last=days[-1],
            as_of=rows.now,
            definitions=rules.VERSION,
            total=tally.total(),
            groups={grouping: tally.groups(grouping) for grouping in by},
            names=rows.names,
        )


class _Rows:
    """The rows of the days, as the rules take them; names are collected on the way."""

    def __init__(self, store: Store, first: str, last: str, firm: str = "") -> None:
        self.store = store
        self.firm = firm
        self.now = store.env.now()
        self.today = date.fromisoformat(store.env.day(self.now))
        self.calendar: Calendar = calendar_of(store)
        self.hall: Hall = hall_of(store)
        self.names: dict[str, dict[str, Name]] = {
            rules.ITEM: {key: (one.zh, one.en) for key, one in self.hall.items.items()},
            rules.DEPARTMENT: {key: (one.zh, one.en) for key, one in self.hall.departments.items()},
            rules.REASON: {},
            rules.MATERIAL: {},
            rules.PLACE: {
                f"{deficiencies.DEPARTMENT}:{key}": (one.zh, one.en)
                for key, one in self.hall.departments.items()
            },
            rules.TIMER: {},
        }
        self.first, self.last = first, last
        zone = ZoneInfo(store.meta["time_zone"])
        begin, end = (date.fromisoformat(day) for day in (first, last))
        self.span = tuple(
            round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 1000
            for day in (begin, end + timedelta(1))
        )
        self._firms: dict[str, str] = {
            row["id"]: row["firm"]
            for row in store.rows("SELECT id, firm FROM operator WHERE firm IS NOT NULL")
        }
        self._checklists: dict[str, str] = {}
        self._forms: dict[str, str] = {}
        self._flows: dict[str, Flow] = {}
        self._days: dict[int, date] = {}

    def marks(self, report: str) -> Iterator[Mark]:
        """Everything that the report counts."""
        if report == rules.DEADLINES:
            for clock in self._clocks():
                yield from rules.of_clock(clock)
            return
        if report == rules.PROMISES:
            for promise in self._promises():
                yield from rules.of_promise(promise, self.calendar, self.today)
            return
        rows = self._cases(agents=report == rules.AGENTS)
        told = self._notices()
        deemed = self._deemed(rows)
        cases = [self._handled(row, told.get(key, []), key in deemed) for key, row in rows.items()]
        for case in cases:
            yield from rules.of_case(case, self.calendar)
        yield from rules.of_defects(cases, list(self._defects(rows, told)), self.calendar)

    # -- cases

    def _cases(self, *, agents: bool) -> dict[str, Row]:
        """The cases opened in these days by id: their numbers begin with the day."""
        begin = self.first.replace("-", "")
        end = (date.fromisoformat(self.last) + timedelta(1)).isoformat().replace("-", "")
        rows = self.store.rows(
            "SELECT id, day, item, checklist, flow, filing, state, agent, firm, received_at, "
            "accepted_at, tolerant FROM case_file WHERE number >= ? AND number < ?",
            begin,
            end,
        )
        return {
            row["id"]: row
            for row in rows
            if not agents or (row["agent"] and self.firm in ("", self._firm(row)))
        }

    def _firm(self, row: Row) -> str:
        """The firm that a case's agent was of; from before it was kept: is of."""
        return str(row["firm"] or self._firms.get(row["agent"], ""))

    def _notices(self) -> dict[str, list[int]]:
        """Case -> the moments of its notices, in order."""
        told: dict[str, list[int]] = {}
        for row in self.store.rows(
            "SELECT case_file, at FROM paper WHERE day >= ? AND kind = ? AND delivery IS NOT ? "
            "ORDER BY at",
            self.first,
            NOTICE,
            VOID,
        ):
            told.setdefault(row["case_file"], []).append(row["at"])
        return told

    def _deemed(self, cases: Mapping[str, Row]) -> set[str]:
        """The cases whose time to tell ran out."""
        return {
            row["case_file"]
            for row in self.store.rows(
                "SELECT case_file, timer FROM clock WHERE ended_at >= ?1 AND state = 'late' "
                "UNION SELECT case_file, timer FROM clock WHERE ended_at IS NULL AND due < ?2 "
                "AND state = 'running'",
                self.span[0],
                self.today.isoformat(),
            )
            if row["case_file"] in cases and self._tells(cases[row["case_file"]], row["timer"])
        }

    def _tells(self, case: Row, timer: str) -> bool:
        """Whether a timer is the one within which the applicant must hear what is missing."""
        known = self._flow(case["flow"]).timer.get(timer)
        return known is not None and known.alarm_after > 0

    def _handled(self, row: Row, told: list[int], deemed: bool) -> Handled:
        received = row["received_at"]
        notices = [at for at in told if received is not None and at >= received]
        return Handled(
            id=row["id"],
            groups=self._groups(row, date.fromisoformat(row["day"])),
            received=self._day(received),
            accepted=self._day(row["accepted_at"]),
            tolerant=bool(row["tolerant"]),
            refused=row["state"] in _REFUSED,
            withdrawn=row["state"] == _WITHDRAWN,
            deemed=deemed,
            notices=tuple(self._known(at) for at in notices),
            advised=len(told) - len(notices),
        )

    def _defects(
        self, cases: Mapping[str, Row], notices: Mapping[str, list[int]]
    ) -> Iterator[Defect]:
        """What was found in these cases. A paper that is not there yet is a deficiency once told:
        before, nobody has come to it.
        """
        for row in self.store.rows(
            "SELECT case_file, source, ref, code, paper, opened_at, closed_at FROM deficiency "
            "WHERE opened_at >= ? AND (paper IS NOT NULL OR code <> ?)",
            self.span[0],
            MISSING,
        ):
            case = cases.get(row["case_file"])
            if case is None:
                continue
            received = case["received_at"]
            first = next(
                (
                    at
                    for at in notices.get(case["id"], ())
                    if received is not None and at >= received
                ),
                None,
            )
            reason, material, place = self._named(case, row)
            yield Defect(
                case=case["id"],
                groups=self._groups(case, date.fromisoformat(case["day"])),
                source=row["source"],
                reason=reason,
                material=material,
                place=place,
                told=row["paper"] is not None,
                late=first is not None and row["opened_at"] > first,
                opened=self._known(row["opened_at"]),
                closed=self._day(row["closed_at"]),
            )

    def _named(self, case: Row, row: Row) -> tuple[str, str, str]:
        """Reason, material and place of a deficiency: groups that have a name from now on."""
        source, ref, code = row["source"], row["ref"] or "", row["code"] or ""
        if source == deficiencies.MATERIAL:
            name = self._explain(case["checklist"])
            # What every material may have is told of each by itself.
            key = code if code.startswith(f"{ref}.") else f"{ref}.{code}"
            return f"{name}/{key}", f"{name}/{ref}", ""
        if source in (deficiencies.FIELD, deficiencies.RULE):
            form = self._form(case["filing"])
            # A field in a table is named with its row; the place is the column.
            column = ref.rpartition("/")[2]
            return "", "", f"{source}:{form}/{code if source == deficiencies.RULE else column}"
        return "", "", f"{source}:{ref}" if ref else ""

    # -- clocks and promises

    def _clocks(self) -> Iterator[Ended]:
        for row in self.store.rows(
            "SELECT clock.*, c.item, c.checklist, c.agent, c.firm, c.flow FROM clock "
            "JOIN case_file c ON c.id = clock.case_file WHERE ended_at >= ? AND ended_at < ?",
            *self.span,
        ):
            clock = clock_fact(row)
            ended = self._known(row["ended_at"])
            used = self.calendar.used(clock.start, ended, clock.unit, clock.pauses)
            whole = self.calendar.used(clock.start, ended, clock.unit)
            known = self._flow(row["flow"]).timer.get(clock.timer)
            if known is not None:
                self.names[rules.TIMER][clock.timer] = (known.zh, known.en)
            yield Ended(
                groups=self._groups(row, ended),
                timer=clock.timer,
                state=clock.state,
                used=used,
                late=self.calendar.used(clock.due, ended, clock.unit),
                paused=whole - used,
            )

    def _promises(self) -> Iterator[Promised]:
        for row in self.store.rows(
            "SELECT promise.kind, no, due, promise.state, at, promise.closed_at AS ended_at, "
            "c.item, c.checklist, c.agent, c.firm FROM promise "
            "JOIN case_file c ON c.id = promise.case_file WHERE at >= ? AND at < ?",
            *self.span,
        ):
            made = self._known(row["at"])
            yield Promised(
                groups=self._groups(row, made),
                kind=row["kind"],
                material=f"{self._explain(row['checklist'])}/{row['no']}",
                state=row["state"],
                made=made,
                due=date.fromisoformat(row["due"]),
                closed=self._day(row["ended_at"]),
            )

    # -- what belongs where

    def _groups(self, row: Row, day: date) -> Groups:
        item = self.hall.items.get(row["item"])
        return Groups(
            item=row["item"] or "",
            department=item.department if item is not None else "",
            agent=row["agent"] or "",
            firm=self._firm(row),
            week=rules.week_of(day),
        )

    def _explain(self, edition: str) -> str:
        """The id of a checklist; its materials and reasons are named from now on."""
        name = self._checklists.get(edition)
        if name is None:
            found = checklist_in(self.store, edition)
            name = self._checklists[edition] = found.id
            for one in found.materials:
                self.names[rules.MATERIAL][f"{name}/{one.no}"] = (one.zh, one.en)
                said = [(reason.code, reason.zh, reason.en) for reason in one.reasons]
                for code in (MISSING, OWN):
                    zh, en = (text_in(spoken, f"reviewfig.code.{code}") for spoken in LANGUAGES)
                    said.append((f"{one.no}.{code}", zh, en))
                for code, zh, en in said:
                    known = f"{one.zh} · {zh}", f"{one.en} · {en}"
                    self.names[rules.REASON][f"{name}/{code}"] = known
        return name

    def _form(self, filing: str | None) -> str:
        """The id of the form that a case is filed with; its fields are named from now on."""
        if filing is None:
            return ""
        row = self.store.row("SELECT form FROM filing WHERE id = ?", filing)
        if row is None:
            return ""
        name = self._forms.get(row["form"])
        if name is None:
            form = form_in(self.store, row["form"])[0]
            name = self._forms[row["form"]] = form.id
            for section in form.sections:
                for field in section.fields:
                    key = f"{deficiencies.FIELD}:{name}/{field.id}"
                    self.names[rules.PLACE][key] = (field.zh, field.en)
        return name

    def _flow(self, edition: str) -> Flow:
        if edition not in self._flows:
            self._flows[edition] = flow_in(self.store, edition)
        return self._flows[edition]

    def _day(self, ms: int | None) -> date | None:
        return None if ms is None else self._known(ms)

    def _known(self, ms: int) -> date:
        # Every zone's offset is a multiple of a quarter of an hour.
        quarter = ms // 900_000
        found = self._days.get(quarter)
        if found is None:
            found = self._days[quarter] = date.fromisoformat(self.store.env.day(ms))
        return found
