"""Devices of a hall, as the administrator sees them: enrolled, watched, shut out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from hallclient.hub.enrolment import Enrolment, server_of
from hallclient.hub.install import WINDOW, as_owner
from hallclient.rules.errors import Refused
from hallclient.sync.messages import Role

if TYPE_CHECKING:
    from hallclient.hub.install import Db

CONNECTIONS: Final = 3
"""Of one device: its own, one that has not been noticed to be dead, and one to spare."""
SLOW_S: Final = 5
"""A call takes milliseconds. What takes longer is no window of ours, or hangs."""
NAME_LENGTH: Final = 64
_ROLE_SETTINGS: Final = {
    "statement_timeout": "10s",
    "lock_timeout": "8s",
    "idle_in_transaction_session_timeout": "5s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "5000",
    "jit": "off",
}
"""Defaults: a window may set others, which is why `guard` looks."""


@dataclass(frozen=True, slots=True)
class Device:
    """A line of `status`."""

    name: str
    role: Role
    device: str | None
    connected: int
    seen_at: int | None
    lag: int
    """How many events of the hall it had not asked for when it last asked."""
    epoch: int
    revoked_at: int | None


@dataclass(frozen=True, slots=True)
class HallStatus:
    """A hall as the hub sees it."""

    hall: str
    demo: bool
    epoch: int
    head: int
    healing: bool
    now: int
    leases: int
    waiting_for: tuple[str, ...]
    """Devices that have not been here since the server or the epoch began, while healing."""
    devices: tuple[Device, ...]


def role_of(db: Db, hall: str, name: str) -> str:
    """The login role of a device: of any name, short, no other hall's and no other database's."""
    return "hw_" + sha256(f"{db.info.dbname}\x1f{hall}\x1f{name}".encode()).hexdigest()[:32]


def the_hall(db: Db, wanted: str = "") -> str:
    """The hall that is meant. Raises `Refused` ``hub-no-hall``, ``hub-which-hall``."""
    as_owner(db)
    halls = [hall for (hall,) in db.execute("SELECT hall_id FROM hub.hall ORDER BY hall_id")]
    if wanted:
        if wanted not in halls:
            raise Refused("hub-no-hall", field="hall", hall=wanted)
        return wanted
    if len(halls) != 1:
        raise Refused("hub-which-hall" if halls else "hub-no-halls", field="hall")
    return str(halls[0])


def enroll(
    db: Db,
    hall: str,
    name: str,
    role: Role,
    password: str,
    *,
    reached: Mapping[str, Any] | None = None,
    address: str = "",
    tls: Mapping[str, str] | None = None,
) -> Enrolment:
    """A new device: its login, and what it has to be given. Inside a transaction.

    ``reached``: the administrator's own way, which may name several servers; ``address``: what the
    windows have instead. ``tls``: ``ca``, ``certificate``, ``key`` (PEM). Raises `Refused`
    ``hub-name``, ``hub-name-taken``.
    """
    from psycopg import sql

    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise Refused("hub-name", field="name", most=NAME_LENGTH)
    as_owner(db)
    if db.execute(
        "SELECT 1 FROM hub.device WHERE hall_id = %s AND name = %s", (hall, name)
    ).fetchone():
        raise Refused("hub-name-taken", field="name", name=name)
    login = role_of(db, hall, name)
    db.execute(
        "INSERT INTO hub.device (hall_id, name, role_name, kind, enrolled_at) "
        "VALUES (%s, %s, %s, %s, hub.clock())",
        (hall, name, login, role),
    )
    row = db.execute("SELECT demo FROM hub.hall WHERE hall_id = %s", (hall,)).fetchone()
    assert row is not None  # noqa: S101
    db.execute("RESET ROLE")
    # The server gets the verifier alone: a password in a statement ends in its log.
    verifier = db.pgconn.encrypt_password(
        password.encode(), login.encode(), b"scram-sha-256"
    ).decode()
    who = sql.Identifier(login)
    if db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (login,)).fetchone():
        db.execute(sql.SQL("DROP ROLE {}").format(who))  # of a hub that is no more
    db.execute(
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} CONNECTION LIMIT {}").format(
            who, sql.Literal(verifier), sql.Literal(CONNECTIONS)
        )
    )
    db.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(WINDOW), who))
    for setting, value in _ROLE_SETTINGS.items():
        db.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(
                who, sql.Identifier(setting), sql.Literal(value)
            )
        )
    server = server_of(reached or db.info.get_parameters(), address)
    server |= {"dbname": db.info.dbname, "user": login, "password": password}
    if tls:
        server.setdefault("sslmode", "verify-full")
    server.setdefault("host", db.info.host)
    server.setdefault("port", str(db.info.port))
    return Enrolment(hall, name, role, row[0], server, **(tls or {}))


def revoke(db: Db, hall: str, name: str) -> int:
    """Shut a device out, now: no call, no login, no open session. How many sessions were ended.

    Raises `Refused` ``hub-no-device``.
    """
    from psycopg import sql

    as_owner(db)
    row = db.execute(
        "UPDATE hub.device SET revoked_at = coalesce(revoked_at, hub.clock()) "
        "WHERE hall_id = %s AND name = %s RETURNING role_name",
        (hall, name),
    ).fetchone()
    if row is None:
        raise Refused("hub-no-device", field="name", name=name)
    db.execute("RESET ROLE")
    login = row[0]
    if db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (login,)).fetchone():
        db.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(sql.Identifier(login)))
    # Who logs in between the two finds itself shut out: committed first, then ended.
    db.commit()
    return len(
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (login,)
        ).fetchall()
    )


def heal(db: Db, hall: str) -> bool:
    """Do not wait for the devices that have not come: leases again. Whether it was waiting."""
    as_owner(db)
    return bool(
        db.execute(
            "UPDATE hub.hall SET healing = false, started = hub.life() "
            "WHERE hall_id = %s AND (healing OR started <> hub.life()) RETURNING true",
            (hall,),
        ).fetchone()
    )


def guard(db: Db) -> int:
    """End what windows should not do: statements and transactions of seconds. How many.

    A window may take away the limits it was given; this one it cannot.
    """
    return len(
        db.execute(
            "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a "
            "JOIN pg_roles r ON r.oid = a.usesysid "
            "WHERE a.datname = current_database() AND pg_has_role(r.oid, %s, 'MEMBER') "
            "AND NOT r.rolsuper AND r.rolname <> current_user "
            "AND (a.state = 'active' AND a.query_start < clock_timestamp() - %s * interval '1 s'"
            " OR a.state LIKE 'idle in transaction%%'"
            " AND a.xact_start < clock_timestamp() - %s * interval '1 s')",
            (WINDOW, SLOW_S, SLOW_S),
        ).fetchall()
    )


def status(db: Db, wanted: str = "") -> list[HallStatus]:
    """All halls, or one. Raises `Refused` ``hub-no-hall``."""
    sessions: dict[str, int] = dict(
        db.execute(
            "SELECT usename::text, count(*) FROM pg_stat_activity "
            "WHERE usename IS NOT NULL GROUP BY usename"
        ).fetchall()
    )
    as_owner(db)
    halls = db.execute(
        "SELECT hall_id, demo, epoch, head, healing OR started <> hub.life(), hub.clock(), "
        "(SELECT count(*) FROM hub.lease l WHERE l.hall_id = h.hall_id), hub.life() "
        "FROM hub.hall h WHERE %s IN ('', hall_id) ORDER BY hall_id",
        (wanted,),
    ).fetchall()
    if wanted and not halls:
        raise Refused("hub-no-hall", field="hall", hall=wanted)
    return [_hall_status(db, row, sessions) for row in halls]


def _hall_status(db: Db, row: tuple[Any, ...], sessions: dict[str, int]) -> HallStatus:
    hall, demo, epoch, head, healing, now, leases, life = row
    devices, waiting = [], []
    for name, kind, device, login, seen_at, acked, greeted, in_life, revoked_at in db.execute(
        "SELECT name, kind, device, role_name, seen_at, acked, greeted, greeted_life, revoked_at "
        "FROM hub.device WHERE hall_id = %s ORDER BY name",
        (hall,),
    ):
        devices.append(
            Device(
                name,
                kind,
                device,
                sessions.get(login, 0),
                seen_at,
                max(0, head - acked),
                greeted,
                revoked_at,
            )
        )
        here = greeted == epoch and in_life == life
        if healing and not here and device is not None and revoked_at is None:
            waiting.append(name)
    return HallStatus(hall, demo, epoch, head, healing, now, leases, tuple(waiting), tuple(devices))
