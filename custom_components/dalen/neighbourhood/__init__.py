"""The servers that the house listens to, each with its link."""

from .link import NeighbourhoodLink
from .pumps import PumpOrders

__all__ = ["NeighbourhoodLink", "PumpOrders"]
