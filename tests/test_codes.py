"""Bodies of codes: loaded once, leased to windows, used or void for good, never the same twice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.backup import backup
from db.check import verify
from db.restore import look, restore
from db.store import Row
from hallclient.actions import certificates, code_segments, codes
from hallclient.actions.acting import Action, Actor, acting
from hallclient.actions.certificate_audit import audit
from hallclient.actions.certificate_kinds import current
from hallclient.actions.code_segments import LOW_SEGMENT, Pool
from hallclient.rules import uscc
from hallclient.rules.certificate import schemes
from hallclient.rules.certificate.spec import Scheme
from hallclient.rules.errors import Refused
from hallclient.words import refused_text
from tests.casekit import C1, SUPERVISOR
from tests.certkit import HEAD, LETTER, approved, segment
from tests.hallkit import ADMINISTRATOR, AGENT, Kit, clerk
from tests.materialkit import refused

C2 = clerk(2)


def spec(kit: Kit, scheme: str = "health") -> Scheme:
    return current(kit.store).scheme[scheme]


def use(kit: Kit, who: Actor = C1, scheme: str = "health", n: int = 1) -> list[str]:
    """Codes used in actions of their own, by certificates that nobody has."""
    found = []
    for _ in range(n):
        with acting(kit.store, who, "certificate.approve") as tx:
            found.append(codes.assign_in(tx, spec(kit, scheme), kit.store.env.new_id()))
    return found


def pool(kit: Kit, who: Actor = C1, scheme: str = "health") -> Pool:
    return next(one for one in code_segments.pools(kit.store, who) if one.scheme.id == scheme)


def why(kit: Kit, who: Actor = C1, scheme: str = "health") -> str:
    """Why there is no code to be had."""
    with pytest.raises(Refused, match="no-codes") as error:
        use(kit, who, scheme)
    return str(error.value.params["why"])


def blocks(kit: Kit) -> list[Row]:
    return kit.store.rows("SELECT * FROM code_block ORDER BY start")


# -- leasing


def test_a_window_leases_a_block_and_another_one_before_it_runs_out(kit: Kit) -> None:
    segment(kit, "health", "1", "400")
    scheme = spec(kit)
    assert pool(kit) == Pool(scheme, "W01", 0, 400, low=False)
    first = use(kit)
    assert first == ["WS420100202600001"]
    assert pool(kit)[2:4] == (scheme.block - 1, 400 - scheme.block)
    used = use(kit, n=scheme.block - 2 - scheme.low)
    assert len(blocks(kit)) == 1
    assert pool(kit).leased == scheme.low + 1
    used += use(kit)
    assert [row["start"] for row in blocks(kit)] == [0, scheme.block]
    assert pool(kit).leased == scheme.low + scheme.block
    assert len({*first, *used}) == 1 + len(used)
    assert verify(kit.store).ok


def test_every_window_uses_its_own_block(kit: Kit) -> None:
    segment(kit, "health", "1", "400")
    block = spec(kit).block
    got = {who.window: use(kit, who, n=2) for who in (C1, C2, HEAD._replace(window="W03"))}
    assert got["W01"] == ["WS420100202600001", "WS420100202600002"]
    assert got["W02"][0].endswith(f"{block + 1:05d}")
    assert got["W03"][0].endswith(f"{2 * block + 1:05d}")
    assert [row["window"] for row in blocks(kit)] == ["W01", "W02", "W03"]


def test_whoever_sits_at_no_window_has_a_block_of_their_own(kit: Kit) -> None:
    segment(kit, "health", "1", "400")
    use(kit, Actor("c01", "clerk"))
    assert [row["window"] for row in blocks(kit)] == ["c01"]


def test_the_last_bodies_are_leased_as_they_are_and_used_to_the_end(kit: Kit) -> None:
    segment(kit, "health", "1", "3")
    assert use(kit, n=3)[-1] == "WS420100202600003"
    assert why(kit) == "empty"
    segment(kit, "health", "4", "5")
    assert use(kit) == ["WS420100202600004"]


def test_a_lease_by_hand_comes_beside_what_is_there(kit: Kit) -> None:
    segment(kit, "health", "1", "45")
    size = spec(kit).block
    for expected in (size, size, 5):
        assert code_segments.lease(kit.store, C1, "health")["size"] == expected
    assert refused(code_segments.lease, kit.store, C1, "health") == "no-codes"
    assert [one["window"] for one in code_segments.blocks_of(kit.store, C1)] == ["W01"] * 3


def test_a_pool_that_ends_soon_says_so(kit: Kit) -> None:
    scheme = spec(kit)
    low = scheme.low * LOW_SEGMENT
    segment(kit, "health", "1", str(low + 1))
    assert not pool(kit).low
    use(kit)
    assert pool(kit).low


def test_why_there_is_none(kit: Kit) -> None:
    assert why(kit) == "none"
    segment(kit, "health", "1", "1", windows=["W02"])
    assert why(kit) == "window"
    assert use(kit, C2)
    assert why(kit, C2) == "empty"


def test_a_segment_for_some_windows_is_theirs_and_used_before_what_all_may(kit: Kit) -> None:
    segment(kit, "health", "1", "100")
    segment(kit, "health", "501", "600", windows=["W02"])
    assert use(kit, C2) == ["WS420100202600501"]
    assert use(kit, C1) == ["WS420100202600001"]


# -- segments


def test_a_segment_says_where_it_came_from(kit: Kit) -> None:
    row = code_segments.load(
        kit.store, ADMINISTRATOR, "uscc", " qq000001", "QQ000100", f" {LETTER} ", chars="10"
    )
    assert (row["first"], row["last"], row["size"], row["source"]) == (
        *("QQ000001", "QQ000100"),
        100,
        LETTER,
    )
    assert (row["next"], row["year"], row["device"]) == (0, None, kit.store.device)
    (found,) = code_segments.segments_of(kit.store, AGENT)
    assert (found.row["id"], found.leased, found.used, found.void) == (row["id"], 0, 0, 0)


def load(kit: Kit, *words: str, **how: object) -> Callable[[], object]:
    said = words if len(words) == 4 else (*words, LETTER)
    return lambda: code_segments.load(kit.store, SUPERVISOR, *said, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "how", "code"),
    [
        (("none", "1", "9"), {}, "no-such-scheme"),
        (("health", "1", "9", " "), {}, "segment-source"),
        (("health", "1", "9", "x" * 201), {}, "segment-source"),
        (("health", "1", "9"), {"windows": ["W99"]}, "no-such-window"),
        (("health", "0", "9"), {}, "segment-number"),
        (("health", "1", "100000"), {}, "segment-number"),
        (("health", "x", "9"), {}, "segment-number"),
        (("health", "9", "1"), {}, "segment-order"),
        (("uscc", "QQ00000", "QQ000009"), {}, "segment-body"),
        (("uscc", "QQ00000I", "QQ000009"), {}, "segment-body"),
        (("uscc", "QQ000001", "QQ000009"), {"chars": "36"}, "segment-counting"),
        (("uscc", "0A000000", "9A000000"), {"chars": "10"}, "segment-digits"),
        (("uscc", "00000000", "YYYYYYYY"), {}, "segment-large"),
    ],
)
def test_what_is_no_segment(
    kit: Kit, words: tuple[str, ...], how: dict[str, object], code: str
) -> None:
    assert refused(load(kit, *words, **how)) == code
    assert kit.store.rows("SELECT * FROM code_segment") == []


def test_no_body_is_loaded_twice_whatever_it_is_for_and_however_it_counts(kit: Kit) -> None:
    segment(kit, "uscc", "QQ000010", "QQ000020")
    for first, last in (
        ("QQ000010", "QQ000020"),
        ("QQ000001", "QQ000010"),
        ("QQ000020", "QQ000030"),
        ("QQ000015", "QQ000015"),
        ("QQ000001", "QQ000099"),
    ):
        for scheme in ("uscc", "uscc-individual"):
            for chars in ("10", "31"):
                again = load(kit, scheme, first, last, chars=chars)
                assert refused(again) == "segment-overlaps", (first, last, scheme, chars)
    segment(kit, "uscc-individual", "QQ000021", "QQ000030")
    # Numbers that a hall counts are each scheme's own.
    segment(kit, "health", "1", "9")
    segment(kit, "build", "1", "9")
    assert refused(load(kit, "health", "9", "12")) == "segment-overlaps"


ENDS = st.tuples(st.integers(1, 40), st.integers(0, 12)).map(
    lambda pair: (pair[0], pair[0] + pair[1])
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_segments_that_are_let_in_have_no_body_together(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    kit = Kit(tmp_path_factory.mktemp("hall"))
    taken: set[int] = set()
    for first, last in data.draw(st.lists(ENDS, min_size=1, max_size=6)):
        bodies = set(range(first, last + 1))
        act = load(kit, "uscc", f"QQ0000{first:02d}", f"QQ0000{last:02d}", chars="10")
        if taken & bodies:
            assert refused(act) == "segment-overlaps"
        else:
            act()
            taken |= bodies
    got = use(kit, scheme="uscc", n=len(taken))
    assert {int(code[10:16]) for code in got} == taken
    assert why(kit, scheme="uscc") == "empty"
    assert [one.code for one in audit(kit.store)] == ["code-adrift"] * len(taken)
    kit.close()


def test_numbers_are_of_their_year(kit: Kit) -> None:
    segment(kit, "health", "1", "100")
    segment(kit, "uscc", "QQ000001", "QQ000100")
    assert use(kit) == ["WS420100202600001"]
    kit.clock.ms += 120 * 86_400_000
    assert kit.store.env.day(kit.clock.ms)[:4] == "2027"
    assert why(kit) == "none"
    assert pool(kit)[2:] == (0, 0, True)
    segment(kit, "health", "1", "100")
    assert use(kit) == ["WS420100202700001"]
    assert len(set(use(kit, scheme="uscc", n=2))) == 2


def test_next_years_numbers_may_be_loaded_before(kit: Kit) -> None:
    segment(kit, "health", "1", "100", year=2027)
    assert why(kit) == "none"
    segment(kit, "health", "1", "100")
    assert use(kit) == ["WS420100202600001"]
    assert refused(load(kit, "health", "1", "9", year=2027)) == "segment-overlaps"


# -- void and closed


def test_a_body_that_is_taken_elsewhere_is_void_unused(kit: Kit) -> None:
    segment(kit, "uscc", "QQ000001", "QQ000100")
    first = codes.void_next(kit.store, HEAD, "uscc", "编码中心：已占用")
    assert (first["state"], first["certificate"], first["reason"]) == (
        *("void", None),
        "编码中心：已占用",
    )
    (second,) = use(kit, HEAD, "uscc")
    assert (first["id"][8:16], second[8:16]) == ("QQ000001", "QQ000002")
    for reason in ("", " ", "x" * 201):
        assert refused(codes.void_next, kit.store, HEAD, "uscc", reason) == "code-reason"
    assert refused(codes.void_next, kit.store, HEAD, "build", "x") == "no-codes"
    assert refused(codes.void_next, kit.store, HEAD, "none", "x") == "no-such-scheme"
    (found,) = code_segments.segments_of(kit.store, C1)
    assert (found.used, found.void) == (2, 1)
    listed = codes.codes_of(kit.store, C1, "2026-09-22")
    assert [one["state"] for one in listed] == ["assigned", "void"]
    assert codes.codes_of(kit.store, C1, "2026-09-23") == []


def test_a_segment_is_closed_once_and_what_was_leased_of_it_goes_on(kit: Kit) -> None:
    row = segment(kit, "health", "1", "100")
    use(kit)
    assert refused(code_segments.close_segment, kit.store, SUPERVISOR, row["id"], "") == (
        "code-reason"
    )
    closed = code_segments.close_segment(kit.store, SUPERVISOR, row["id"], "x")
    assert (closed["closed_by"], closed["reason"]) == ("s01", "x")
    assert use(kit) == ["WS420100202600002"]
    assert why(kit, C2) == "empty"
    for act in (code_segments.close_segment, code_segments.close_block):
        assert refused(act, kit.store, SUPERVISOR, "none", "x").startswith("no-such")
    again = refused(code_segments.close_segment, kit.store, SUPERVISOR, row["id"], "x")
    assert again == "segment-closed"
    # Its bodies are never loaded again.
    assert refused(load(kit, "health", "100", "100")) == "segment-overlaps"


def test_a_block_is_closed_once_and_its_window_leases_another(kit: Kit) -> None:
    segment(kit, "health", "1", "100")
    use(kit)
    (block,) = blocks(kit)
    code_segments.close_block(kit.store, SUPERVISOR, block["id"], "窗口撤销")
    size = spec(kit).block
    assert use(kit) == [f"WS4201002026{size + 1:05d}"]
    again = refused(code_segments.close_block, kit.store, SUPERVISOR, block["id"], "x")
    assert again == "segment-closed"
    assert audit(kit.store) != []  # of codes that no certificate carries, see `use`
    assert {one.code for one in audit(kit.store)} == {"code-adrift"}


def test_a_body_whose_code_a_holder_came_with_is_skipped_and_accounted_for(kit: Kit) -> None:
    segment(kit, "uscc", "QQ000001", "QQ000100")
    theirs = schemes.code_of(spec(kit, "uscc"), body="QQ000001")
    waits = approved(kit, "co_holder")
    assert (waits["state"], waits["lacks"]) == ("approved", "code-needed")
    certificates.assign(kit.store, C1, waits["id"], theirs)
    ours = approved(kit, "co_setup")
    assert ours["code"][8:16] == "QQ000002"
    row = kit.store.row("SELECT * FROM code WHERE id = ?", theirs)
    assert row is not None
    assert (row["state"], row["reason"], row["certificate"]) == ("void", codes.TAKEN, None)
    assert audit(kit.store) == []


# -- in a transaction, and after a restore


def test_what_fails_after_a_code_was_given_takes_it_back(kit: Kit) -> None:
    segment(kit, "health", "1", "100")

    def fails(tx: Action) -> None:
        codes.assign_in(tx, spec(kit), "x")
        raise RuntimeError("power")

    with pytest.raises(RuntimeError), acting(kit.store, C1, "certificate.approve") as tx:
        fails(tx)
    assert (blocks(kit), kit.store.rows("SELECT * FROM code")) == ([], [])
    assert use(kit) == ["WS420100202600001"]


def test_a_store_put_back_from_a_backup_begins_with_new_segments(kit: Kit, tmp_path: Path) -> None:
    segment(kit, "health", "1", "100")
    before = use(kit)
    backup(kit.store, tmp_path / "b.db")
    lost = use(kit, n=3)  # printed, and in no backup
    kit.close()
    restore(look(kit.path, tmp_path / "b.db", make_env=kit.make_env), actor="admin")
    kit.store = kit.again()
    assert why(kit) == "restored"
    assert pool(kit)[2:] == (0, 0, True)
    assert refused(code_segments.lease, kit.store, C1, "health") == "no-codes"
    assert refused(load(kit, "health", "50", "60")) == "segment-overlaps"
    segment(kit, "health", "101", "200")
    after = use(kit)
    assert after == ["WS420100202600101"]
    assert not {*before, *lost} & set(after)
    assert verify(kit.store).ok


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["1", "2", "3", "void", "lease", "close"]), max_size=40))
def test_bodies_go_out_once_whatever_the_windows_do(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    kit = Kit(tmp_path_factory.mktemp("hall"))
    segment(kit, "uscc", "QQ000001", "QQ000090")
    given_out: list[str] = []
    for step in steps:
        with suppress(Refused):
            if step == "void":
                codes.void_next(kit.store, HEAD, "uscc", "x")
            elif step == "lease":
                code_segments.lease(kit.store, C2, "uscc")
            elif step == "close":
                for block in code_segments.blocks_of(kit.store, C1)[:1]:
                    code_segments.close_block(kit.store, SUPERVISOR, block["id"], "x")
            else:
                given_out += use(kit, clerk(int(step)), "uscc")
    assert len(given_out) == len(set(given_out))
    assert all(uscc.read(code).well_formed for code in given_out)
    (row,) = kit.store.rows("SELECT * FROM code_segment")
    held = blocks(kit)
    rows = kit.store.rows("SELECT * FROM code")
    assert row["next"] == sum(one["size"] for one in held)
    assert len(rows) == sum(one["used"] for one in held)
    assert {one["id"] for one in rows if one["state"] == "assigned"} == set(given_out)
    assert {one.code for one in audit(kit.store)} <= {"code-adrift"}
    kit.close()


# -- a code keeps its holder


def test_a_code_that_a_change_of_registration_keeps(kit: Kit) -> None:
    """What the form does not say the clerk types; what is no code, or no wanted one, is refused."""
    segment(kit, "uscc", "QQ000001", "QQ000100")
    row = approved(kit, "co_holder")
    assert refused(certificates.assign, kit.store, C1, row["id"]) == "code-needed"
    for other, kind in ("420100198506074526", "居民身份证"), ("MA4K00010", "组织机构代码"):
        with pytest.raises(Refused, match="code-other") as error:
            certificates.assign(kit.store, C1, row["id"], other)
        said = refused_text(error.value)
        assert kind in said
        assert other not in said
    code = schemes.code_of(spec(kit, "uscc"), body="MA4K0001")
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert refused(certificates.assign, kit.store, C1, row["id"], wrong) == "code-malformed"
    typed = f"{code[:6]} {code[6:12].lower()}-{code[12:]}"
    found = certificates.assign(kit.store, C1, row["id"], typed)
    assert (found["code"], found["state"], found["lacks"]) == (code, "assigned", None)
    assert kit.store.rows("SELECT * FROM code") == []
    assert refused(certificates.assign, kit.store, C1, row["id"]) == "assigned-already"
    new = approved(kit, "co_setup")
    assert refused(certificates.assign, kit.store, C1, new["id"], code) == "assigned-already"
    assert audit(kit.store) == []


def test_a_new_code_is_never_typed(kit: Kit) -> None:
    row = approved(kit, "co_setup")
    assert row["lacks"] == "none"
    code = schemes.code_of(spec(kit, "uscc"), body="MA4K0001")
    assert refused(certificates.assign, kit.store, C1, row["id"], code) == "code-not-wanted"
