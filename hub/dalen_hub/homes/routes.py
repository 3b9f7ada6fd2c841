"""Compose the interface through which homes join and leave."""

from aiohttp import web

from dalen_hub.appkeys import NUDGER, PAIRING_ATTEMPTS
from dalen_hub.homes.attempts import AttemptGuard
from dalen_hub.homes.membership import delete_membership, get_membership, put_membership
from dalen_hub.homes.pairing import post_join, post_preview
from dalen_hub.homes.unseen import run_expiry
from dalen_hub.vtn.auth import add_middlewares
from dalen_hub.vtn.nudge import Nudger

PAIRING_PATH = "/dalen/v1/pairing"
MEMBERSHIP_PATH = "/dalen/v1/membership"


def add_pairing_routes(app: web.Application) -> None:
    """Add pairing and membership to an application.

    At run time it needs the keys ENGINE, CLOCK, CONFIG, HUB_KEY and TOKENS.
    """
    add_middlewares(app)
    if NUDGER not in app:
        app[NUDGER] = Nudger()
    if PAIRING_ATTEMPTS not in app:
        app[PAIRING_ATTEMPTS] = AttemptGuard()
    app.cleanup_ctx.append(run_expiry)
    app.router.add_post(f"{PAIRING_PATH}/preview", post_preview)
    app.router.add_post(f"{PAIRING_PATH}/join", post_join)
    app.router.add_get(MEMBERSHIP_PATH, get_membership)
    app.router.add_put(MEMBERSHIP_PATH, put_membership)
    app.router.add_delete(MEMBERSHIP_PATH, delete_membership)
