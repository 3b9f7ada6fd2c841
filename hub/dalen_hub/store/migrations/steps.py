"""Run the migrations with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from dalen_hub.store.errors import NewerSchemaError


def run_steps(conn: Connection, folder: Path) -> None:
    """Run the migrations of a folder that are missing.

    Raises NewerSchemaError when the database has one that is not there.
    """
    config = _config(folder)
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


def _config(folder: Path) -> Config:
    """Return Alembic's settings; there is no file beside the code."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
