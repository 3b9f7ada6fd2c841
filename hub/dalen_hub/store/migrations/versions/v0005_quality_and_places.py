"""Add the quality of readings, their phases, and where homes are."""

from alembic import op
import sqlalchemy as sa

revision = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add columns to the readings, and three tables."""
    with op.batch_alter_table("trafo_load") as batch:
        for name in ("l1_kw", "l2_kw", "l3_kw"):
            batch.add_column(sa.Column(name, sa.Float(), nullable=True))
        batch.add_column(sa.Column("mark", sa.String(length=12), nullable=True))
        batch.add_column(sa.Column("sent", sa.JSON(), nullable=True))
    op.create_table(
        "load_finding",
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("column", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=16), nullable=False),
        sa.Column("is_repaired", sa.Boolean(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "trafo_id",
            "day",
            "column",
            "fault",
            "is_repaired",
            name=op.f("pk_load_finding"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "home_place",
        sa.Column("ven_id", sa.String(length=64), nullable=False),
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("phase", sa.Integer(), nullable=True),
        sa.Column("cable", sa.String(length=32), nullable=True),
        sa.Column("heat_loss_w_per_k", sa.Float(), nullable=True),
        sa.Column("cop", sa.Float(), nullable=True),
        sa.Column("is_estimated", sa.Boolean(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ven_id", name=op.f("pk_home_place")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_home_place_trafo_id"), "home_place", ["trafo_id"])
    op.create_table(
        "home_burden",
        sa.Column("ven_id", sa.String(length=64), nullable=False),
        sa.Column("season", sa.Integer(), nullable=False),
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("burden_kwh", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("ven_id", "season", name=op.f("pk_home_burden")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_home_burden_trafo_id"), "home_burden", ["trafo_id"])


def downgrade() -> None:
    """Refuse: readings would lose what is known of them."""
    raise NotImplementedError("restore a backup instead")
