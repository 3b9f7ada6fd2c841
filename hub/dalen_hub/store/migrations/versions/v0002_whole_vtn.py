"""Add resources, subscriptions, webhooks, the ends of events and change counters."""

from alembic import op
import sqlalchemy as sa

revision = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add what the whole of OpenADR 3.1 needs."""
    op.add_column("event", sa.Column("ends_at", sa.BigInteger(), nullable=True))
    op.add_column("ven", sa.Column("granted_targets", sa.JSON(), nullable=True))
    op.add_column("ven", sa.Column("attributes", sa.JSON(), nullable=True))
    op.create_table(
        "visible_change",
        sa.Column("target", sa.String(length=160), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("target", name=op.f("pk_visible_change")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "resource",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("ven_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("ven_id", "name", name=op.f("uq_resource_ven_id_name")),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("broken_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index(op.f("ix_subscription_client_id"), "subscription", ["client_id"])
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("subscription_id", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("bearer_token", sa.Text(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    for name in ("subscription_id", "due_at"):
        op.create_index(op.f(f"ix_notification_{name}"), "notification", [name])


def downgrade() -> None:
    """Refuse: what was added may be in use."""
    raise NotImplementedError("restore a backup instead")
