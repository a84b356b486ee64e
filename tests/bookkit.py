"""Files of a booking system, as tests write them."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hallclient.actions import booking_import
from hallclient.actions.booking_import import ImportReport
from tests.hallkit import ADMINISTRATOR, Kit

HEADINGS = {
    "number": "预约号",
    "date": "预约日期",
    "time": "预约时段",
    "service": "事项名称",
    "name": "姓名",
    "identity": "身份证号",
    "phone": "手机号",
    "company": "单位名称",
    "materials": "材料",
    "state": "状态",
}
TODAY = "2026-09-22"
ZHANG = {"name": "张三丰", "identity": "11010519491231002X", "phone": "13812345678"}


def row(number: str, time: str = "10:00-10:30", **more: str) -> dict[str, str]:
    """A booking of today for the hall's first item."""
    return {"number": number, "date": TODAY, "time": time, "service": "SP078", **more}


def csv_text(
    rows: Sequence[Mapping[str, str]],
    *,
    headings: Mapping[str, str] = HEADINGS,
    separator: str = ",",
    columns: Sequence[str] = tuple(HEADINGS),
) -> str:
    """The rows under their headings."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow([headings[column] for column in columns])
    writer.writerows([[one.get(column, "") for column in columns] for one in rows])
    return out.getvalue()


def write(folder: Path, rows: Sequence[Mapping[str, Any]], name: str = "bookings.csv") -> Path:
    """A file of rows: CSV in UTF-8, or JSON when the name says so."""
    path = folder / name
    if name.endswith(".json"):
        path.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    else:
        path.write_text(csv_text(rows), "utf-8")
    return path


def take_in(kit: Kit, *rows: Mapping[str, Any], name: str = "bookings.csv") -> ImportReport:
    """Import rows; the report."""
    path = write(kit.path.parent, rows, name)
    return booking_import.import_file(kit.store, ADMINISTRATOR, path)


def booked(kit: Kit, *rows: Mapping[str, Any]) -> None:
    """Import rows that have nothing wrong."""
    report = take_in(kit, *rows)
    assert report.problems == ()
    assert report.new == len(rows)
