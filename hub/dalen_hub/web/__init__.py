"""The hub's pages: one plain status page, in English and Dutch."""

from .routes import add_web_routes
from .source import CHART_SOURCE, ChartSource, UnknownTrafoError

__all__ = ["CHART_SOURCE", "ChartSource", "UnknownTrafoError", "add_web_routes"]
