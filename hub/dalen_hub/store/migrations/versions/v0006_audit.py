"""Add the audit, and what an invite knows of its home; a stop has many events."""

from alembic import op
import sqlalchemy as sa

revision = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the audit and two columns; remove one that has no meaning any more."""
    op.create_table(
        "audit",
        sa.Column("chain", sa.String(length=8), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=True),
        sa.Column("what", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("pk_audit")),
    )
    op.add_column("invite", sa.Column("ven_id", sa.String(length=64), nullable=True))
    op.add_column(
        "invite", sa.Column("attempt_hash", sa.LargeBinary(length=32), nullable=True)
    )
    op.drop_column("emergency_stop", "event_id")


def downgrade() -> None:
    """Refuse: the audit must stay."""
    raise NotImplementedError("restore a backup instead")
