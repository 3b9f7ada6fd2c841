"""Add what the grid operator ordered, and what was reported to it."""

from alembic import op
import sqlalchemy as sa

revision = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add two tables."""
    op.create_table(
        "dso_document",
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("program", sa.String(length=128), nullable=False),
        sa.Column("event_id", sa.String(length=128), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint(
            "trafo_id", "program", "event_id", name=op.f("pk_dso_document")
        ),
    )
    op.create_table(
        "dso_report",
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint(
            "trafo_id", "event_id", "kind", name=op.f("pk_dso_report")
        ),
    )


def downgrade() -> None:
    """Refuse: reports would be sent twice."""
    raise NotImplementedError("restore a backup instead")
