"""TLS of the hub itself, with real sockets and certificates made here."""

import asyncio
import dataclasses
from pathlib import Path
import ssl

from aiohttp import ClientConnectorCertificateError, ClientError, ClientSession
import pytest

from dalen_hub.app import utc_now
from dalen_hub.config import ConfigError, HubConfig, load_config, parse_config
from dalen_hub.errors import HubError
from dalen_hub.homes.invites import create_invite
from dalen_hub.listeners.kinds import Kind
from dalen_hub.listeners.settings import ListenAt, Tls
from dalen_hub.listeners.tls import renewed, server_context
from dalen_hub.store.database import open_database
from dalen_hub.vtn.auth import create_client
from tests.hub.helpers import JOIN, TOKEN, VTN, assert_problem, join_body

from .certificates import Authority, Files
from .test_doors import hub_at, status


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Return the authority that clients trust."""
    return Authority(tmp_path, "authority")


@pytest.fixture
def homes_authority(tmp_path: Path) -> Authority:
    """Return the authority that issues certificates to homes."""
    return Authority(tmp_path, "homes")


@pytest.fixture
def server(authority: Authority) -> Files:
    """Return the certificate of the hub."""
    return authority.issue("hub", "server")


def trusting(authority: Authority, client: Files | None = None) -> ssl.SSLContext:
    """Return what a client believes, and what it presents."""
    context = ssl.create_default_context(cafile=authority.certificate)
    if client is not None:
        context.load_cert_chain(client.certificate, client.key)
    return context


def with_tls(
    config: HubConfig, server: Files, client_ca: Path | None = None
) -> HubConfig:
    """Return a configuration with TLS."""
    tls = Tls(certificate=server.certificate, key=server.key, client_ca=client_ca)
    return dataclasses.replace(config, tls=tls)


async def test_the_hub_serves_tls_and_nothing_else_there(
    config: HubConfig, data_dir: Path, authority: Authority, server: Files
) -> None:
    """A client that does not know the authority refuses, plain HTTP fails."""
    async with (
        hub_at(with_tls(config, server), data_dir) as at,
        ClientSession() as session,
    ):
        url = f"{at[Kind.ALL]}/health"
        assert url.startswith("https://")
        async with session.get(url, ssl=trusting(authority)) as answer:
            assert await answer.json() == {"status": "ok"}
        with pytest.raises(ClientConnectorCertificateError):
            await session.get(url)
        with pytest.raises(ClientError):
            await session.get(url.replace("https", "http"))


async def test_tls_below_1_2_is_refused(
    config: HubConfig, data_dir: Path, authority: Authority, server: Files
) -> None:
    """As OpenADR 3.1 asks."""
    old = trusting(authority)
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    async with (
        hub_at(with_tls(config, server), data_dir) as at,
        ClientSession() as session,
    ):
        with pytest.raises(ClientError):
            await session.get(f"{at[Kind.ALL]}/health", ssl=old)


async def test_ingress_and_loopback_stay_plain(
    config: HubConfig, data_dir: Path, authority: Authority, server: Files
) -> None:
    """Nobody can listen in on this machine, and ingress speaks plain HTTP."""
    async with (
        hub_at(with_tls(config, server), data_dir, operator=True, ingress=True) as at,
        ClientSession() as session,
    ):
        assert at[Kind.HOMES].startswith("https:")
        assert at[Kind.OPERATOR].startswith("http:")
        assert at[Kind.INGRESS].startswith("http:")
        assert await status(session, f"{at[Kind.OPERATOR]}/health") == 200


async def joined(
    session: ClientSession, base: str, code: str, context: ssl.SSLContext
) -> tuple[str, str]:
    """Join; return the client's id and its token."""
    async with session.post(f"{base}{JOIN}", json=join_body(code), ssl=context) as made:
        assert made.status == 201, await made.text()
        facts = await made.json()
    return facts["client_id"], await token_of(
        session, base, (facts["client_id"], facts["client_secret"]), context
    )


async def token_of(
    session: ClientSession, base: str, client: tuple[str, str], context: ssl.SSLContext
) -> str:
    """Get a token."""
    form = {
        "grant_type": "client_credentials",
        "client_id": client[0],
        "client_secret": client[1],
    }
    async with session.post(f"{base}{TOKEN}", data=form, ssl=context) as answer:
        return str((await answer.json())["access_token"])


async def test_a_stolen_secret_opens_nothing_without_the_certificate_of_its_home(
    config: HubConfig,
    data_dir: Path,
    authority: Authority,
    homes_authority: Authority,
    server: Files,
) -> None:
    """Joining needs none yet; all that a home asks for later needs its own."""
    settings = with_tls(config, server, homes_authority.certificate)
    engine = await open_database(data_dir)
    async with engine.begin() as conn:
        codes = [await create_invite(conn, "kerkstraat", utc_now()) for _ in range(2)]
        bl = await create_client(conn, "bl", "operator", utc_now())
    await engine.dispose()
    async with (
        hub_at(settings, data_dir, operator=True) as at,
        ClientSession() as session,
    ):
        homes, bare = at[Kind.HOMES], trusting(authority)
        client_id, token = await joined(session, homes, codes[0], bare)
        other_id, _ = await joined(session, homes, codes[1], bare)
        own = trusting(authority, homes_authority.issue(client_id, "own"))
        others = trusting(authority, homes_authority.issue(other_id, "other"))
        forged = trusting(
            authority, Authority(data_dir, "forger").issue(client_id, "forged")
        )
        bearer = {"Authorization": f"Bearer {token}"}

        async def events(
            context: ssl.SSLContext | None, base: str = homes
        ) -> int | str:
            # A connection of its own each time: certificates belong to it.
            async with ClientSession() as fresh:
                try:
                    async with fresh.get(
                        f"{base}{VTN}/events",
                        headers=bearer,
                        ssl=True if context is None else context,
                    ) as answer:
                        if answer.status == 403:
                            await assert_problem(answer, 403, "client-certificate")
                        return answer.status
                except ClientError:
                    return "no connection"

        assert await events(own) == 200
        assert await events(bare) == 403
        assert await events(others) == 403
        assert await events(forged) == "no connection"
        # Nor does the operator's listener help a thief.
        assert await events(None, at[Kind.OPERATOR]) == 403
        bearer["Authorization"] = f"Bearer {await token_of(session, homes, bl, bare)}"
        assert await events(None, at[Kind.OPERATOR]) == 200
        assert await events(bare) == 403


async def test_a_renewed_certificate_is_taken_over_without_a_restart(
    authority: Authority, server: Files
) -> None:
    """A half-written file leaves the old one in use."""
    tls = Tls(certificate=server.certificate, key=server.key)
    context = server_context(tls, for_homes=True)
    whole = server.certificate.read_bytes()
    async with renewed(tls, [context], every_s=0.01):
        listener = await asyncio.start_server(_close, "127.0.0.1", 0, ssl=context)
        port = listener.sockets[0].getsockname()[1]
        first = await _presented(port, authority)
        server.certificate.write_bytes(whole[:100])
        await asyncio.sleep(0.05)
        assert await _presented(port, authority) == first
        authority.issue("hub", "server")
        async with asyncio.timeout(10):
            while await _presented(port, authority) == first:
                await asyncio.sleep(0.02)
        listener.close()


def test_unusable_files_are_told_before_anything_is_served(
    tmp_path: Path, authority: Authority, server: Files
) -> None:
    """Each message names the file and the key of hub.yaml."""
    other = authority.issue("other", "other-server")
    with pytest.raises(HubError, match=r"server.pem.*belong together"):
        server_context(
            Tls(certificate=server.certificate, key=other.key), for_homes=True
        )
    with pytest.raises(HubError, match="cannot be used"):
        server_context(
            Tls(certificate=tmp_path / "none.pem", key=other.key), for_homes=True
        )
    with pytest.raises(HubError, match="tls_client_ca"):
        server_context(
            Tls(
                certificate=server.certificate,
                key=server.key,
                client_ca=tmp_path / "none.pem",
            ),
            for_homes=True,
        )


def test_hub_yaml_names_the_files_beside_it(tmp_path: Path) -> None:
    """Relative names start from the configuration's folder."""
    path = tmp_path / "hub.yaml"
    path.write_text(
        "name: Hub\npublic_url: https://hub.example\n"
        "tls_certificate: cert.pem\ntls_key: key.pem\ntls_client_ca: /ssl/ca.pem\n"
        "operator_listener: '[::1]:8081'\n"
        "trusted_proxies: [127.0.0.1, '172.16.0.0/12']\n"
        "trafos: [{id: dalen, rating_kva: 400}]\n",
        encoding="utf-8",
    )
    config = load_config(path)
    assert config.tls == Tls(
        certificate=tmp_path / "cert.pem",
        key=tmp_path / "key.pem",
        client_ca=Path("/ssl/ca.pem"),
    )
    assert config.operator_listener == ListenAt(host="::1", port=8081)
    assert [str(each) for each in config.trusted_proxies] == [
        "127.0.0.1/32",
        "172.16.0.0/12",
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tls_certificate": "a.pem"}, "tls_key: is missing"),
        ({"tls_key": "a.pem"}, "tls_certificate: is missing"),
        ({"tls_client_ca": "a.pem"}, "tls_certificate: is missing"),
        ({"operator_listener": "8081"}, "operator_listener: must be host:port"),
        ({"operator_listener": "x:0"}, "operator_listener: must be host:port"),
        ({"operator_listener": "x:99999"}, "operator_listener: must be host:port"),
        ({"operator_listener": 8081}, "operator_listener: must be host:port"),
        ({"trusted_proxies": "127.0.0.1"}, "trusted_proxies: must be a list"),
        ({"trusted_proxies": ["proxy"]}, "trusted_proxies: must be the addresses"),
        ({"trusted_proxies": ["10.0.0.1/8"]}, "trusted_proxies: must be the addresses"),
    ],
)
def test_wrong_settings_say_what_to_write(
    settings: dict[str, object], message: str
) -> None:
    """All of them before the hub starts."""
    raw = {
        "name": "Hub",
        "public_url": "https://hub.example",
        "trafos": [{"id": "dalen", "rating_kva": 400}],
    }
    with pytest.raises(ConfigError, match=message):
        parse_config({**raw, **settings})


async def _close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve nothing."""
    writer.close()


async def _presented(port: int, authority: Authority) -> bytes:
    """Return the certificate that a listener presents."""
    context = trusting(authority)
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    found: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return found
