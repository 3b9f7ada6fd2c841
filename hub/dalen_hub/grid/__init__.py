"""The grid: transformers, their measured load and the series that describe it."""
