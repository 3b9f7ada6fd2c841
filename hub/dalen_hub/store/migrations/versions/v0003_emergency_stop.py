"""Add the emergency stop."""

from alembic import op
import sqlalchemy as sa

revision = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the table of emergency stops."""
    op.create_table(
        "emergency_stop",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("ordered_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=256), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ending", sa.String(length=16), nullable=True),
        sa.Column("event_id", sa.String(length=64), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("resends", sa.Integer(), nullable=False),
        sa.Column("acknowledged", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_stop")),
    )
    op.create_index(op.f("ix_emergency_stop_trafo_id"), "emergency_stop", ["trafo_id"])


def downgrade() -> None:
    """Refuse: the log of stops must stay."""
    raise NotImplementedError("restore a backup instead")
