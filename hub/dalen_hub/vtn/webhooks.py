"""Webhooks: prove that one belongs to the client, then tell it of changes.

As the Definition of OpenADR 3.1 advises: https only, no private addresses, no
redirects, a timeout, and longer and longer pauses until a webhook counts as broken.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
import contextlib
from datetime import datetime, timedelta
import logging
import secrets
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector, web
from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from yarl import URL

from dalen_hub.appkeys import CLOCK, ENGINE, WEBHOOKS
from dalen_hub.store.database import reading_briefly
from dalen_hub.store.json_text import to_json
from dalen_hub.store.tables import notification, subscription
from dalen_hub.store.times import to_epoch
from dalen_hub.vtn.mqtt_queue import QUEUE
from dalen_hub.vtn.problems import ProblemError
from dalen_hub.vtn.public_addresses import PublicResolver, check_public

_LOGGER = logging.getLogger(__name__)

TIMEOUT_S = 15.0
GIVE_UP_AFTER = timedelta(hours=24)
_FIRST_PAUSE_S = 10
_LONGEST_PAUSE_S = 3_600
_AT_ONCE = 16
_LOOK_EVERY_S = 5.0
_HEADERS = {"Content-Type": "application/json"}


class Webhooks:
    """Calls the webhooks of clients."""

    def __init__(self, *, insecure: bool = False, timeout_s: float = TIMEOUT_S) -> None:
        """Be strict, unless plain http and private addresses are allowed."""
        self._insecure = insecure
        self._timeout_s = timeout_s
        self._session: ClientSession | None = None
        self._news = asyncio.Event()
        self._sending = asyncio.Lock()

    def check_url(self, url: str) -> None:
        """Check the form of a callback URL. Raises a 400 problem."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host, parts = None, urlsplit("")
        schemes = {"https", "http"} if self._insecure else {"https"}
        if not host or parts.scheme not in schemes or parts.username is not None:
            raise ProblemError(
                400, "callbackUrl must be an https address without a user in it."
            )
        # The resolver does not see addresses that need no look-up.
        if not self._insecure:
            with contextlib.suppress(ValueError):
                _refuse_private(host)

    async def challenge(self, url: str) -> None:
        """Let a webhook repeat a random text. Raises a 400 problem if it does not."""
        self.check_url(url)
        echo = secrets.token_urlsafe(24)
        asked = URL(url).update_query(echo=echo)
        try:
            async with self._open().get(asked, allow_redirects=False) as answer:
                text = await answer.content.read(4096)
                proven = answer.status == 200 and echo in text.decode(
                    "utf-8", "replace"
                )
        except (ClientError, TimeoutError, OSError, ValueError) as error:
            raise ProblemError(
                400, f"The webhook at {asked.host} cannot be reached."
            ) from error
        if not proven:
            raise ProblemError(
                400,
                f"The webhook at {asked.host} must answer GET ?echo=<text> with "
                "200 and that text.",
            )

    def poke(self) -> None:
        """Look for notifications at once."""
        self._news.set()

    async def run(self, engine: AsyncEngine, clock: Callable[[], datetime]) -> None:
        """Send notifications for ever."""
        while True:
            while await self.send_due(engine, clock()):
                pass
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await self._news.wait()

    async def send_due(self, engine: AsyncEngine, now: datetime) -> int:
        """Send what is due, one for each subscription; return how many were sent."""
        first = (
            select(func.min(notification.c.id))
            .where(notification.c.subscription_id != QUEUE)
            .group_by(notification.c.subscription_id)
        )
        query = (
            select(notification)
            .where(notification.c.id.in_(first), notification.c.due_at <= to_epoch(now))
            .order_by(notification.c.id)
            .limit(_AT_ONCE)
        )
        # Nothing is sent twice by two who look at the same time.
        async with self._sending:
            async with reading_briefly(engine) as conn:
                due = (await conn.execute(query)).all()
            sent = await asyncio.gather(*(self._send(engine, row, now) for row in due))
        return sum(sent)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _send(self, engine: AsyncEngine, row: Row[Any], now: datetime) -> bool:
        """Send one notification; note how that went."""
        headers = dict(_HEADERS)
        if row.bearer_token:
            headers["Authorization"] = f"Bearer {row.bearer_token}"
        try:
            self.check_url(row.url)
            async with self._open().post(
                URL(row.url),
                data=to_json(row.body).encode(),
                headers=headers,
                allow_redirects=False,
            ) as answer:
                done = 200 <= answer.status < 300
        except ClientError, TimeoutError, OSError, ValueError, ProblemError:
            done = False
        await (_sent if done else _failed)(engine, row, now)
        return done

    def _open(self) -> ClientSession:
        """Return the session; it resolves to public addresses only."""
        if self._session is None:
            resolver = None if self._insecure else PublicResolver()
            self._session = ClientSession(
                connector=TCPConnector(resolver=resolver, use_dns_cache=False),
                timeout=ClientTimeout(total=self._timeout_s),
                trust_env=False,
                auto_decompress=False,
            )
        return self._session


async def run_webhooks(app: web.Application) -> AsyncGenerator[None]:
    """Send notifications while the application runs."""
    webhooks = app[WEBHOOKS]
    task = asyncio.create_task(webhooks.run(app[ENGINE], app[CLOCK]), name="webhooks")
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await webhooks.close()


async def _sent(engine: AsyncEngine, row: Row[Any], _now: datetime) -> None:
    """Forget a notification that arrived."""
    async with engine.begin() as conn:
        await conn.execute(delete(notification).where(notification.c.id == row.id))


async def _failed(engine: AsyncEngine, row: Row[Any], now: datetime) -> None:
    """Try later; after a day the webhook is broken and gets nothing any more."""
    epoch = to_epoch(now)
    async with engine.begin() as conn:
        if epoch - row.created_at < GIVE_UP_AFTER.total_seconds():
            pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**row.tries)
            await conn.execute(
                update(notification)
                .where(notification.c.id == row.id)
                .values(tries=row.tries + 1, due_at=epoch + pause_s)
            )
            return
        await conn.execute(
            update(subscription)
            .where(subscription.c.id == row.subscription_id)
            .values(broken_at=epoch)
        )
        of_it = notification.c.subscription_id == row.subscription_id
        await conn.execute(delete(notification).where(of_it))
    _LOGGER.warning(
        "The webhook of subscription %s did not answer for a day and gets nothing any "
        "more. Its client can write the subscription again",
        row.subscription_id,
    )


def _refuse_private(host: str) -> None:
    """Raise a 400 problem for a private address; ValueError when it is a name."""
    try:
        check_public(host)
    except OSError as error:
        raise ProblemError(400, "callbackUrl must be a public address.") from error
