"""Tests of what `hub.yaml` may say about a broker."""

from pathlib import Path

import pytest

from dalen_hub.config import ConfigError, parse_config

_RAW = {
    "name": "Hub Dalen",
    "public_url": "https://hub.example.nl",
    "trafos": [{"id": "dalen", "rating_kva": 400}],
}


def test_a_broker_with_an_address_of_its_own_for_the_hub() -> None:
    """Check all that can be written."""
    mqtt = {
        "public_uri": "mqtts://broker.example.nl",
        "uri": "mqtt://127.0.0.1:1884",
        "username": "hub",
        "password_file": "secret.txt",
    }
    found = parse_config({**_RAW, "mqtt": mqtt}, folder=Path("/data")).mqtt
    assert found is not None
    assert (found.host, found.port, found.tls) == ("127.0.0.1", 1884, False)
    assert found.public_uri == "mqtts://broker.example.nl"
    assert found.password_file == Path("/data/secret.txt")


def test_a_broker_that_all_reach_at_one_address() -> None:
    """Check what is left out."""
    mqtt = {"public_uri": "mqtts://broker.example.nl", "password_file": "p"}
    found = parse_config({**_RAW, "mqtt": mqtt}).mqtt
    assert found is not None
    assert (found.host, found.port, found.tls) == ("broker.example.nl", 8883, True)
    assert found.username == "dalen-hub"
    assert parse_config(_RAW).mqtt is None


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("mqtt://broker.example.nl", "must be mqtts"),
        ("https://broker.example.nl", "must be the broker's address"),
        ("mqtts://me:secret@broker.example.nl", "must be the broker's address"),
        ("mqtts://broker.example.nl/path", "must be the broker's address"),
        ("mqtts://broker:99999", "must be the broker's address"),
        (7, "must be the broker's address"),
    ],
)
def test_an_address_that_is_refused(uri: object, says: str) -> None:
    """Check that the line names the key and says what to write."""
    mqtt = {"public_uri": uri, "password_file": "p"}
    with pytest.raises(ConfigError, match=says) as caught:
        parse_config({**_RAW, "mqtt": mqtt})
    assert "mqtt" in str(caught.value)
