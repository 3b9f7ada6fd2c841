"""Whose address counts, with and without a proxy."""

import dataclasses
from ipaddress import ip_network

from aiohttp.test_utils import make_mocked_request
import pytest

from dalen_hub.appkeys import CONFIG
from dalen_hub.config import HubConfig
from dalen_hub.listeners.addresses import client_address
from tests.hub.helpers import PREVIEW, Hub, assert_problem

PROXIES = (ip_network("127.0.0.1"), ip_network("172.16.0.0/12"))


class Wire:
    """A connection from somewhere."""

    def __init__(self, peer: str) -> None:
        """Take the address of the peer."""
        self._peer = peer

    def get_extra_info(self, name: str) -> object:
        """Return what asyncio knows."""
        return (self._peer, 1) if name == "peername" else None


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", (), "127.0.0.1"),
        ("127.0.0.1", ("192.0.2.7",), "192.0.2.7"),
        ("127.0.0.1", ("10.9.9.9, 192.0.2.7",), "192.0.2.7"),
        ("127.0.0.1", ("10.9.9.9", "192.0.2.7, 172.17.0.1"), "192.0.2.7"),
        ("127.0.0.1", ("2001:db8::1",), "2001:db8::1"),
        ("::ffff:127.0.0.1", ("192.0.2.7",), "192.0.2.7"),
        ("127.0.0.1", ("172.17.0.1",), "127.0.0.1"),
        ("192.0.2.9", ("192.0.2.7",), "192.0.2.9"),
    ],
)
def test_only_a_trusted_proxy_names_another_address(
    config: HubConfig, peer: str, forwarded: tuple[str, ...], address: str
) -> None:
    """And of a list only what a trusted proxy added."""
    request = make_mocked_request(
        "GET",
        "/",
        headers=[("X-Forwarded-For", each) for each in forwarded],  # type: ignore[arg-type]
        transport=Wire(peer),
    )
    request.app[CONFIG] = dataclasses.replace(config, trusted_proxies=PROXIES)
    assert client_address(request) == address


async def test_wrong_codes_behind_a_proxy_count_for_who_sent_them(hub: Hub) -> None:
    """One street behind one proxy does not wait for one neighbour."""
    codes = iter("ABCDEFGHJKMNPQRSTVWX")

    async def wrong(address: str) -> int:
        headers = {"X-Forwarded-For": address}
        body = {"code": f"{next(codes) * 4}-{'0' * 4}-{'0' * 4}"}
        async with hub.client.post(PREVIEW, json=body, headers=headers) as answer:
            await assert_problem(answer, answer.status)
            return answer.status

    assert [await wrong("192.0.2.1") for _ in range(5)] == [404] * 5
    # The header of a peer that is no trusted proxy counts for nothing.
    assert await wrong("192.0.2.2") == 429


async def test_a_trusted_proxy_tells_neighbours_apart(
    config: HubConfig, hub: Hub
) -> None:
    """The limit of five wrong codes then holds for each."""
    codes = iter("ABCDEFGHJKMNPQRSTVWX")

    async def wrong(address: str) -> int:
        headers = {"X-Forwarded-For": address}
        body = {"code": f"{next(codes) * 4}-{'0' * 4}-{'0' * 4}"}
        async with hub.client.post(PREVIEW, json=body, headers=headers) as answer:
            return answer.status

    object.__setattr__(hub.app[CONFIG], "trusted_proxies", PROXIES)
    assert [await wrong("192.0.2.1") for _ in range(6)] == [404] * 5 + [429]
    assert await wrong("192.0.2.2") == 404
