"""Lay the first tables."""

from alembic import op
import sqlalchemy as sa

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make every table and index."""
    op.create_table(
        "cap_level",
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("p50_kw", sa.Float(), nullable=False),
        sa.Column("p90_kw", sa.Float(), nullable=False),
        sa.Column("forecast_source", sa.String(length=64), nullable=False),
        sa.Column("limit_kw", sa.Float(), nullable=False),
        sa.Column("room_kw", sa.Float(), nullable=False),
        sa.Column("level_w", sa.Float(), nullable=True),
        sa.Column("homes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("trafo_id", "start", name=op.f("pk_cap_level")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "client",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("ven_id", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("tier", sa.String(length=4), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_ven_id"), "consent", ["ven_id"], unique=False)
    op.create_table(
        "consent_text",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_consent_text")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("program_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_program_id"), "event", ["program_id"], unique=False)
    op.create_table(
        "event_target",
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "target", name=op.f("pk_event_target")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_event_target_target"), "event_target", ["target"], unique=False
    )
    op.create_table(
        "home_state",
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("ven_id", sa.String(length=64), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("ven_id", "start", name=op.f("pk_home_state")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "invite",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_invite")),
    )
    op.create_table(
        "load_forecast",
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("p50_kw", sa.Float(), nullable=False),
        sa.Column("p90_kw", sa.Float(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("trafo_id", "start", name=op.f("pk_load_forecast")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "program",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program")),
        sa.UniqueConstraint("name", name=op.f("uq_program_name")),
    )
    op.create_table(
        "pump_power",
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("ven_id", sa.String(length=64), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("power_w", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("ven_id", "start", name=op.f("pk_pump_power")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_pump_power_trafo_start", "pump_power", ["trafo_id", "start"], unique=False
    )
    op.create_table(
        "refused_report",
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("ven_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ven_id", "day", name=op.f("pk_refused_report")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "report",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("ven_id", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index(op.f("ix_report_client_id"), "report", ["client_id"], unique=False)
    op.create_index(
        op.f("ix_report_created_at"), "report", ["created_at"], unique=False
    )
    op.create_index(op.f("ix_report_event_id"), "report", ["event_id"], unique=False)
    op.create_index(op.f("ix_report_ven_id"), "report", ["ven_id"], unique=False)
    op.create_table(
        "trafo_load",
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("load_kw", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("trafo_id", "time", name=op.f("pk_trafo_load")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ven",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("trafo_id", sa.String(length=64), nullable=False),
        sa.Column("ven_name", sa.String(length=128), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=128), nullable=False),
        sa.Column("nickname", sa.String(length=64), nullable=True),
        sa.Column("heat_pump_kind", sa.String(length=16), nullable=False),
        sa.Column("nameplate_w", sa.Float(), nullable=False),
        sa.Column("minimum_w", sa.Float(), nullable=False),
        sa.Column("floor_w", sa.Float(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("modified_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=True),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ven")),
        sa.UniqueConstraint("client_id", name=op.f("uq_ven_client_id")),
        sa.UniqueConstraint("target", name=op.f("uq_ven_target")),
        sa.UniqueConstraint("ven_name", name=op.f("uq_ven_ven_name")),
    )
    op.create_index(op.f("ix_ven_trafo_id"), "ven", ["trafo_id"], unique=False)


def downgrade() -> None:
    """Refuse: before this there was nothing to go back to."""
    raise NotImplementedError("restore a backup instead")
