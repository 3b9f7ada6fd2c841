"""The whole chain with real programs: heat pump, hub, Home Assistant."""
