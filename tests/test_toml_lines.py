"""Where each table and key of a TOML file stands."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from hallclient.rules.toml_lines import Path, toml_lines

TEXT = '''\
# a comment = not a key
top = 1
[plain]
"quoted key" = "[not.a.table]"
long = """
inside = 1
[neither]
"""
after = [ # the list goes on
  "]",
  { a = 1 },
]
[[many]]
id = 'one'
[[many.inner]]
id = 1
[[many.inner]]
id = 2
[many.table]
x = 1
[[many]]
dotted.key = 1
[[many.inner]]
id = 3
last = \'\'\'
it's "odd" = \'\'\'\'
end = 1
'''


def test_each_table_and_key_has_its_line() -> None:
    tomllib.loads(TEXT)
    found = toml_lines(TEXT)
    expected: dict[Path, int] = {
        ("top",): 2,
        ("plain",): 3,
        ("plain", "quoted key"): 4,
        ("plain", "long"): 5,
        ("plain", "after"): 9,
        ("many",): 13,
        ("many", 0, "id"): 14,
        ("many", 0, "inner", 0): 15,
        ("many", 0, "inner", 1): 17,
        ("many", 0, "inner", 1, "id"): 18,
        ("many", 0, "table", "x"): 20,
        ("many", 1): 21,
        ("many", 1, "dotted", "key"): 22,
        ("many", 1, "inner", 0, "id"): 24,
        ("many", 1, "inner", 0, "end"): 27,
    }
    assert {path: found.get(path) for path in expected} == expected
    assert ("inside",) not in found
    assert ("neither",) not in found


def test_windows_line_ends_count_once() -> None:
    lines = toml_lines(TEXT.replace("\n", "\r\n"))
    assert lines == toml_lines(TEXT)


@given(st.text() | st.text("[]{}\"'=.#\n\\a ,", max_size=40))
def test_whatever_it_is_given_it_ends(text: str) -> None:
    count = text.count("\n") + 1
    assert all(1 <= line <= count for line in toml_lines(text).values())


KEYS = st.text("ab", min_size=1, max_size=2)


@given(st.lists(st.tuples(KEYS, st.lists(st.tuples(KEYS, st.integers(0, 9)), max_size=3))))
def test_every_key_of_a_right_file_has_a_line(
    tables: list[tuple[str, list[tuple[str, int]]]],
) -> None:
    lines = []
    for name, pairs in tables:
        lines.append(f"[[t.{name}]]")
        lines += [f"{key} = {value}" for key, value in dict(pairs).items()]
    found = toml_lines("\n".join(lines))
    data = tomllib.loads("\n".join(lines))
    for name, made in data.get("t", {}).items():
        for at, table in enumerate(made):
            assert lines[found["t", name, at] - 1] == f"[[t.{name}]]"
            for key, value in table.items():
                assert lines[found["t", name, at, key] - 1] == f"{key} = {value}"
