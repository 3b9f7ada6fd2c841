"""Tell the planner that the homes of a trafo changed."""

from aiohttp import web

from dalen_hub.appkeys import ON_MEMBERSHIP_CHANGED


def membership_changed(app: web.Application, trafo_id: str) -> None:
    """Call whoever wants to know, after the change is stored."""
    if ON_MEMBERSHIP_CHANGED in app:
        app[ON_MEMBERSHIP_CHANGED](trafo_id)
