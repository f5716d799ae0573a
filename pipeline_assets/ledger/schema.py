"""Tables of the ledger's database, and how it is opened: SQLite in WAL mode, or PostgreSQL.

Instants are microseconds since 1970 (UTC), which both databases store alike. Belongs here: DDL, transactions, errors of
an unreachable database. Not here: what is written (`submission.py`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from pipeline_assets.errors import LedgerUnavailable
from pipeline_assets.ledger.engine import create_engine, parse_address, shown_address
from pipeline_assets.ledger.migration import is_newer_than_known, migrate_ledger, stamp_new_ledger
from pipeline_assets.models import ENTITIES
from pipeline_assets.upgrades import complete_fields
from warehouse.private_files import has_no_room
from warehouse.settings import Settings

FORMAT_VERSION = 1
UNIQUE_KEYS_VERSION = 1
"The version of the rule that compares names; the keys of a ledger with another version are recomputed on opening."

_LOCK = 7_305_113
"The number of our advisory lock in PostgreSQL, held while the tables are created."

metadata = sa.MetaData()

ledger_info = sa.Table(
    "ledger_info",
    metadata,
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
    comment="format_version; unique_keys: version of the rule that made them; position: of the newest change. Its row "
    "is the lock that puts commits in order.",
)
batches = sa.Table(
    "batches",
    metadata,
    sa.Column("token", sa.String, primary_key=True),
    sa.Column("batch", sa.String, nullable=False, unique=True),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("first_position", sa.BigInteger, nullable=False),
    sa.Column("last_position", sa.BigInteger, nullable=False),
    sa.Column("reverts", sa.String),
    comment="What was submitted together. The same token again is the same submission.",
)
changes = sa.Table(
    "changes",
    metadata,
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("batch", sa.String, nullable=False, index=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("id", sa.String, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("before", sa.JSON, nullable=False),
    sa.Column("after", sa.JSON, nullable=False),
    sa.Column("who", sa.String, nullable=False),
    sa.Column("why", sa.String, nullable=False),
    sa.Column("submitted_at_us", sa.BigInteger, nullable=False),
    sa.Column("identity", sa.String, nullable=False, server_default="unverified"),
    sa.UniqueConstraint("kind", "id", "version"),
    comment="Append-only. submitted_at_us is never before that of the position before. identity: how the name in who "
    "was established.",
)
records = sa.Table(
    "records",
    metadata,
    sa.Column("kind", sa.String, primary_key=True),
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("archived", sa.Boolean, nullable=False),
    sa.Column("fields", sa.JSON, nullable=False),
    sa.Column("unique_key", sa.String),
    sa.Column("who", sa.String, nullable=False),
    sa.Column("submitted_at_us", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("kind", "unique_key"),
    comment="Each record as its newest change left it.",
)
mentions = sa.Table(
    "mentions",
    metadata,
    sa.Column("kind", sa.String, primary_key=True),
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("field", sa.String, primary_key=True),
    sa.Column("target_kind", sa.String, nullable=False),
    sa.Column("target_id", sa.String, nullable=False),
    sa.Index("mentions_of", "target_kind", "target_id"),
    comment="Which record names which in which field.",
)
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("topic", sa.String, nullable=False),
    sa.Column("text", sa.String, nullable=False),
    sa.Column("page", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("outcome", sa.String, nullable=False),
    sa.Column("created_at_us", sa.BigInteger, nullable=False),
    sa.Column("due_at_us", sa.BigInteger, nullable=False),
    sa.Column("sent_at_us", sa.BigInteger),
    comment="Notices to people: pending, sent, logged (only), failed (given up). outcome: of the last attempt.",
)

conditions = sa.Table(
    "conditions",
    metadata,
    sa.Column("subject", sa.String, primary_key=True),
    sa.Column("is_well", sa.Boolean, nullable=False),
    sa.Column("since_us", sa.BigInteger, nullable=False),
    sa.Column("detail", sa.String, nullable=False, server_default=""),
    comment="What people were last told of checks, schedules and sensors; a subject without a row is well.",
)
saved_views = sa.Table(
    "saved_views",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("page", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("name_key", sa.String, nullable=False),
    sa.Column("owner", sa.String, nullable=False),
    sa.Column("owner_key", sa.String, nullable=False),
    sa.Column("parameters", sa.JSON, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_by", sa.String, nullable=False),
    sa.Column("changed_at_us", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("page", "owner_key", "name_key"),
    comment="Filters and columns of a page under a name; owner is empty for a shared view.",
)

sign_outs = sa.Table(
    "sign_outs",
    metadata,
    sa.Column("subject", sa.String, primary_key=True),
    sa.Column("began_at", sa.Float, nullable=False),
    comment="The newest sign-in that a person has ended: when it began, by the identity provider's clock.",
)

access_tokens = sa.Table(
    "access_tokens",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("digest", sa.String, nullable=False, unique=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("issued_by", sa.String, nullable=False),
    sa.Column("issued_at_us", sa.BigInteger, nullable=False),
    sa.Column("expires_at_us", sa.BigInteger, nullable=False),
    sa.Column("revoked_at_us", sa.BigInteger),
    comment="Tokens for scripts. digest: SHA-256 of the token, which is not kept.",
)


def ledger_address(settings: Settings) -> str:
    """Return LEDGER_URL, or SQLite in the home."""
    return settings.ledger_url or f"sqlite:///{settings.renewables_home / 'ledger.sqlite'}"


def file_of(url: str) -> Path | None:
    """Return the file of a ledger in SQLite, or None for one on a server. Raises LedgerUnavailable."""
    parsed = parse_address(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def open_ledger(url: str | None = None) -> sa.Engine:
    """Open the ledger at `url` (default: LEDGER_URL, then SQLite in the home) and create its tables.

    The engine is meant to be kept: threads share it, each process opens its own. Raises LedgerUnavailable.
    """
    engine = create_engine(parse_address(url or ledger_address(Settings())))
    try:
        _make_tables(engine)
    except LedgerUnavailable:
        engine.dispose()
        raise
    return engine


def _make_tables(engine: sa.Engine) -> None:
    with writing(engine) as con:
        if engine.dialect.name != "sqlite":
            con.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if sa.inspect(con).has_table(ledger_info.name):
            _refuse_a_newer_format(con)
            migrate_ledger(con)
        else:
            metadata.create_all(con)
            stamp_new_ledger(con)
        known = {row.key: row.value for row in con.execute(sa.select(ledger_info))}
        for key, value in {"format_version": FORMAT_VERSION, "position": 0, "unique_keys": 0}.items():
            if key not in known:
                con.execute(ledger_info.insert().values(key=key, value=value))
        if known.get("unique_keys") != UNIQUE_KEYS_VERSION:
            lock_positions(con)
            _renew_unique_keys(con)


def lock_positions(con: sa.Connection) -> None:
    """Lock the counter's row until the commit, so that positions are in the order of the commits."""
    con.execute(ledger_info.update().where(ledger_info.c.key == "position").values(value=ledger_info.c.value))


def unique_key_of(kind: str, id: str, fields: Mapping[str, Any], *, is_taken: bool) -> str | None:
    """Return the key that the database keeps unique; a record whose key is taken gets one of its own.

    Such records date from when fewer spellings counted as the same name; nobody can create new ones.
    """
    key = ENTITIES[kind].unique_key(complete_fields(kind, fields))
    return f"{key}\n{id}" if key and is_taken else key


def _renew_unique_keys(con: sa.Connection) -> None:
    """Recompute all unique keys; of two records with the same one the live one keeps it, then the older one."""
    kinds = [entity.kind for entity in ENTITIES.values() if entity.unique]
    order = (records.c.archived, records.c.position)
    rows = con.execute(sa.select(records).where(records.c.kind.in_(kinds)).order_by(*order)).all()
    con.execute(records.update().where(records.c.kind.in_(kinds)).values(unique_key=None))
    taken: set[tuple[str, str | None]] = set()
    keys = []
    for row in rows:
        key = (row.kind, unique_key_of(row.kind, row.id, row.fields, is_taken=False))
        own = unique_key_of(row.kind, row.id, row.fields, is_taken=key in taken)
        taken.add(key)
        keys.append({"of_kind": row.kind, "of_id": row.id, "own": own})
    if keys:
        is_the_record = (records.c.kind == sa.bindparam("of_kind")) & (records.c.id == sa.bindparam("of_id"))
        con.execute(records.update().where(is_the_record).values(unique_key=sa.bindparam("own")), keys)
    version = ledger_info.update().where(ledger_info.c.key == "unique_keys").values(value=UNIQUE_KEYS_VERSION)
    con.execute(version)


@contextmanager
def ledger_for_task(url: str | None = None) -> Iterator[sa.Engine]:
    """Open the ledger for one task and close it afterwards."""
    engine = open_ledger(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _refuse_a_newer_format(con: sa.Connection) -> None:
    query = sa.select(ledger_info.c.value).where(ledger_info.c.key == "format_version")
    if (con.execute(query).scalar() or 0) > FORMAT_VERSION or is_newer_than_known(con):
        raise LedgerUnavailable(
            f"{shown_address(con.engine)} was written by a newer gb-renewables: update this installation."
        )


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that writes; it is committed at the end and rolled back on any exception."""
    with _named_errors(engine), engine.connect().execution_options(writing=True) as con, con.begin():
        yield con


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a consistent view of the ledger that never waits for a writer."""
    isolation = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with _named_errors(engine), engine.connect().execution_options(**isolation) as con, con.begin():
        yield con


@contextmanager
def _named_errors(engine: sa.Engine) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, NoConnectionFree, ArgumentError) as error:
        cause = str(getattr(error, "orig", error)).strip()
        raise LedgerUnavailable(
            f"The ledger {shown_address(engine)} cannot be used now: {cause}. Nothing was saved; "
            f"{_advice(engine, cause)}."
        ) from error


def _advice(engine: sa.Engine, cause: str) -> str:
    """Return what to do about an error of the database."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        if "disk is full" in cause or has_no_room(Path(engine.url.database).parent):
            return "free some space on its disk and try again"
        if "readonly database" in cause:
            return "make the file and its folder writable, or set LEDGER_URL to another place"
    return "see LEDGER_URL"
