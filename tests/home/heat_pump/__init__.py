"""Tests of heat_pump/: adapters, profiles and the Modbus heat pump."""
