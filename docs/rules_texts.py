"""What the page of the rules says in both languages, without the values (see `docs.rules`)."""

from __future__ import annotations

from typing import Final

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

## 预约

- 预约是别的系统来的，按文件导入；同一个人一天一个，每个时段每条队列按窗口能办的
  {booking_share} 收，其余留给现场取号的人。
- 预约时间前 {early} 分起可以签到，最迟晚到 {late} 分仍算预约，不受取号限额。
  早到的排在预约时间，晚到的排在签到时间；更晚就是普通号。
- 过了时间没来，记一次失约。{no_show_days} 天内失约 {no_show_limit} 次，不再接受他的新预约。
- 上一个工作日结转来的号码也是预约：哪些业务都带着，全天有效，什么时候来都算到点。

## 取号机

- 开门前 {kiosk_early} 分开始出号，到下班为止，午休也出。停止取号的队列不出；
  队列可以有全天限额和每 {slot} 分一段的限额，都只管没有预约的人。
- 身份证能证明年龄，{from_age} 岁以上当场算优先。其他优先只是**自称**，先排普通号，
  到咨询台看过证件以后才算优先。
- 小票上印着取号时的“前面几人、预计多久”，也留在库里，以后可以对照。

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

## 一天的开门和收班

- 开门检查只是提醒：没有人开门，大厅照样办，桌面上会写“尚未开门检查”。
- 下班前取的号，**号到即办**：下班后照常叫，叫完为止。
- 值班长收班时签字。没有结的业务按它本来的样子了结，绝不算办结：
  正在办的是“收班中止”，过号的是“未到”，其余“日终作废”；办事人同意的，可以结转到下一个工作日。
- 没人收班的一天，第二天第一个动作时由系统收，没有签字，值班长可以补签；还在窗口前的人留给窗口人员。
- 收班时窗口都关上，求助和提醒都撤下。这样了结的时间不进平均数。

## 提醒

看的是人等了多久，不是人数。不是“马上”的，要连着 {alarm_after} 秒都是这样才提醒。

{alarms}

回落到界限的 {alarm_clear} 以下才撤下，所以不会一闪一闪。同一条队列只显示最要紧的一条。
建议怎么办，是把“改了以后”和“不改”各推演一遍比出来的；帮了一条、害了另一条的，不建议。

## 预计等候

把大厅从此刻起按上面的规则往下推演很多遍：等候的人、正在办理的（已办多久）、窗口分工、午休、
往周同日和今天来号快慢估计的新来的人。办理时间用量到的，不够时向上表的值靠拢。暂停的窗口按很快回来算，
正在收窗的不算。给出的是**一个范围，十次里应有八次落在其中**；取号机、大屏、小票、桌面、全厅画面说的是同一个数。
可能超过两小时的，访客那里只说至少多久。假如下班时停止取号，同样的推演给出当天最后一个号被叫到的时间范围。

## 指标

每个指标怎么算，见[指标](metrics.md)。

## 权限

没有登录就没有操作。窗口人员在窗口叫号、办理；帮办人员取号、核验优先、加业务、取消、复号，不能叫号；
值班长能做窗口人员的事，还能看全厅、接管、释放窗口、开关应急、改分工、开门收班、看指标；
管理员管人员和库、导入预约、看指标，不碰队列；取号机只能取号、签到、打印小票。
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

## Bookings

- Bookings come from another system, as files; one a day and person. In each slot a line takes
  {booking_share} of what its windows can serve; the rest is for those who just come.
- Check-in is possible from {early} min before the booked time, and up to {late} min after it the
  booking still counts, whatever limits the line has. Who is early has the place of the booked
  time, who is late that of the check-in; later than that the number is ordinary.
- Who does not come is counted. After {no_show_limit} times within {no_show_days} days no new
  booking of that person is taken.
- A number carried over from the last working day is a booking too: with all its services, good
  for the whole day, and due whenever the visitor comes.

## Kiosks

- They hand out numbers from {kiosk_early} min before opening until closing, also at noon; not for
  a line that was stopped. A line may have a limit for the day and one for every {slot} min; both
  are for those without a booking.
- An identity card proves the age: from {from_age} years on priority counts at once. Any other
  priority is only **claimed**: the number is ordinary until the help desk has seen the paper.
- The slip says how many are ahead and what wait to expect; the store keeps what was told, to be
  held against what came.

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

## Opening and closing the day

- The check before opening only reminds: a day that nobody opened is worked all the same, and desks
  say so.
- A number taken before closing time **is served**: calling goes on until none is left.
- A supervisor closes the day with a signature. What is open ends for what it is, and never as
  done: a service under way is "broken off", a passed number "did not come", the rest "day ended";
  with the visitor's consent a number is carried over to the next working day.
- A day that nobody closed is closed by the system at the first action of the next one, without a
  signature; a supervisor may sign it later. Who is still at a window is left to the clerk.
- Closing shuts the windows and takes back calls for help and alarms. Times that end so enter no
  average.

## Alarms

They look at how long people wait, not at how many there are. What is not raised at once has to
last for {alarm_after} s.

{alarms}

An alarm is taken back below {alarm_clear} of its limit, so that it does not flicker. Of one line
only the most pressing is shown. What is advised was played with the change and without it; what
helps one line and makes another late is not advised.

## Expected wait

The hall is played on from this moment by the rules above many times: who waits, the services under
way and how long they have lasted, the windows' plans, the noon break, those still to come by the
same day of earlier weeks and by how today goes. Service times are the measured ones, drawn towards
the table while few. A paused window is expected back soon, one that is closing is not counted. The
answer is **a range that should hold eight times of ten**; kiosk, board, slip, desk and live view
say the same. Visitors whose wait may be over two hours are told its least only. If numbers stop at
closing, the same play gives the range of times at which the last number of the day is called.

## Figures

How each figure is computed stands in [Figures](metrics.md#figures).

## Who may do what

Nothing happens without an operator. A clerk calls and serves at a window; an agent takes numbers,
verifies priority, adds services, cancels and reinstates, and does not call; a supervisor does what
a clerk does, and watches the hall, takes over, frees windows, switches emergency lines, changes
plans, opens and closes the day, reads figures; an administrator keeps staff and store, imports
bookings, reads figures, and does not touch the queue; a kiosk takes numbers, checks bookings in
and prints slips. Every action checks this itself; it is not only hidden on the screen.
"""
ALARMS: Final = {
    "help": (
        "窗口求助，值班长还没应答",
        "a window has called, no supervisor has answered",
    ),
    "uncovered": (
        "有人等，没有开着的窗口办这条队列（午休和开门前不算）",
        "somebody waits, no open window serves the line (not at noon, not before opening)",
    ),
    "oldest-wait": (
        "最久的等过承诺的 {guard:g} 倍，或 {emergency_wait} 分",
        "the longest wait is over {guard:g} times the promise, or {emergency_wait} min",
    ),
    "silent": (
        "开着的窗口 {silent} 秒没有动静",
        "nothing is heard of an open window for {silent} s",
    ),
    "forecast": (
        "推演 {forecast} 分内有人会等过承诺",
        "within {forecast} min somebody would wait longer than promised",
    ),
    "forgotten": ("办得太久（见上）", "a service takes too long (see above)"),
    "waiting": (
        "人数超过队列的人数线，而且等候或推演的等候也超过承诺",
        "more wait than the line's limit, and wait or forecast is over the promise as well",
    ),
    "long-pause": (
        "超过暂停原因的时限",
        "longer than the reason of the pause allows",
    ),
    "no-notice": (
        "收件第三日起还没有告知或受理，每天提醒；满五日视为受理（行政许可法 32）",
        "nothing told or accepted from the third day after receipt, anew each day; after five days "
        "it counts as accepted (Administrative Licensing Law, 32)",
    ),
    "case-late": (
        "有办件超过时限，每天提醒",
        "cases are past their deadline, anew each day",
    ),
    "case-due": (
        "有办件一个工作日内到期（红灯），每天提醒",
        "cases are due within a working day (red), anew each day",
    ),
    "promise-late": (
        "有容缺或承诺到期未履行，每天提醒",
        "promises of applicants are overdue, anew each day",
    ),
    "step-late": (
        "部门环节超时而办件还没超时，每天提醒",
        "a department is late while the case is not, anew each day",
    ),
    "codes-low": (
        "某种号码剩下不到一个号码块余量线的十倍，每天提醒",
        "fewer codes of a kind are left than ten times the low mark of a block, anew each day",
    ),
    "unclaimed": (
        "有证照 30 天没有人领，或已过法定送达日，每天提醒",
        "certificates that nobody has fetched for 30 days, or that are past the legal day of "
        "delivery, anew each day",
    ),
    "closing": (
        "推演最后一个号要在下班 {closing_late} 分以后才叫到",
        "the last number would be called more than {closing_late} min after closing",
    ),
}
"""Kind -> when it is raised, in both languages."""
