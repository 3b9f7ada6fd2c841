"""Which heat pumps the set-up screens offer."""

from custom_components.dalen.flow_heat_pump import load_profiles


def test_only_what_can_be_set_up_is_offered() -> None:
    """A profile that needs a meter or a write test is not offered yet."""
    offered = set(load_profiles())
    assert {"dalen_simulated", "luxtronik_shi", "nibe_s", "qube"} <= offered
    assert offered.isdisjoint({"remeha_gtw08", "hitachi_yutaki", "quatt_outdoor_unit"})
