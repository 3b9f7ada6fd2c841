"""Alembic loads this file to run migrations on the caller's connection."""

from alembic import context

from dalen_hub.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter a column in place.
    render_as_batch=True,
)
context.run_migrations()
