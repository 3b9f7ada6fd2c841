"""TLS of the hub itself: certificates from files, read again when they change."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
import logging
from pathlib import Path
import ssl

from dalen_hub.errors import HubError
from dalen_hub.listeners.settings import Tls

_LOGGER = logging.getLogger(__name__)
_LOOK_EVERY_S = 600.0


def server_context(tls: Tls, *, for_homes: bool) -> ssl.SSLContext:
    """Return a context of at least TLS 1.2; raise ``HubError`` for unusable files.

    A home without a certificate can connect, so that it can join: what needs one
    is decided for each request (see ``certificates``).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, tls)
    if for_homes and tls.client_ca is not None:
        try:
            context.load_verify_locations(tls.client_ca)
        except (OSError, ssl.SSLError) as err:
            raise HubError(
                f"{tls.client_ca} holds no certificate of an authority: {err}. Name"
                " a PEM file as tls_client_ca."
            ) from err
        context.verify_mode = ssl.CERT_OPTIONAL
    return context


@asynccontextmanager
async def renewed(
    tls: Tls | None, contexts: list[ssl.SSLContext], every_s: float = _LOOK_EVERY_S
) -> AsyncGenerator[None]:
    """Take a renewed certificate over while the hub runs, without a restart."""
    if tls is None:
        yield
        return
    task = asyncio.create_task(_renew(tls, contexts, every_s), name="certificates")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _renew(tls: Tls, contexts: list[ssl.SSLContext], every_s: float) -> None:
    """Look at the files now and then."""
    known = await asyncio.to_thread(_changed_at, tls)
    while True:
        await asyncio.sleep(every_s)
        found = await asyncio.to_thread(_changed_at, tls)
        if found == known or None in found:
            continue
        try:
            for context in contexts:
                await asyncio.to_thread(_load, context, tls)
        except HubError as err:
            # Half written, perhaps: the old one stays, and the files are read again.
            _LOGGER.warning("The old certificate stays in use. %s", err)
            continue
        known = found
        _LOGGER.info("Took over the new certificate of %s", tls.certificate)


def _load(context: ssl.SSLContext, tls: Tls) -> None:
    """Read the certificate and the key."""
    try:
        # Without a callback OpenSSL would ask the terminal for a password.
        context.load_cert_chain(tls.certificate, tls.key, password=lambda: "")
    except (OSError, ssl.SSLError) as err:
        raise HubError(
            f"The certificate {tls.certificate} with the key {tls.key} cannot be used:"
            f" {err}. Name PEM files that belong together as tls_certificate and"
            " tls_key."
        ) from err


def _changed_at(tls: Tls) -> tuple[int | None, ...]:
    """Return when the files changed; None for one that is not there now."""
    return tuple(_mtime(path) for path in (tls.certificate, tls.key))


def _mtime(path: Path) -> int | None:
    """Return when a file changed."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
