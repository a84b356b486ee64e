"""Writes docs/rules.md: the queue's rules in both languages, with the values now in force.

`python -m docs.rules --write docs/rules.md`; a test says when the page is old.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from hallclient.actions.hall_files import default_hall
from hallclient.rules.catalogue import Hall, Policy, named
from hallclient.rules.queue import TRANSITIONS
from hallclient.texts import text_in

ZH: Final = """\
# 排队规则

本页由程序按现行规则（版本 {version}）生成。规则的数值写在大厅的 `hall.toml` 里；
每次呼叫都记下规则版本和“为什么是这一位”。English below.

## 号码、业务、叫号

一个**号码**当天有效，一人一号；号码下有一项或几项**业务**，每项业务单独排队、单独办理。
联办的业务有先后：前一项办成，后一项才开始等候，不另取号。同一个人同一项业务只能有一个未结的号码。
人只按证件号的加密摘要识别，队列里没有证件号。

## 谁是下一位

窗口按自己的分工，从能办的队列里选。先后分四档：

1. **回到本窗口的**：挂起到时的、外出回来的、会办回来的、指定给本人的。
   保留 {reserved} 分，过时放回公共队列。
2. **到点的**：已核验的优先，和时间已到的预约（提前 {due_ahead} 分算到点）。
3. **普通的**：按取号先后。联办的后一项有 {joint_credit} 分的照顾，算作早到这么久。
4. **兼办的队列**：自己主办的队列空了才叫；兼办队列有人等过 {spare} 分时，与主办一起比。

两条保护普通号的规则：

- **穿插**：连叫 {in_a_row} 个到点的以后，若有普通号等满 {interleave} 分，下一个叫普通号。
- **防饿死**：普通号等过承诺时间的 {guard:g} 倍，就先叫它；下一次让到点的先，两者交替。

几条队列之间，比“等了承诺时间的几倍”，大的先叫。同一个人正在别的窗口时，不会被叫。
应急分工只在值班长打开应急以后算数。不按顺序呼叫（选呼）要写原因。

### 预约

预约时间前 {early} 分起可以签到，最迟晚到 {late} 分仍算预约。
早到的排在预约时间，晚到的排在签到时间；更晚就是普通号。

## 呼叫、过号、复号

- 重呼要隔 {recall_gap} 秒，最多重呼 {recall_max} 次。
- 呼叫满 {pass_attempts} 次，或第一次呼叫后过了 {pass_after} 秒，才能过号。
- 过号后 {expires} 分内可以复号 {reinstate_max} 次：再叫 {reinstate_calls} 位以后、
  且离上次呼叫 {recent} 秒以后轮到；没有别人在等就可以先叫。再次过号，号码作废。
- 撤销自己的上一步：{undo} 秒内，而且这个号码没有别的变化。

## 办理中

- 挂起要有原因；一人最多同时挂起 {hold_max} 个；到时自动回到本窗口的队列。
- 办结 {reopen} 分内本人可以重开，以后只有值班长可以；后续业务已开始的不能重开。
- 办结后有 {wrap_up} 秒整理，期间随时可以呼叫。
- 办理时间超过本队列第 95 百分位的 {forgotten:g} 倍（至少 {floor} 分），问一次是不是忘了办结。
  这样补办结的时间是估计的，不进平均数。
- 转办有五种：{transfers}。号码和字母不变。

## 各队列的承诺

{lines}

## 状态

{states}

## 指标

时间都从日志来，只算量到的，估计的不算。

- **等候**：从可以被叫（取号、前一项办完、复号）到第一次呼叫；预约从预约时间或签到时间中较晚的算。
- **办理**：从开始到办结，不含挂起和在外等待。
- **预计等候**：把大厅从此刻起按上面的规则往下推演几遍——等候的人、正在办理的（已办多久）、窗口分工、
  午休、按往周同日和今天来号快慢估计的新来的人——给出一个范围，十次里约有八次落在其中。
  办理时间用量到的，不够时向上表的值靠拢。暂停的窗口按很快回来算，正在收窗的不算。
- **全部叫完**：假如下班时停止取号，同样的推演给出当天最后一个号被叫到的时间范围。

## 权限

没有登录就没有操作。窗口人员在窗口叫号、办理；帮办人员取号、核验优先、加业务、取消、复号，不能叫号；
值班长能做窗口人员的事，还能接管、释放窗口、开关应急、改分工；管理员管人员和库，不碰队列。
权限在每个操作里再查一次，不只是界面上看不见。
"""

EN: Final = """\
# Rules of the queue

This page is generated from the rules in force (version {version}). The numbers stand in the hall's
`hall.toml`; every call records the version of the rules and why it was this one.

## Number, service, call

A **number** is good for one day and one person. It has one or more **services**; each service waits
and is served on its own. Services of a joint matter have an order: when one is done the next begins
to wait, without a second number. A person has at most one open number for a service. A person is
known by a keyed digest of the identity number only; the queue holds no identity numbers.

## Who is next

A window chooses among the lines of its plan, in four bands:

1. **Who comes back to this window**: a hold that ran out, somebody back from outside or from a
   consultation, somebody sent to this clerk. Reserved for {reserved} min, then back in the pool.
2. **Due**: verified priority, and bookings whose time has come (from {due_ahead} min before it).
3. **Ordinary**: in the order of their numbers. The next service of a joint matter counts as having
   come {joint_credit} min earlier.
4. **Spare lines**: only when the window's own lines are empty, or when somebody there has waited
   more than {spare} min; then they compare with the own ones.

Two rules protect ordinary numbers:

- **Interleave**: after {in_a_row} due calls in a row, an ordinary number that has waited
  {interleave} min goes next.
- **Starvation guard**: an ordinary number that has waited more than {guard:g} times its target goes
  first; the call after that goes to the due ones again, so that both take turns.

Between lines, the wait measured in targets decides: the longest goes first. Nobody is called while
they are at another window. Emergency lines count only while a supervisor has switched them on.
Calling out of order needs a reason.

### Bookings

Check-in is possible from {early} min before the booked time, and up to {late} min after it the
booking still counts. Who is early has the place of the booked time, who is late that of the
check-in; later than that the number is ordinary.

## Calling, passing, coming back

- Between two announcements lie {recall_gap} s; a number is called again at most {recall_max}
  times.
- A number may be passed after {pass_attempts} announcements, or {pass_after} s after the first.
- A passed number may come back {reinstate_max} time within {expires} min: its turn is after
  {reinstate_calls} more calls and {recent} s after its last call, or at once when nobody else
  waits. Passed again, it is void.
- Undo: one's own last action, within {undo} s, while nothing else has happened to the number.

## While serving

- A hold needs a reason; a clerk holds at most {hold_max}; when the timer runs out the number
  returns to the window's queue.
- A finished service is reopened by its clerk within {reopen} min, later by a supervisor; not when
  what comes after it has begun.
- After a finish there are {wrap_up} s to tidy up; calling is possible at any time.
- After {forgotten:g} times the line's 95th percentile (at least {floor} min) the desk asks whether
  the finish was forgotten. Times ended so are estimates and enter no average.
- There are five transfers: {transfers}. Number and letter stay.

## What each line promises

{lines}

## States

{states}

## Figures

All times come from the log; only measured ones count, estimates do not.

- **Wait**: from being ready (number taken, service before done, reinstated) to the first call; for
  a booking from the booked time or the check-in, whichever is later.
- **Service**: from start to finish, without holds and waiting outside.
- **Expected wait**: the hall is played on from this moment by the rules above a few times — who
  waits, the services under way and how long they have lasted, the windows' plans, the noon break,
  those still to come by the same day of earlier weeks and by how today goes — and gives a range
  that holds about eight times of ten. Service times are the measured ones, drawn towards the table
  while few. A paused window is expected back soon, one that is closing is not counted.
- **All called**: if numbers stop at closing, the same play gives the range of times at which the
  last number of the day is called.

## Who may do what

Nothing happens without an operator. A clerk calls and serves at a window; an agent takes numbers,
verifies priority, adds services, cancels and reinstates, and does not call; a supervisor does what
a clerk does, and takes over, frees windows, switches emergency lines, changes plans; an
administrator keeps staff and store, and does not touch the queue. Every action checks this itself;
it is not only hidden on the screen.
"""
TRANSFERS: Final = ("window", "wrong-service", "next", "clerk", "consult")
PAGES: Final = {"zh": ZH, "en": EN}


def page() -> str:
    """Both languages, Chinese first."""
    hall = default_hall()
    return "\n---\n\n".join(
        text.format(**values(hall.policy), **tables(hall, language))
        for language, text in PAGES.items()
    )


def values(policy: Policy) -> dict[str, object]:
    """The numbers of the policy as the page says them."""
    minutes = {
        "reserved": policy.reserved_ms,
        "due_ahead": policy.due_ahead_ms,
        "joint_credit": policy.joint_credit_ms,
        "spare": policy.spare_after_ms,
        "interleave": policy.interleave_wait_ms,
        "early": policy.booked_early_ms,
        "late": policy.booked_late_ms,
        "expires": policy.passed_expires_ms,
        "reopen": policy.reopen_ms,
        "floor": policy.forgotten_floor_ms,
    }
    seconds = {
        "recall_gap": policy.recall_gap_ms,
        "pass_after": policy.pass_after_ms,
        "recent": policy.recent_call_gap_ms,
        "undo": policy.undo_ms,
        "wrap_up": policy.wrap_up_ms,
    }
    return {
        "version": policy.version,
        "in_a_row": policy.priority_in_a_row,
        "guard": policy.guard_factor,
        "recall_max": policy.recall_max,
        "pass_attempts": policy.pass_after_attempts,
        "reinstate_max": policy.reinstate_max,
        "reinstate_calls": policy.reinstate_after_calls,
        "hold_max": policy.hold_max,
        "forgotten": policy.forgotten_factor,
        **{name: f"{ms / 60_000:g}" for name, ms in minutes.items()},
        **{name: f"{ms / 1000:g}" for name, ms in seconds.items()},
    }


def tables(hall: Hall, language: str) -> dict[str, str]:
    """What is listed: transfers, lines, states."""
    between = "、" if language == "zh" else "; "
    heads = {
        "zh": (("字母", "队列", "承诺等候", "通常办理"), ("操作", "从", "到")),
        "en": (("Letter", "Line", "Promised wait", "Usual service"), ("It may", "From", "To")),
    }[language]
    lines = [
        [
            line.prefix,
            named(line, language),
            text_in(language, "words.minutes", n=line.target_ms // 60_000),
            text_in(language, "words.minutes", n=line.service_ms // 60_000),
        ]
        for line in hall.lines.values()
    ]
    states = [
        [
            text_in(language, f"action.{action}"),
            between.join(text_in(language, f"state.{state}") for state in sorted(before)),
            text_in(language, f"state.{after}"),
        ]
        for action, (before, after) in TRANSITIONS.items()
    ]
    return {
        "transfers": between.join(text_in(language, f"transfer.{kind}") for kind in TRANSFERS),
        "lines": table(heads[0], lines),
        "states": table(heads[1], states),
    }


def table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    said = [list(head), ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in said)


def main() -> None:
    """Write the page, or print it."""
    parser = argparse.ArgumentParser(prog="python -m docs.rules", description=main.__doc__)
    parser.add_argument("--write", metavar="FILE", type=Path)
    target: Path | None = parser.parse_args().write
    if target is None:
        sys.stdout.write(page())
    else:
        target.write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
