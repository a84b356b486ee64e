"""What the hub answers, against a real PostgreSQL: each request, and each said twice."""

import hashlib
from dataclasses import replace
from itertools import accumulate
from typing import Any

import pytest

from db.log import digest
from hallclient.hub import devices
from hallclient.sync import messages as m
from tests.hubkit import DAY, HubHall, chain, hub, hub_server

__all__ = ["hub", "hub_server"]

OTHER = bytes(31) + b"\1"


def hashes(answer: m.Pulled | m.Followed) -> list[bytes]:
    return [one.event.hash for one in answer.events]


# -- push and pull


def test_events_come_out_as_they_went_in(hub: HubHall) -> None:
    w, other = hub.join(), hub.join()
    odd = chain(w.device, "catalogue", 1)[0]
    odd = replace(odd, subject="\u3000\x1f{}'\\", body=bytes(range(256)), actor="", epoch=0)
    odd.hash = digest(odd)
    assert w.push((odd,)) == m.Pushed("ok", 1, 1, 1)
    queue = w.write("queue", 3)
    got = other.pull()
    assert [one.event for one in got.events] == [odd, *queue]
    assert [(one.lsn, one.place) for one in got.events] == [(1, 1), (2, 1), (3, 2), (4, 3)]
    marks = accumulate(
        (one.event.hash for one in got.events),
        lambda mark, said: hashlib.sha256(mark + said).digest(),
        initial=bytes(32),
    )
    assert [one.mark for one in got.events] == list(marks)[1:]
    assert (got.upto, got.head, got.epoch) == (4, 4, 1)
    page = other.pull(after=1, limit=2)
    assert [one.lsn for one in page.events] == [2, 3]
    assert (page.upto, page.head) == (3, 4)
    assert other.pull(after=4).events == ()
    assert w.link.heads() == (1, 4)


def test_a_push_said_again_writes_nothing(hub: HubHall) -> None:
    w = hub.join()
    first = w.events("queue", 4)
    assert w.push(first, expected=0).answer == "ok"
    assert w.push(first, expected=0) == m.Pushed("ok", 4, 4, 1)
    assert w.push(first[1:3]) == m.Pushed("ok", 4, 4, 1)
    more = first[2:] + w.events("queue", 3)
    assert w.push(more) == m.Pushed("ok", 7, 7, 1)
    assert [one.place for one in w.pull().events] == list(range(1, 8))
    assert hub.sql("SELECT events FROM hub.batch WHERE hall_id = %s ORDER BY lsn", hub.hall) == [
        (4,),
        (3,),
    ]


def test_a_window_that_has_not_seen_the_whole_queue_is_behind(hub: HubHall) -> None:
    w, other = hub.join(), hub.join()
    other.write("queue", 2)
    call = w.events("queue")
    assert w.push(call, expected=1) == m.Pushed("behind", 0, 2, 1)
    assert w.push(call, expected=2).answer == "ok"
    assert w.push(call, expected=2).answer == "ok"
    other.write("queue")
    # Half of it is known; what came between has not been seen.
    more = call + w.events("queue")
    assert w.push(more, expected=2).answer == "behind"
    assert w.push(more, expected=3).answer == "ok"


def test_what_does_not_follow_is_told_apart(hub: HubHall) -> None:
    w = hub.join()
    events = w.events("queue", 5)
    assert w.push(events[2:]) == m.Pushed("gap", 0, 0, 1)
    assert w.push(events[:2]).answer == "ok"
    assert w.push(events[3:]) == m.Pushed("gap", 2, 2, 1)
    copy = chain(w.device, "queue", 2, events[0])
    copy[0] = replace(copy[0], body=b'{"set":[],"x":1}')
    copy[0].hash = digest(copy[0])
    assert w.push((copy[0],)) == m.Pushed("fork", 2, 2, 1)
    follows = replace(copy[1], prev_hash=copy[0].hash)
    follows.hash = digest(follows)
    assert w.push((follows,)) == m.Pushed("chain", 2, 2, 1)
    third, fourth = events[2], events[3]
    for bad in (
        (replace(third, body=b"{}"),),
        (replace(third, hash=OTHER),),
        (replace(third, algorithm="md5"),),
        (third, replace(fourth, prev_hash=OTHER)),
        (third, replace(fourth, seq=9)),
        (third, replace(fourth, stream="staff")),
        (replace(third, subject="\0"),),
        (replace(third, at=2**63),),
        (replace(third, subject="\ud800"),),
    ):
        assert w.push(bad).answer == "chain"
    assert w.push(events[2:], epoch=0).answer == "epoch"
    assert w.push(events[2:]).answer == "ok"


def test_a_window_reads_what_is_open_its_own_and_what_it_follows(hub: HubHall) -> None:
    w, other, chief = hub.join(), hub.join(), hub.join(role="supervisor")
    begun = w.write("case:1", 2, tags=(("t1", "t2"), ("t1",)))
    w.write("store", 1)
    own = other.write("store", 1)
    note = other.write("staff", 1)
    assert hashes(other.pull()) == [own[0].hash, note[0].hash]
    assert len(chief.pull().events) == 5
    assert other.pull().upto == 5

    assert other.link.call(m.Find(1, "t1")) == m.Found("ok", ("case:1",))
    assert other.link.call(m.Find(1, "none")) == m.Found("ok", ())
    got = other.link.call(m.Follow(1, "case:1", limit=1))
    assert isinstance(got, m.Followed)
    assert (got.answer, hashes(got), got.upto, got.head) == ("ok", [begun[0].hash], 1, 2)
    rest = other.link.call(m.Follow(1, "case:1", after=1))
    assert isinstance(rest, m.Followed)
    assert hashes(rest) == [begun[1].hash]
    assert other.link.call(m.Follow(1, "case:9")) == m.Followed("none")
    assert other.link.call(m.Follow(1, "store")) == m.Followed("none")
    later = w.write("case:1")
    assert hashes(other.pull(after=5)) == [later[0].hash]
    written = hub.sql(
        "SELECT what, subject FROM hub.access WHERE hall_id = %s ORDER BY name, n", hub.hall
    )
    assert written == [("find", "t1"), ("find", "none"), ("follow", "case:1")]
    for asked in (
        m.Find(0, "t1"),
        m.Follow(0, "case:1"),
        m.Pull(0, 0, bytes(32)),
        m.TakeKeys(0, ("1",)),
    ):
        assert w.link.call(asked).answer == "epoch"


def test_keys_are_for_readers_and_once_destroyed_stay_so(hub: HubHall) -> None:
    w, other = hub.join(), hub.join()
    w.write("case:1")
    put = m.PutKeys(1, (("1", b"a" * 32), ("2", b"b" * 32)))
    assert w.link.call(put) == m.Keys("ok", put.keys)
    assert w.link.call(m.PutKeys(1, (("1", b"x" * 32),))) == m.Keys("ok", put.keys[:1])
    # Neither to take nor to give for a case one does not read.
    assert other.link.call(m.TakeKeys(1, ("1",))) == m.Keys("ok")
    assert other.link.call(m.PutKeys(1, (("1", b"x" * 32),))) == m.Keys("ok")
    assert other.link.call(m.DestroyKeys(1, ("1",))) == m.Keys("ok")
    other.link.call(m.Follow(1, "case:1"))
    assert other.link.call(m.TakeKeys(1, ("1", "9"))) == m.Keys("ok", put.keys[:1])
    assert other.link.call(m.DestroyKeys(1, ("1",))) == m.Keys("ok", (("1", None),))
    assert w.link.call(put).answer == "ok"
    assert w.link.call(m.TakeKeys(1, ("1",))) == m.Keys("ok", (("1", None),))
    assert w.link.call(m.PutKeys(1, ())) == m.Keys("ok")
    # The hall's own secret is every device's, and the first one stays.
    secret = (("hall", b"h" * 32),)
    assert w.link.call(m.PutKeys(1, secret)).answer == "ok"
    assert other.link.call(m.PutKeys(1, (("hall", b"x" * 32),))) == m.Keys("ok", secret)
    assert other.link.call(m.DestroyKeys(1, ("hall",))) == m.Keys("ok")
    assert other.link.call(m.TakeKeys(1, ("hall",))) == m.Keys("ok", secret)


# -- hello


def test_a_copy_of_a_disk_is_noticed(hub: HubHall) -> None:
    w = hub.join()
    before = w.nonce
    assert w.hello(fresh=b"f").answer == "ok"
    # The answer was lost: the same greeting again.
    w.nonce = before
    assert w.hello(fresh=b"f").answer == "ok"
    assert w.hello(nonce=before, fresh=b"g").answer == "cloned"
    assert w.hello().answer == "ok"
    assert w.hello(protocol=0).answer == "protocol"
    assert w.hello(protocol=2).protocols == (m.PROTOCOL, m.PROTOCOL)
    assert w.hello(device="another").answer == "unknown"
    assert w.hello(hall="another").answer == "unknown"
    assert w.hello(epoch=2**62).answer == "unknown"
    assert w.hello().answer == "ok"


def test_one_enrolment_is_one_store(hub: HubHall) -> None:
    enrolment = hub.enroll("desk")
    link = hub.link(enrolment)
    hello = m.Hello(1, hub.hall, "d1", b"", b"f", 0, 0)
    assert link.call(hello).answer == "unknown"
    assert link.call(m.Pull(1, 0, bytes(32))).answer == "revoked"
    assert link.join("d1", b"key", "ed25519", demo=True) == "demo"
    assert link.join("d1", b"key", "ed25519", demo=False) == "ok"
    assert link.join("d1", b"key", "ed25519", demo=False) == "ok"
    assert link.join("d2", b"key", "ed25519", demo=False) == "taken"
    other = hub.link(hub.enroll("desk again"))
    assert other.join("d1", b"key", "ed25519", demo=False) == "taken"
    assert link.call(hello).answer == "epoch"
    assert link.call(replace(hello, nonce=b"f", fresh=b"g", epoch=1)).answer == "ok"
    with hub.admin() as db:
        devices.revoke(db, hub.hall, "desk")
    assert other.join("d1", b"another", "ed25519", demo=False) == "taken"
    assert other.join("d1", b"key", "ed25519", demo=False) == "ok"


def restore(hub: HubHall, head: int) -> None:
    """The log as a backup had it, under a server that has begun anew."""
    mark = (
        f"coalesce((SELECT mark FROM hub.event WHERE hall_id = h.hall_id AND lsn = {head}), h.mark)"
    )
    for query in (
        f"UPDATE hub.hall h SET head = {head}, mark = {mark}, started = 0 WHERE hall_id = %s",
        f"DELETE FROM hub.event WHERE lsn > {head} AND hall_id = %s",
        f"DELETE FROM hub.batch WHERE lsn > {head} AND hall_id = %s",
        "UPDATE hub.stream s SET head = (SELECT count(*) FROM hub.event e WHERE "
        "e.hall_id = s.hall_id AND e.stream = s.stream) WHERE hall_id = %s",
        "UPDATE hub.device SET nonce = 'old', nonce_life = 0, greeted_life = 0 WHERE hall_id = %s",
    ):
        hub.sql(query, hub.hall)


def test_devices_are_the_witnesses_of_a_restored_hub(hub: HubHall) -> None:
    w, other, third = hub.join(), hub.join(), hub.join()
    w.write("queue", 3)
    lost = w.write("queue", 2)
    w.keep()
    other.seen = third.seen = w.seen[2:]
    other.head = third.head = 3
    restore(hub, 3)

    # Who knows of nothing that is missing cannot tell; no number is given before all have spoken.
    answer = other.hello()
    assert (answer.answer, answer.healing) == ("ok", True)
    assert other.lease(f"{DAY}:A").answer == "healing"
    more = other.write("queue")
    proof = w.hello()
    assert (proof.answer, proof.agreed, proof.head) == ("epoch", 3, 4)
    assert proof.epoch > 400_000
    assert other.push(more).answer == "epoch"
    assert w.hello().answer == "epoch"
    w.epoch = other.epoch = third.epoch = proof.epoch
    w.head, w.seen = 3, w.seen[2:]
    assert w.hello().answer == "ok"
    # What its author does not send again somebody else may, as long as all is not healed.
    assert other.push(lost).answer == "ok"
    assert other.hello(epoch=1).agreed == 3
    assert other.hello().healing
    late = third.hello(epoch=1)
    assert (late.answer, late.agreed) == ("epoch", 3)
    assert not third.hello().healing
    assert other.push(w.events("queue")).answer == "foreign"
    assert other.push(lost).answer == "ok"
    assert [one.event.seq for one in w.pull().events] == [1, 2, 3, 1, 4, 5]


def test_a_store_brings_what_it_made_under_an_id_it_had_before(hub: HubHall) -> None:
    w, other = hub.join(), hub.join()
    assert w.push(tuple(chain("before", "queue", 2))).answer == "ok"
    assert w.push(tuple(chain(other.device, "queue", 2))).answer == "foreign"
    assert [one.event.device for one in other.pull().events] == ["before"] * 2


@pytest.mark.parametrize("wrong", ["head", "mark", "epoch"])
def test_each_proof_of_another_log_begins_an_epoch(hub: HubHall, wrong: str) -> None:
    w = hub.join()
    w.write("queue", 3)
    w.keep()
    proofs: dict[str, dict[str, Any]] = {
        "head": {"head": 4},
        "mark": {"seen": ((3, OTHER), *w.seen[1:])},
        "epoch": {"epoch": 900_000},
    }
    shown = proofs[wrong]
    answer = w.hello(**shown)
    assert answer.answer == "epoch"
    assert answer.agreed == (2 if wrong == "mark" else 3)
    assert answer.epoch > shown.get("epoch", 1)
    w.epoch = answer.epoch
    assert w.hello().answer == "ok"


def test_the_administrator_need_not_wait_for_a_device_that_does_not_come(hub: HubHall) -> None:
    w, _ = hub.join(), hub.join()
    hub.sql("UPDATE hub.hall SET started = 0 WHERE hall_id = %s", hub.hall)
    hub.sql("UPDATE hub.device SET greeted_life = 0 WHERE hall_id = %s", hub.hall)
    assert w.lease(f"{DAY}:A").answer == "healing"
    assert w.hello().healing
    with hub.admin() as db:
        (found,) = devices.status(db, hub.hall)
        assert found.waiting_for == ("W02",)
        assert devices.heal(db, hub.hall)
        assert not devices.heal(db, hub.hall)
    assert w.lease(f"{DAY}:A").answer == "ok"


# -- leases


def test_a_block_is_given_once(hub: HubHall) -> None:
    w, other = hub.join(), hub.join()
    assert w.lease(f"{DAY}:A", 10) == m.Leased("ok", 1, 10)
    assert other.lease(f"{DAY}:A", 5) == m.Leased("ok", 11, 5)
    assert w.lease(f"{DAY}:A", 10) == m.Leased("ok", 1, 10)
    assert w.lease(f"{DAY}:A", 10, "r2") == m.Leased("ok", 16, 10)
    assert w.lease(f"{DAY}:B", 10, "r3") == m.Leased("ok", 1, 10)
    # What was given before the hub was asked is told once.
    assert w.lease(f"{DAY}:A", 1, "r4", total=99) == m.Leased("ok", 26, 1)
    assert w.lease(f"{DAY}:C", 1, "r5", total=99) == m.Leased("ok", 100, 1)
    assert w.lease("s", 6, "c1", kind="code", total=10) == m.Leased("ok", 1, 6)
    assert other.lease("s", 6, "c1", kind="code", total=99) == m.Leased("ok", 7, 4)
    assert w.lease("s", 6, "c2", kind="code", total=10) == m.Leased("none")
    assert w.lease("s", 0, "c3", kind="code", total=10) == m.Leased("none")
    assert w.lease("s", 1, "c4", epoch=7).answer == "epoch"


def test_after_a_restore_numbers_begin_elsewhere(hub: HubHall) -> None:
    w = hub.join()
    today = hub.sql("SELECT to_char(clock_timestamp() AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')")[
        0
    ][0]
    assert w.lease(f"{today}:A").first == 1
    assert w.lease("s", 6, "c1", kind="code", total=10).first == 1
    for thousand in (1000, 2000):
        w.epoch = w.hello(head=w.head + 1).epoch
        assert w.hello().answer == "ok"
        assert w.lease(f"{today}:A", 10, f"r{thousand}").first == thousand
        assert w.lease(f"{today}:B", 10, f"b{thousand}").first == thousand
    assert w.lease("s", 6, "c2", kind="code", total=10).answer == "none"
    assert w.lease("s", 6, "c1", kind="code", total=10).first == 1
    assert w.lease("new", 6, "c3", kind="code", total=10).first == 1


def test_halls_know_nothing_of_each_other(hub: HubHall) -> None:
    there = HubHall(hub.server, hub.hall + " two")
    w, stranger = hub.join(), there.join()
    w.write("queue", 2)
    assert stranger.pull().events == ()
    assert [one.lsn for one in there.join().pull().events] == []
    assert stranger.write("queue")
    assert w.link.heads() == (1, 2)
    there.close()


def test_a_commit_rings_at_the_other_windows(hub: HubHall) -> None:
    w, other = hub.join(), hub.join()
    while other.link.wait(0):
        pass
    w.write("queue")
    assert other.link.wait(30)
    assert not other.link.wait(0)
    other.link.wake()
    assert other.link.wait(30)
    hub.sql("UPDATE hub.hall SET notify = false WHERE hall_id = %s", hub.hall)
    w.write("queue")
    assert other.link.heads() == (1, 2)
    assert not other.link.wait(0)
