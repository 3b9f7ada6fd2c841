"""Tables of the hub.

Every table of a neighbourhood carries ``trafo_id``, so that data can later be
divided over databases by trafo. Instants are UTC and stored as whole epoch
seconds. Objects of OpenADR keep their body as the JSON that is sent.
"""

from sqlalchemy import (
    JSON,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

client = Table(
    "client",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("role", String(8), nullable=False),
    Column("name", String(128), nullable=False),
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("revoked_at", Integer),
)

invite = Table(
    "invite",
    metadata,
    Column("code_hash", LargeBinary(32), primary_key=True),
    Column("trafo_id", String(64), nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("expires_at", Integer, nullable=False),
    Column("used_at", Integer),
)

ven = Table(
    "ven",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("trafo_id", String(64), nullable=False, index=True),
    Column("ven_name", String(128), nullable=False, unique=True),
    Column("client_id", String(64), nullable=False, unique=True),
    Column("target", String(128), nullable=False, unique=True),
    Column("nickname", String(64)),
    Column("heat_pump_kind", String(16), nullable=False),
    Column("nameplate_w", Float, nullable=False),
    Column("minimum_w", Float, nullable=False),
    Column("floor_w", Float, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("modified_at", Integer, nullable=False),
    Column("last_seen_at", Integer),
    Column("left_at", Integer),
)

program = Table(
    "program",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(128), nullable=False, unique=True),
    Column("created_at", Integer, nullable=False),
    Column("modified_at", Integer, nullable=False),
    Column("body", JSON, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("trafo_id", String(64), nullable=False),
    Column("program_id", String(64), nullable=False, index=True),
    Column("name", String(128)),
    # One target is one home; several targets and none are kept in the body too.
    Column("target", String(128), index=True),
    Column("created_at", Integer, nullable=False),
    Column("modified_at", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Index("ix_event_cap", "target", "name"),
)

report = Table(
    "report",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("trafo_id", String(64), nullable=False),
    Column("ven_id", String(64), nullable=False, index=True),
    Column("client_id", String(64), nullable=False, index=True),
    Column("event_id", String(64), nullable=False, index=True),
    Column("created_at", Integer, nullable=False, index=True),
    Column("modified_at", Integer, nullable=False),
    Column("body", JSON, nullable=False),
)

consent_text = Table(
    "consent_text",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("text_id", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("published_at", Integer, nullable=False),
)

# Append-only: what a resident consented to, and when it was withdrawn. The row
# with the highest id of a VEN is the one in force.
consent = Table(
    "consent",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("trafo_id", String(64), nullable=False),
    Column("ven_id", String(64), nullable=False, index=True),
    Column("action", String(16), nullable=False),
    Column("tier", String(4), nullable=False),
    Column("text_sha256", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("given_at", Integer, nullable=False),
    Column("valid_until", Integer),
)

# What the gate refused: how often, never what.
refused_report = Table(
    "refused_report",
    metadata,
    Column("trafo_id", String(64), nullable=False),
    Column("ven_id", String(64), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
)

# The mean power of one heat pump over one interval, as its home reported it.
pump_power = Table(
    "pump_power",
    metadata,
    Column("trafo_id", String(64), nullable=False),
    Column("ven_id", String(64), primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("duration_s", Integer, nullable=False),
    Column("power_w", Float, nullable=False),
    Index("ix_pump_power_trafo_start", "trafo_id", "start"),
)

# The state that a home acknowledged for one interval.
home_state = Table(
    "home_state",
    metadata,
    Column("trafo_id", String(64), nullable=False),
    Column("ven_id", String(64), primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("state", String(32), nullable=False),
)

trafo_load = Table(
    "trafo_load",
    metadata,
    Column("trafo_id", String(64), primary_key=True),
    Column("time", Integer, primary_key=True),
    Column("load_kw", Float, nullable=False),
)

# A forecast that was uploaded, a row a quarter hour. The newest issue counts.
load_forecast = Table(
    "load_forecast",
    metadata,
    Column("trafo_id", String(64), primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("issued_at", Integer, nullable=False),
    Column("p50_kw", Float, nullable=False),
    Column("p90_kw", Float, nullable=False),
    Column("source", String(64), nullable=False),
)

# What the hub decided for one quarter hour: the common level of all homes.
cap_level = Table(
    "cap_level",
    metadata,
    Column("trafo_id", String(64), primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("decided_at", Integer, nullable=False),
    Column("p50_kw", Float, nullable=False),
    Column("p90_kw", Float, nullable=False),
    Column("forecast_source", String(64), nullable=False),
    Column("limit_kw", Float, nullable=False),
    Column("room_kw", Float, nullable=False),
    # NULL: there is room for all, nobody is limited.
    Column("level_w", Float),
    Column("homes", Integer, nullable=False),
)
