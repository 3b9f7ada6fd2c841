"""Add the weather."""

from alembic import op
import sqlalchemy as sa

revision = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the weather that operators hand in."""
    op.create_table(
        "weather",
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("temperature_c", sa.Float(), nullable=True),
        sa.Column("irradiance_w_m2", sa.Float(), nullable=True),
        sa.Column("wind_m_s", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("trafo_id", "time", name=op.f("pk_weather")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Remove the weather."""
    op.drop_table("weather")
