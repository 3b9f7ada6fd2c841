"""What an installer leaves behind: proof that a heat pump is read and limited."""

from .page import LANGUAGES, render_page
from .report import Check, CommissioningReport, HeatPumpFacts, Versions

__all__ = [
    "LANGUAGES",
    "Check",
    "CommissioningReport",
    "HeatPumpFacts",
    "Versions",
    "render_page",
]
