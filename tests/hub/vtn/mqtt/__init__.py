"""Tests of the MQTT notifier against a real Mosquitto."""
