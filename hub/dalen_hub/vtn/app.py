"""Compose the OpenADR interface of the hub."""

from aiohttp import web

from dalen_hub.appkeys import CONFIG, NUDGER, WEBHOOKS
from dalen_hub.audit.denials import run_denials
from dalen_hub.config_values import is_on_local_network
from dalen_hub.vtn import (
    credentials,
    events,
    notifiers,
    programs,
    reports,
    resources,
    subscriptions,
    vens,
)
from dalen_hub.vtn.auth import add_middlewares
from dalen_hub.vtn.nudge import Nudger, close_nudger, get_nudge
from dalen_hub.vtn.paths import NUDGE_PATH, TOKEN_PATH, VTN_PATH
from dalen_hub.vtn.retention import run_retention
from dalen_hub.vtn.token_endpoint import get_auth_server, post_token
from dalen_hub.vtn.webhooks import Webhooks, run_webhooks

_ROOMS = (
    programs,
    events,
    reports,
    subscriptions,
    vens,
    resources,
    notifiers,
    credentials,
)


def add_vtn_routes(app: web.Application) -> None:
    """Add the VTN, the token endpoint and the nudge to an application.

    At run time it needs the keys ENGINE, CLOCK, CONFIG and TOKENS; a NUDGER is
    made when there is none.
    """
    add_middlewares(app)
    if NUDGER not in app:
        app[NUDGER] = Nudger()
    if WEBHOOKS not in app:
        app[WEBHOOKS] = Webhooks()
    if (mqtt := app[CONFIG].mqtt) is not None:
        # Few hubs have a broker.
        from dalen_hub.vtn.mqtt_broker import add_broker  # noqa: PLC0415

        add_broker(app, mqtt)
    if is_on_local_network(app[CONFIG].public_url):
        # Takes memory that a hub on the internet can do without.
        from dalen_hub.vtn.mdns import run_announcer  # noqa: PLC0415

        app.cleanup_ctx.append(run_announcer)
    app.on_shutdown.append(close_nudger)
    app.cleanup_ctx.append(run_webhooks)
    app.cleanup_ctx.append(run_retention)
    app.cleanup_ctx.append(run_denials)
    app.router.add_get(f"{VTN_PATH}/auth/server", get_auth_server)
    app.router.add_post(TOKEN_PATH, post_token)
    app.router.add_get(NUDGE_PATH, get_nudge, allow_head=False)
    for room in _ROOMS:
        room.add_routes(app)
