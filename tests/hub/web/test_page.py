"""The status page over real HTTP."""

from html.parser import HTMLParser
import re

from aiohttp import web
import pytest

from dalen_hub.listeners.kinds import LISTENERS, Kind
from dalen_hub.web import routes
from dalen_hub.web.assets import BUILD_COMMAND
from dalen_hub.web.security import CONTENT_SECURITY_POLICY

from .chart_bodies import chart_body, evening, local
from .conftest import Serve

BODY = chart_body(now=local(18, 7), level=evening())
NO_VALUE = {"br", "img", "link", "meta", "base"}


class _Nesting(HTMLParser):
    """Fails on a tag that is closed wrongly."""

    def __init__(self) -> None:
        """Start outside of everything."""
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember an open tag and where it leads."""
        if tag not in NO_VALUE:
            self.open.append(tag)
        self.links += [
            value or ""
            for name, value in attrs
            if name in ("href", "src", "hx-get") and tag != "base"
        ]

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        assert self.open.pop() == tag


def parsed(page: str) -> _Nesting:
    """Return a page whose tags were found to be in order."""
    parser = _Nesting()
    parser.feed(page)
    assert parser.open == []
    return parser


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?lang=nl",
        "/overview",
        "/trafos/dalen",
        "/trafos/dalen/status",
        "/trafos/dalen/table",
        "/trafos/unknown",
    ],
)
async def test_every_page_is_in_order_and_guarded(serve: Serve, path: str) -> None:
    """Tags nest, nothing comes from elsewhere, and the policy is strict."""
    client = await serve(BODY)
    response = await client.get(path)
    parser = parsed(await response.text())
    assert response.status == (404 if "unknown" in path else 200)
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    # Every link is relative, so that it stays below the base path.
    assert [link for link in parser.links if link.startswith(("/", "http", "//"))] == []


async def test_the_policy_allows_no_foreign_or_inline_code() -> None:
    """What the policy must say, word for word."""
    assert CONTENT_SECURITY_POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " img-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'self'"
    )


async def test_the_page_has_no_inline_script_style_or_handler(serve: Serve) -> None:
    """The policy would silence them, so there must be none."""
    page = await (await (await serve(BODY)).get("/")).text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)


async def test_the_page_shows_sentence_figures_and_table(serve: Serve) -> None:
    """A reader without scripts gets everything."""
    page = await (await (await serve(BODY)).get("/?lang=en")).text()
    assert "Until 20:30 every heat pump gets at most 520\N{NO-BREAK SPACE}W" in page
    assert "97" in page
    assert "95 in touch with the hub" in page
    assert page.count("<time datetime=") == 192
    assert 'data-time-zone="Europe/Amsterdam"' in page


async def test_names_are_escaped(serve: Serve) -> None:
    """A name in the configuration is text, whatever it holds."""
    page = await (await (await serve(BODY, "<img src=x>")).get("/")).text()
    assert "<img src=x>" not in page
    assert "Hub &lt;Dalen&gt;" in page


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [("", "nl-NL,nl;q=0.9,en;q=0.8", "nl"), ("?lang=en", "nl", "en"), ("", "fr", "en")],
)
async def test_the_page_speaks_the_readers_language(
    serve: Serve, query: str, header: str, language: str
) -> None:
    """The page, its parts and its links agree about the language."""
    client = await serve(BODY)
    response = await client.get(f"/{query}", headers={"Accept-Language": header})
    page = await response.text()
    assert response.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in page
    assert f"trafos/dalen/status?lang={language}" in page


@pytest.mark.parametrize(
    ("header", "base"),
    [
        ("/api/hassio_ingress/abc", "/api/hassio_ingress/abc/"),
        ("//evil.example", "/"),
        ('/"><script src=x>', "/"),
    ],
)
async def test_the_base_follows_a_valid_ingress_path(
    serve: Serve, header: str, base: str
) -> None:
    """Behind ingress all links start at its path."""
    client = await serve(BODY)
    headers = {"X-Ingress-Path": header}
    # Anybody else could write the header too.
    response = await client.get("/", headers=headers)
    assert '<base href="/">' in await response.text()
    client.app[LISTENERS][client.server.port or 0] = Kind.INGRESS
    response = await client.get("/", headers=headers)
    assert re.findall(r"<base href=\"(.*?)\">", await response.text()) == [base]


async def test_several_trafos_are_a_list_with_links(serve: Serve) -> None:
    """Each trafo has its sentence and its own page."""
    client = await serve(BODY, "Dorp", "De Loo")
    page = await (await client.get("/")).text()
    assert 'href="trafos/dalen"' in page
    assert 'href="trafos/dalen-2"' in page
    assert page.count("Until 20:30") == 2
    second = await (await client.get("/trafos/dalen-2")).text()
    assert "<h1>De Loo</h1>" in second
    assert "All transformers" in second


async def test_missing_assets_name_the_command_and_open_the_table(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the browser files the page still tells everything."""
    monkeypatch.setattr("dalen_hub.web.page.assets_present", lambda: False)
    page = await (await (await serve(BODY)).get("/")).text()
    assert BUILD_COMMAND in page
    assert '<details class="card" open>' in page
    assert "<script" not in page
    assert page.count("<time datetime=") == 192


@pytest.mark.parametrize("name", sorted(routes.STATIC_NAMES))
async def test_own_files_are_served_with_their_type(serve: Serve, name: str) -> None:
    """A browser that may not guess needs the right type."""
    response = await (await serve(BODY)).get(f"/static/{name}")
    types = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    assert response.status == 200
    assert response.content_type == types[name.rpartition(".")[2]]
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["/static/%2e%2e%2froutes.py", "/static/nothing.js", "/assets/record.json"],
)
async def test_no_other_file_is_served(serve: Serve, path: str) -> None:
    """Only files on the list exist."""
    assert (await (await serve(BODY)).get(path)).status == web.HTTPNotFound.status_code


async def test_a_page_is_small(serve: Serve) -> None:
    """Two days of quarter hours fit into 60 kB as they travel."""
    client = await serve(BODY)
    request = client.get(
        "/", headers={"Accept-Encoding": "gzip"}, auto_decompress=False
    )
    assert len(await (await request).read()) < 60_000
