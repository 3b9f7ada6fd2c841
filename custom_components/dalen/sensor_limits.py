"""The sensors of what the house decided about the limit of a heat pump."""

from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfPower

from .coordinator import HeatPumpCoordinator
from .limits import LimitSource, LimitStatus, ReleaseReason, share_kept
from .sensor_description import HeatPumpSensorDescription

NOT_LIMITED: Final = "none"
NOT_RELEASED: Final = "none"


def _kept_percent(pump: HeatPumpCoordinator) -> float | None:
    """Return the share of the limited quarter hours in which the limit was kept."""
    share = share_kept(pump.engine.compliance.counts)
    return None if share is None else 100 * share


LIMIT_SENSORS: tuple[HeatPumpSensorDescription, ...] = (
    # The nameplate stands for "not limited", as it does in the number of the
    # resident and in the caps of a hub: a chart and an automation always have a
    # number, and the source tells if it limits.
    HeatPumpSensorDescription(
        key="effective_limit",
        translation_key="effective_limit",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=lambda pump: (
            pump.nameplate_w
            if pump.effective.limit_w is None
            else pump.effective.limit_w
        ),
    ),
    HeatPumpSensorDescription(
        key="limit_source",
        translation_key="limit_source",
        device_class=SensorDeviceClass.ENUM,
        options=[NOT_LIMITED, *LimitSource],
        value_fn=lambda pump: pump.effective.source or NOT_LIMITED,
        attributes_fn=lambda pump: {
            "reason": pump.effective.reason,
            "released_by": pump.effective.released_by,
        },
    ),
    HeatPumpSensorDescription(
        key="released_by",
        translation_key="released_by",
        device_class=SensorDeviceClass.ENUM,
        options=[NOT_RELEASED, *ReleaseReason],
        value_fn=lambda pump: pump.effective.released_by or NOT_RELEASED,
        attributes_fn=lambda pump: {
            "all": [release.reason.value for release in pump.decision.releases]
        },
    ),
    HeatPumpSensorDescription(
        key="limited_until",
        translation_key="limited_until",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda pump: pump.effective.until,
    ),
    HeatPumpSensorDescription(
        key="paused_until",
        translation_key="paused_until",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda pump: None if pump.pause is None else pump.pause.until,
    ),
    HeatPumpSensorDescription(
        key="limit_kept",
        translation_key="limit_kept",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        suggested_display_precision=0,
        value_fn=_kept_percent,
        attributes_fn=lambda pump: pump.engine.compliance.as_dict(),
    ),
    HeatPumpSensorDescription(
        key="limit_status",
        translation_key="limit_status",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=list(LimitStatus),
        value_fn=lambda pump: pump.status,
    ),
)
