"""Tables of the hub.

Every table of a neighbourhood carries ``trafo_id``, so that data can later be
divided over databases by trafo. Instants are UTC and stored as whole epoch
seconds. Objects of OpenADR keep the fields that their sender may set as JSON.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
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
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

invite = Table(
    "invite",
    metadata,
    Column("code_hash", LargeBinary(32), primary_key=True),
    Column("trafo_id", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    # Who joined with it, and by what that home is known if it has to try again.
    Column("ven_id", String(64)),
    Column("attempt_hash", LargeBinary(32)),
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
    Column("created_at", BigInteger, nullable=False),
    Column("modified_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger),
    Column("left_at", BigInteger),
    # What the operator grants beyond the VEN's own target, and what a VEN that is
    # no Dalen home tells about itself.
    Column("granted_targets", JSON),
    Column("attributes", JSON),
)

resource = Table(
    "resource",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("trafo_id", String(64), nullable=False),
    Column("ven_id", String(64), nullable=False),
    Column("name", String(128), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("modified_at", BigInteger, nullable=False),
    Column("targets", JSON, nullable=False),
    Column("attributes", JSON, nullable=False),
    UniqueConstraint("ven_id", "name"),
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("trafo_id", String(64), nullable=False),
    Column("client_id", String(64), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("modified_at", BigInteger, nullable=False),
    Column("body", JSON, nullable=False),
    # Set when its webhook did not answer for too long; nothing is sent any more.
    Column("broken_at", BigInteger),
)

# What webhooks are still to be told, in the order of the ids. It is written with
# the change itself, so that a restart loses no notification.
notification = Table(
    "notification",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("trafo_id", String(64), nullable=False),
    Column("subscription_id", String(64), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("bearer_token", Text),
    Column("body", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False, index=True),
)

program = Table(
    "program",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(128), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("modified_at", BigInteger, nullable=False),
    Column("body", JSON, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("trafo_id", String(64), nullable=False),
    Column("program_id", String(64), nullable=False, index=True),
    Column("name", String(128)),
    Column("created_at", BigInteger, nullable=False),
    Column("modified_at", BigInteger, nullable=False),
    Column("body", JSON, nullable=False),
    # NULL: the event has no end.
    Column("ends_at", BigInteger),
)

# The highest revision of a signed order: one row.
order_revision = Table(
    "order_revision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
)

# Who may see an event: a row a target, or one row with target "" when it is for
# everybody. The targets are in the body too.
event_target = Table(
    "event_target",
    metadata,
    Column("trafo_id", String(64), nullable=False),
    Column("event_id", String(64), primary_key=True),
    Column("target", String(128), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# How often what a target may see changed; see vtn/changes.py for the other keys.
visible_change = Table(
    "visible_change",
    metadata,
    Column("target", String(160), primary_key=True),
    Column("counter", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

report = Table(
    "report",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("trafo_id", String(64), nullable=False),
    Column("ven_id", String(64), nullable=False, index=True),
    Column("client_id", String(64), nullable=False, index=True),
    Column("event_id", String(64), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False, index=True),
    Column("modified_at", BigInteger, nullable=False),
    Column("body", JSON, nullable=False),
)

consent_text = Table(
    "consent_text",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("text_id", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("published_at", BigInteger, nullable=False),
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
    Column("given_at", BigInteger, nullable=False),
    Column("valid_until", BigInteger),
)

# What the gate refused, a row a home and UTC day: how often, never what.
refused_report = Table(
    "refused_report",
    metadata,
    Column("trafo_id", String(64), nullable=False),
    Column("ven_id", String(64), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# The mean power of one heat pump over one interval, as its home reported it.
pump_power = Table(
    "pump_power",
    metadata,
    Column("trafo_id", String(64), nullable=False),
    Column("ven_id", String(64), primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("duration_s", Integer, nullable=False),
    Column("power_w", Float, nullable=False),
    Index("ix_pump_power_trafo_start", "trafo_id", "start"),
    sqlite_with_rowid=False,
)

# The state that a home acknowledged for one interval.
home_state = Table(
    "home_state",
    metadata,
    Column("trafo_id", String(64), nullable=False),
    Column("ven_id", String(64), primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("state", String(32), nullable=False),
    sqlite_with_rowid=False,
)

trafo_load = Table(
    "trafo_load",
    metadata,
    Column("trafo_id", String(64), primary_key=True),
    Column("time", BigInteger, primary_key=True),
    # What counts; phases NULL where not measured or not to be trusted.
    Column("load_kw", Float, nullable=False),
    Column("l1_kw", Float),
    Column("l2_kw", Float),
    Column("l3_kw", Float),
    # "repaired", "filled" (nothing was sent), "doubtful" (must not be used), or NULL.
    Column("mark", String(12)),
    # What was sent where that is something else: total and phases.
    Column("sent", JSON),
    sqlite_with_rowid=False,
)

# What was wrong with readings, a row a UTC day, column (0: total, 1 to 3: phases)
# and fault.
load_finding = Table(
    "load_finding",
    metadata,
    Column("trafo_id", String(64), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("column", Integer, primary_key=True),
    Column("fault", String(16), primary_key=True),
    Column("is_repaired", Boolean, primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# What the operator or an estimate says of a home; NULL where unknown.
home_place = Table(
    "home_place",
    metadata,
    Column("ven_id", String(64), primary_key=True),
    Column("trafo_id", String(64), nullable=False, index=True),
    Column("phase", Integer),
    Column("cable", String(32)),
    Column("heat_loss_w_per_k", Float),
    Column("cop", Float),
    Column("is_estimated", Boolean, nullable=False),
    Column("modified_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# The energy that caps took from each home in a heating season.
home_burden = Table(
    "home_burden",
    metadata,
    Column("ven_id", String(64), primary_key=True),
    Column("season", Integer, primary_key=True),
    Column("trafo_id", String(64), nullable=False, index=True),
    Column("burden_kwh", Float, nullable=False),
    sqlite_with_rowid=False,
)

# A forecast that was uploaded, a row a quarter hour. The newest issue counts.
load_forecast = Table(
    "load_forecast",
    metadata,
    Column("trafo_id", String(64), primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("issued_at", BigInteger, nullable=False),
    Column("p50_kw", Float, nullable=False),
    Column("p90_kw", Float, nullable=False),
    Column("source", String(64), nullable=False),
    sqlite_with_rowid=False,
)

# The weather at an instant, forecast or measured: what was handed in last counts. NULL
# where it was not given.
weather = Table(
    "weather",
    metadata,
    Column("trafo_id", String(64), primary_key=True),
    Column("time", BigInteger, primary_key=True),
    Column("temperature_c", Float),
    Column("irradiance_w_m2", Float),
    Column("wind_m_s", Float),
    sqlite_with_rowid=False,
)

# What the hub decided for one quarter hour: the common level of all homes.
cap_level = Table(
    "cap_level",
    metadata,
    Column("trafo_id", String(64), primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("decided_at", BigInteger, nullable=False),
    Column("p50_kw", Float, nullable=False),
    Column("p90_kw", Float, nullable=False),
    Column("forecast_source", String(64), nullable=False),
    Column("limit_kw", Float, nullable=False),
    Column("room_kw", Float, nullable=False),
    # NULL: there is room for all, nobody is limited.
    Column("level_w", Float),
    Column("homes", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# An emergency stop: who ordered it and why, how it ended, and who acknowledged it.
emergency_stop = Table(
    "emergency_stop",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("trafo_id", String(64), nullable=False, index=True),
    Column("cause", String(16), nullable=False),
    Column("ordered_by", String(64), nullable=False),
    Column("reason", String(256), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    # NULL: in force until its time is over.
    Column("ended_at", BigInteger),
    Column("ended_by", String(64)),
    Column("ending", String(16)),
    Column("sent_at", BigInteger, nullable=False),
    Column("resends", Integer, nullable=False),
    Column("acknowledged", JSON, nullable=False),
)

# The last good content of each document of the grid operator, as it was read.
dso_document = Table(
    "dso_document",
    metadata,
    Column("trafo_id", String(64), primary_key=True),
    Column("program", String(128), primary_key=True),
    Column("event_id", String(128), primary_key=True),
    Column("body", JSON, nullable=False),
)

# Which report was sent to the grid operator, so that it is sent once.
dso_report = Table(
    "dso_report",
    metadata,
    Column("trafo_id", String(64), primary_key=True),
    Column("event_id", String(128), primary_key=True),
    Column("kind", String(64), primary_key=True),
    Column("sent_at", BigInteger, nullable=False),
    # What was told, where only a change is told again.
    Column("content", String(64)),
)

# Append-only: what was refused and what operators did. Each row of a chain carries
# the hash of the one before it; see audit/chain.py.
audit = Table(
    "audit",
    metadata,
    Column("chain", String(8), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("client_id", String(64)),
    Column("what", String(128), nullable=False),
    Column("reason", String(64)),
    Column("status", Integer),
    Column("times", Integer, nullable=False),
    Column("previous", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)
