"""What a store asks the hub, and what the hub answers.

One request, one answer, one statement at the hub. Every request may be lost, sent twice or arrive
late; every answer may be lost. So each request can be repeated without doing anything twice.

Two numbers order what the hub holds, both without gaps and in the order of commits:

``lsn``
    the place in the hall, over all its streams, from 1. Stores read by it: ``Pull.after``.
``place``
    the place in the stream, from 1. ``Push.expected`` compares it: a window that calls a number
    must have seen the whole queue.

``epoch`` counts the lives of the hub's log: a hub restored from a backup begins a new one.

``mark``
    the chain over the hall's log: sha256(mark of the lsn before, 32 zeros at first + event hash).
    Two logs with the same mark at an lsn are the same up to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from db.log import Event, Placed

PROTOCOL: Final = 1
"""Version of this contract. The hub is upgraded first and speaks also the version before."""

OPEN_STREAMS: Final = ("queue", "catalogue", "staff", "sheets", "codes")
"""Streams that every window of the hall reads. All others hold sealed personal fields: a window
reads one only after it followed it. A ``supervisor`` reads all."""

Role = Literal["window", "supervisor"]


# --- hello ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hello:
    """Who is there and what it has seen. The hub knows the device by the session, not by this.

    ``nonce`` is what the last greeting left, ``fresh`` what this one leaves: a copy of a disk has
    an old one. ``head`` is the highest lsn of the hall this store has been told of in ``epoch``
    (0: none). ``seen`` are (lsn, mark) of events it holds from the hub, newest first, ever
    further apart: what the hub needs to find the last one that both have.
    """

    protocol: int
    hall: str
    device: str
    nonce: bytes
    fresh: bytes
    epoch: int
    head: int
    seen: tuple[tuple[int, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Greeted:
    """The answer to `Hello`.

    ``ok``        both agree on everything this device holds; ``epoch`` is that of the device
    ``epoch``     the hub is in a newer epoch: cut back to ``agreed``, then say hello again
    ``cloned``    another copy of this device has been here since; nothing was changed
    ``revoked``   the device was shut out
    ``unknown``   the session's role belongs to no device of this hall, or to another device
    ``protocol``  too old or too new; ``protocols`` says what the hub speaks

    A device that was told of more than the hub holds (``Hello.head``), or holds another mark at
    the same lsn (the first of ``Hello.seen``), proves that the hub was restored from a backup: the
    hub opens a new epoch and answers ``epoch``. A device of an older epoch is answered ``epoch``.
    """

    answer: Literal["ok", "epoch", "cloned", "revoked", "unknown", "protocol"]
    epoch: int = 0
    head: int = 0
    """lsn of the newest event of the hall."""
    agreed: int = 0
    """With ``epoch``: the highest lsn of ``Hello.seen`` at which the hub has the same mark, or 0.
    Marks are a chain, so all before it is the same too."""
    healing: bool = False
    """The server was started anew, or an epoch has begun, and not every device has been here
    since: no leases yet. A server that was put back to a backup cannot know it; only the devices
    can, and a block leased before they spoke might be leased already."""
    role: Role = "window"
    now: int = 0
    """The hub's clock (UTC ms), for showing how far this one is off. Never a reason to refuse."""
    protocols: tuple[int, int] = (PROTOCOL, PROTOCOL)


# --- push ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Push:
    """Events of one stream of one device, in the order of their seq, without a gap between them.

    ``expected`` is the place of the newest event of that stream this store holds; with it the push
    is taken only if the hub holds just as much (calling a number). None: whatever the hub holds.
    ``tags`` (one tuple an event) are the words by which the stream is found again (`Find`).
    ``device`` differs from the sender's only while healing, or if it is shut out or unknown (a
    store that was restored had another id before). ``signature`` is the device's Ed25519 signature
    over the hash of the last event (empty when the sender is not the author).
    """

    epoch: int
    device: str
    stream: str
    events: tuple[Event, ...]
    expected: int | None = None
    tags: tuple[tuple[str, ...], ...] = ()
    signature: bytes = b""


@dataclass(frozen=True, slots=True)
class Pushed:
    """The answer to `Push`.

    ``ok``       all of them are durable at the hub, now or since before (`Pull` says where)
    ``behind``   ``expected`` is not the newest place; nothing was taken
    ``gap``      the hub lacks events before the first of these: go on from ``last_seq``
    ``fork``     the hub holds another event under the same device, stream and seq
    ``chain``    a hash does not fit its bytes or the one before
    ``foreign``  another device of the hall has made them, which can bring them itself: others may
                 only while healing
    ``epoch``    the sender is in another epoch: say hello
    ``revoked``  as in `Greeted`
    """

    answer: Literal["ok", "behind", "gap", "fork", "chain", "foreign", "epoch", "revoked"]
    last_seq: int = 0
    """The last seq of this device and stream at the hub."""
    head: int = 0
    """lsn of the newest event of the hall."""
    epoch: int = 0


# --- pull ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pull:
    """Events behind ``after`` of all streams this device reads, its own among them.

    ``mark`` is the mark at ``after`` (32 zeros at 0). Where the hub has another one, it is not the
    log that was read so far, and the answer is ``epoch``.
    """

    epoch: int
    after: int
    mark: bytes
    limit: int = 500


@dataclass(frozen=True, slots=True)
class Pulled:
    """The answer to `Pull`. ``ok``, ``epoch`` and ``revoked`` as before.

    ``events`` are all that this device reads with ``after < lsn <= upto``; ``upto`` and ``mark``
    are the next ``after`` and its mark. There are more when ``upto < head``.
    """

    answer: Literal["ok", "epoch", "revoked"]
    events: tuple[Placed, ...] = ()
    upto: int = 0
    mark: bytes = b""
    head: int = 0
    epoch: int = 0


# --- streams of cases ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Find:
    """Which streams carry this tag, newest first. The hub writes down who asked."""

    epoch: int
    tag: str


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to `Find`."""

    answer: Literal["ok", "epoch", "revoked"]
    streams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Follow:
    """Read a stream from now on, and get it from its beginning. The hub writes down who asked.

    Events of it with ``after < place`` come, at most ``limit``; later ones come by `Pull` as well.
    """

    epoch: int
    stream: str
    after: int = 0
    limit: int = 500


@dataclass(frozen=True, slots=True)
class Followed:
    """The answer to `Follow`; ``none``: no such stream. More when ``upto < head`` (places)."""

    answer: Literal["ok", "none", "epoch", "revoked"]
    events: tuple[Placed, ...] = ()
    upto: int = 0
    head: int = 0


@dataclass(frozen=True, slots=True)
class PutKeys:
    """The keys of cases this device has made or got: (case id, key). The first one stays."""

    epoch: int
    keys: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class TakeKeys:
    """The keys of these cases; only of streams this device reads, and written down."""

    epoch: int
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DestroyKeys:
    """Forget the keys of these cases, for good (PIPL article 47)."""

    epoch: int
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keys:
    """The answer to the three: (case id, key, or None when it was destroyed)."""

    answer: Literal["ok", "epoch", "revoked"]
    keys: tuple[tuple[str, bytes | None], ...] = ()


# --- leases --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lease:
    """A block of numbers for this device alone. ``request`` makes a repetition the same lease.

    ``kind`` is ``ticket`` (``name``: business day and line, ``2026-11-26:setup``; ``total``: how
    many the line had given before anybody asked the hub, the first block begins behind them) or
    ``code`` (``name``: the segment's id, ``total``: how many numbers it has, 1 to ``total``). What
    the hub was first told of a ``total`` stays. A block is never given again, whatever happens to
    it.
    """

    epoch: int
    kind: Literal["ticket", "code"]
    name: str
    size: int
    request: str
    total: int = 0


@dataclass(frozen=True, slots=True)
class Leased:
    """The answer to `Lease`: numbers ``first`` to ``first + size - 1``; ``size`` may be less.

    ``none``: a segment that has no numbers left, or is not open. ``healing``: see `Greeted`.
    Tickets of an epoch begun on the same business day start at a multiple of 1000.
    """

    answer: Literal["ok", "none", "healing", "epoch", "revoked"]
    first: int = 0
    size: int = 0


Request = Hello | Push | Pull | Find | Follow | PutKeys | TakeKeys | DestroyKeys | Lease
Answer = Greeted | Pushed | Pulled | Found | Followed | Keys | Leased


class LinkLost(Exception):
    """No answer: it may have been done or not. The cause is for people."""
