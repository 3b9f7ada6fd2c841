"""Add the revision of signed orders."""

from alembic import op
import sqlalchemy as sa

revision = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the table of the one revision."""
    op.create_table(
        "order_revision",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_revision")),
    )


def downgrade() -> None:
    """Refuse: homes ignore orders with a revision that they saw."""
    raise NotImplementedError("restore a backup instead")
