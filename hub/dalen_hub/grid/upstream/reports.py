"""Reports to the DSO."""

from datetime import datetime

from aiohttp import web

from dalen_hub.grid.upstream.link import Link


async def send_reports(app: web.Application, link: Link, now: datetime) -> None:
    """Send the reports that the profile asks for."""
