"""Which addresses may carry credentials."""

import pytest
from yarl import URL

from custom_components.dalen.openadr.address import (
    is_no_weaker,
    is_secure_url,
    parse_url,
)


@pytest.mark.parametrize(
    ("text", "secure"),
    [
        ("https://hub.example", True),
        ("https://8.8.8.8:8443/path", True),
        ("http://127.0.0.1:8080", True),
        ("http://192.168.1.4", True),
        ("http://10.0.0.4", True),
        ("http://172.31.0.4", True),
        ("http://169.254.1.1", True),
        ("http://[::1]:8080", True),
        ("http://[fd00::4]", True),
        ("http://[fe80::1%25eth0]", True),
        ("http://localhost:8080", True),
        ("http://homeassistant.local:8080", True),
        ("http://HUB.LOCAL.", True),
        ("http://hub.example", False),
        ("http://172.32.0.1", False),
        ("http://8.8.8.8", False),
        ("http://[2001:db8::1]", False),
        ("http://[::ffff:8.8.8.8]", False),
        ("http://2130706433", False),
        ("http://local", False),
        ("http://hub.local.example", False),
        ("http://127.0.0.1.example", False),
        ("https://user:secret@hub.example", False),
        ("http://192.0.2.1", False),
    ],
)
def test_https_or_inside_the_house(text: str, secure: bool) -> None:
    """Plain http is for addresses that cannot be outside."""
    url = parse_url(text)
    assert url is not None
    assert is_secure_url(url) is secure


@pytest.mark.parametrize(
    "text", ["", "hub.example", "ftp://hub.example", "https://", "https://a:99999", "[", "/x"]
)  # fmt: skip
def test_not_an_absolute_http_address(text: str) -> None:
    """None comes out, never an error."""
    assert parse_url(text) is None


def test_no_step_from_https_to_http() -> None:
    """A hub on https does not lead to plain http, even inside the house."""
    inside = URL("http://192.168.1.4")
    assert is_no_weaker(inside, than=URL("http://192.168.1.5"))
    assert not is_no_weaker(inside, than=URL("https://hub.example"))
    assert is_no_weaker(URL("https://login.example"), than=inside)
