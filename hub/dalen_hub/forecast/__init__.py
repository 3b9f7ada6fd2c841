"""Forecast of the load that is not steered, as quantiles per quarter hour."""
