"""Signed orders: homes can tell what their hub says from what anybody else says."""
