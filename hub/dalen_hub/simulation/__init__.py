"""Simulated homes, weather and neighbourhoods: physics without a controller.

The controllers of the product are called by a simulation, never copied into it:
every step takes the limits in force from outside.
"""
