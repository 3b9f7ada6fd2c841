"""Notifiers over HTTP: how changes can be pushed. Here by webhooks only."""

from aiohttp import web

from dalen_hub.vtn.paths import VTN_PATH
from dalen_hub.vtn.principal import require_scope
from dalen_hub.vtn.problems import ProblemError


def add_routes(app: web.Application) -> None:
    """Add the paths of notifiers."""
    path = f"{VTN_PATH}/notifiers"
    app.router.add_get(path, list_notifiers)
    app.router.add_get(f"{path}/mqtt/topics/{{tail:.+}}", no_topics)


async def list_notifiers(request: web.Request) -> web.Response:
    """Answer with the ways to push.

    The standard asks for read_all, which VENs do not have, although the answer is
    for them; so any client may read it.
    """
    require_scope(request, "read_targets")
    return web.json_response({"WEBHOOK": True})


async def no_topics(request: web.Request) -> web.Response:
    """Answer that this hub has no MQTT broker."""
    require_scope(request, "read_targets")
    raise ProblemError(404, "This hub has no MQTT notifier; see /notifiers.")
