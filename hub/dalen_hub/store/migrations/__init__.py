"""Bring the schema of a database up to date with this hub."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from dalen_hub.store.errors import NewerSchemaError

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
    config = _config()
    current = MigrationContext.configure(conn).get_current_heads()
    script = ScriptDirectory.from_config(config)
    known = {revision.revision for revision in script.walk_revisions()}
    if unknown := set(current) - known:
        raise NewerSchemaError(
            f"The database has schema {', '.join(sorted(unknown))}, made by a newer "
            "Dalen hub. Install that version again, or restore a backup of before."
        )
    if set(current) != set(script.get_heads()):
        config.attributes["connection"] = conn
        command.upgrade(config, "head")


def _config() -> Config:
    """Return Alembic's settings; there is no file beside the code."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
