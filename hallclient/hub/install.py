"""Setting up a hub in a database, and bringing one up to date: all of it or nothing.

Who owns the hub cannot log in, and windows may call its functions and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from db.errors import StoreError
from hallclient.rules.errors import Refused

if TYPE_CHECKING:
    import psycopg

    Db = psycopg.Connection[tuple[Any, ...]]

SQL: Final = Path(__file__).with_name("sql")
OWNER: Final = "hallclient_owner"
WINDOW: Final = "hallclient_window"
OLDEST: Final = 140000
FIRST_EPOCH: Final = 1

TABLES: Final = (
    "hall epoch device stream event batch follow tag access case_key numbers lease".split()
)
_FORBIDDEN: Final = r"^(lo_.*|loread|lowrite|pg_advisory_.*|pg_try_advisory_.*|pg_sleep.*)$"
"""Functions of PostgreSQL itself that a window has no use for, and a burglar has."""


def way_of(dsn: str) -> dict[str, Any]:
    """What a connection string says. Raises `Refused` ``hub-dsn``."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        return dict(conninfo_to_dict(dsn))
    except psycopg.ProgrammingError:
        # Its words repeat the line, and with it the password.
        raise Refused("hub-dsn", field="hub") from None


@contextmanager
def administer(way: Mapping[str, Any]) -> Iterator[Db]:
    """A connection of the administrator's, one transaction.

    Raises StoreError ``hub-unreachable``, ``hub-refused``.
    """
    import psycopg

    params = {"application_name": "hallclient-admin", "connect_timeout": 10, **way}
    try:
        db: Db = psycopg.connect(**params)
    except (psycopg.Error, UnicodeError) as error:
        raise StoreError("hub-unreachable", cause=_last_line(error)) from None
    try:
        with db:
            yield db
    except psycopg.OperationalError as error:
        raise StoreError("hub-unreachable", cause=_last_line(error)) from None
    except psycopg.Error as error:
        raise StoreError("hub-refused", cause=_last_line(error)) from None


def init(db: Db, *, upto: int | None = None) -> list[int]:
    """Make the hub, or bring it up to date; the numbers of what was done. Inside a transaction.

    ``upto``: the last file that is taken. Raises StoreError ``hub-server``, ``hub-newer``.
    """
    info = db.info
    encoding = info.parameter_status("server_encoding")
    if info.server_version < OLDEST or encoding != "UTF8":
        raise StoreError("hub-server", version=info.server_version // 10000, encoding=encoding)
    _roles(db)
    db.execute(f"SET LOCAL ROLE {OWNER}")
    db.execute(
        "CREATE TABLE IF NOT EXISTS hub.version (number bigint PRIMARY KEY, at bigint NOT NULL)"
    )
    db.execute("LOCK TABLE hub.version IN EXCLUSIVE MODE")
    done = {number for (number,) in db.execute("SELECT number FROM hub.version")}
    files = {int(path.name[:3]): path for path in sorted(SQL.glob("[0-9][0-9][0-9]_*.sql"))}
    if done - files.keys():
        raise StoreError("hub-newer", there=max(done), here=max(files))
    new = [number for number in files if number not in done and (upto is None or number <= upto)]
    for number in new:
        db.execute(files[number].read_bytes())
        db.execute(
            "INSERT INTO hub.version VALUES (%s, (extract(epoch FROM now()) * 1000)::bigint)",
            (number,),
        )
    db.execute("RESET ROLE")
    return new


def add_hall(db: Db, hall: str, *, demo: bool, time_zone: str, notify: bool = True) -> bool:
    """Give a hall its place; whether it had none. Raises `Refused` ``hub-demo``."""
    as_owner(db)
    row = db.execute("SELECT demo FROM hub.hall WHERE hall_id = %s", (hall,)).fetchone()
    if row is not None:
        if row[0] != demo:
            raise Refused("hub-demo", field="hall", hall=hall)
        return False
    db.execute(
        "INSERT INTO hub.hall VALUES "
        "(%s, %s, %s, %s, 0, decode(repeat('00', 32), 'hex'), false, hub.life(), %s, hub.clock())",
        (hall, demo, time_zone, FIRST_EPOCH, notify),
    )
    db.execute(
        "INSERT INTO hub.epoch VALUES (%s, %s, hub.clock(), 0, '')",
        (hall, FIRST_EPOCH),
    )
    return True


def distribute(db: Db) -> None:
    """Spread the halls over the machines of a Citus cluster: each lies whole on one of them.

    A call goes to the machine of its hall, which is its first argument. Raises StoreError
    ``hub-no-citus``.
    """
    if not db.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'").fetchone():
        raise StoreError("hub-no-citus")
    spread = {
        name
        for (name,) in db.execute(
            "SELECT c.relname FROM pg_dist_partition p JOIN pg_class c ON c.oid = p.logicalrelid "
            "WHERE c.relnamespace = 'hub'::regnamespace"
        )
    }
    for table in TABLES:
        if table not in spread:
            beside = "default" if table == TABLES[0] else f"hub.{TABLES[0]}"
            db.execute(
                "SELECT create_distributed_table(%s, 'hall_id', colocate_with := %s)",
                (f"hub.{table}", beside),
            )
    for signature, called in db.execute(
        "SELECT p.oid::regprocedure::text, p.prosecdef FROM pg_proc p "
        "WHERE p.pronamespace = 'hub'::regnamespace ORDER BY p.prosecdef, 1"
    ).fetchall():
        if called:
            db.execute(
                "SELECT create_distributed_function(%s, 'p_hall', colocate_with := %s)",
                (signature, f"hub.{TABLES[0]}"),
            )
        else:  # what they use themselves has to be on every machine
            db.execute("SELECT create_distributed_function(%s)", (signature,))
    # A notification reaches only who is connected to the machine that sends it.
    as_owner(db)
    db.execute("UPDATE hub.hall SET notify = false")


def as_owner(db: Db) -> None:
    """Work as the hub's owner until the transaction ends. Raises StoreError ``hub-none``."""
    if not db.execute("SELECT to_regclass('hub.version') IS NOT NULL").fetchone() == (True,):
        raise StoreError("hub-none")
    db.execute(f"SET LOCAL ROLE {OWNER}")


def _roles(db: Db) -> None:
    """Who owns, who calls, and that nobody else may do anything."""
    from psycopg import sql

    for role in (OWNER, WINDOW):
        if not db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
            db.execute(f"CREATE ROLE {role} NOLOGIN")
    row = db.execute(
        "SELECT current_database(), current_user, r.rolsuper, to_regnamespace('hub') IS NULL "
        "FROM pg_roles r WHERE r.rolname = current_user"
    ).fetchone()
    assert row is not None  # noqa: S101
    name, user, mighty, new = row
    if not mighty:
        db.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(OWNER), sql.Identifier(user)))
    database = sql.Identifier(name)
    # No temporary tables: nothing of a window's may stand beside the names the functions use.
    db.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    db.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(WINDOW))
    )
    db.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    # Before the first function is made: a function may be called by everybody unless one says no.
    db.execute(f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
    if new:
        db.execute(f"CREATE SCHEMA hub AUTHORIZATION {OWNER}")
    db.execute(f"GRANT USAGE ON SCHEMA hub TO {WINDOW}")
    if mighty:
        db.execute("REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC")
        db.execute(f"GRANT USAGE ON LANGUAGE plpgsql TO {OWNER}")
        for (signature,) in db.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p "
            "WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname ~ %s",
            (_FORBIDDEN,),
        ).fetchall():
            db.execute(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC".encode())


def _last_line(error: Exception) -> str:
    """What PostgreSQL said last: a reason, never a statement or a value of one."""
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    said = (primary or str(error)).strip().splitlines()
    return said[-1] if said else type(error).__name__
