"""Bring the schema of a database up to date with this hub."""

from pathlib import Path

from sqlalchemy import Connection, inspect

_FOLDER = Path(__file__).parent
_LOCK = 0x44414C454E
"""The word "DALEN": the advisory lock under which PostgreSQL is upgraded."""


def upgrade(conn: Connection) -> None:
    """Run the migrations that are missing, in the transaction of the caller.

    The transaction is the lock on SQLite. Raises NewerSchemaError when the
    database was written by a newer hub; nothing is changed then.
    """
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    if _versions(conn) != [newest_revision()]:
        # Alembic takes 12 MB, which a hub that is up to date can do without.
        from dalen_hub.store.migrations.steps import run_steps  # noqa: PLC0415

        run_steps(conn, _FOLDER)


def newest_revision() -> str:
    """Return the last of the migrations, by the names of their files."""
    return max(path.name[1:5] for path in (_FOLDER / "versions").glob("v*.py"))


def _versions(conn: Connection) -> list[str]:
    """Return the revisions that a database says it has."""
    if not inspect(conn).has_table("alembic_version"):
        return []
    found = conn.exec_driver_sql("SELECT version_num FROM alembic_version")
    return [row.version_num for row in found]
