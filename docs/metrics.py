"""Writes docs/metrics.md: every figure with its formula in both languages, from the code.

`python -m docs.metrics --write docs/metrics.md`; a test says when the page is old.
"""

from __future__ import annotations

from typing import Final

from docs.rules import table, write
from hallclient import review_tables
from hallclient.actions.hall_files import default_hall
from hallclient.figure_tables import formula, metric_name
from hallclient.rules.catalogue import Hall
from hallclient.rules.metrics import GROUPINGS, METRICS, VERSION
from hallclient.rules.review import figures as review
from hallclient.texts import text_in

ZH: Final = """\
# 指标

本页由程序生成，定义版本 {version}，按现行规则 {policy} 的数值。`hallclient report` 给出这些指标，
`hallclient report --definitions` 给出同样的定义。English below.

- 时间都从日志来，精确到毫秒，显示到秒；超过一小时照样计。
- 每个平均数旁边都有个数（n）、中位数（p50）、九成（p90，90% 不超过）和最长。
- 百分位取最近名次：第 n×p÷100 个（进一）。平均数舍去不足一毫秒的部分。
- 估计的时间（补办结、接管）不进任何平均数，在“另计”里给出个数；没有记录有人时间的窗口也一样。
- 撤销了的操作不算。号码算在取号那天，按钟点分组时：等候算在开始等候的钟点，办理算在结束的钟点。
- 百分比都给出整体是多少。一个整体也没有时，不给百分比。

{metrics}

## 办件指标

`hallclient report deficiencies`、`deadlines`、`promises`、`agents` 给出这些指标，加 `--definitions`
给出定义；定义版本 {review}。

- 天数都是整天，平均数到十分之一天；工作日按现行工作日历，时限用自己的单位。
- 办件算在建档那天，连同到现在为止的结果；时限算在结束那天，承诺算在作出那天。
- 没有数据就没有平均数和百分比。

{cases}
"""

EN: Final = """\
# Figures

This page is generated, version {version} of the definitions, with the values of the rules in force
({policy}). `hallclient report` gives these figures, and `hallclient report --definitions` the same
definitions.

- All times come from the log, exact to the millisecond, shown in seconds; hours are no exception.
- Beside each mean stand how many it is made from (n), the median (p50), nine of ten (p90: 90% are
  not longer) and the longest.
- Percentiles are nearest-rank: number n×p÷100, rounded up. Means drop what is below a millisecond.
- Estimated times (a finish made up for, a window taken over) enter no average; their number is
  shown apart. So are windows whose staffed time nobody recorded.
- What was undone does not count. A number counts on the day it was taken. By hour, a wait counts
  where it began and a service where it ended.
- A share always says of how many. Without any there is no share.

{metrics}

## Figures of cases

`hallclient report deficiencies`, `deadlines`, `promises` and `agents` give these figures, with
`--definitions` what they mean; version {review} of the definitions.

- Days are whole ones, their means in tenths; working days by the calendar in force, a deadline in
  its own unit.
- A case counts on the day its file was opened, with all that came of it up to now; a deadline on
  the day it ended, a promise on the day it was made.
- Without data there is no mean and no share.

{cases}
"""
PAGES: Final = {"zh": ZH, "en": EN}
HEADS: Final = {
    "zh": ("代号", "指标", "单位", "可以按", "算法"),
    "en": ("Id", "Figure", "Unit", "By", "How it is computed"),
}
BETWEEN: Final = {"zh": "、", "en": ", "}


def page() -> str:
    """Both languages, Chinese first."""
    hall = default_hall()
    return "\n---\n\n".join(
        text.format(
            version=VERSION,
            policy=hall.policy.version,
            metrics=definitions(hall, language),
            review=review.VERSION,
            cases=of_cases(language),
        )
        for language, text in PAGES.items()
    )


def definitions(hall: Hall, language: str) -> str:
    """The table of all figures."""
    rows = [
        [
            f"`{metric.id}`",
            metric_name(metric.id, hall.policy, language),
            text_in(language, f"figures.unit.{metric.kind}"),
            BETWEEN[language].join(
                text_in(language, f"figures.by.{by}") for by in GROUPINGS if by in metric.by
            ),
            formula(metric.id, hall.policy, language),
        ]
        for metric in METRICS.values()
    ]
    return table(HEADS[language], rows)


def of_cases(language: str) -> str:
    """The table of the figures of cases."""
    groupings = dict.fromkeys(by for known in review.GROUPINGS.values() for by in known)
    rows = [
        [
            f"`{metric.id}`",
            review_tables.metric_name(metric.id, language),
            text_in(language, f"reviewfig.unit.{metric.kind}"),
            BETWEEN[language].join(
                text_in(language, f"reviewfig.by.{by}") for by in groupings if by in metric.by
            ),
            review_tables.formula(metric.id, language),
        ]
        for metric in review.METRICS.values()
    ]
    return table(HEADS[language], rows)


if __name__ == "__main__":
    write("python -m docs.metrics", __doc__, page())
