"""What a home keeps to speak with a VTN."""

from base64 import b64encode
from typing import Any

import pytest

from custom_components.dalen.openadr.account import VtnAccount
from custom_components.dalen.openadr.errors import ModelError

VTN = {
    "vtn_url": "https://vtn.example/openadr3/3.1.0",
    "client_id": "id",
    "client_secret": "secret",
    "ven_name": "my-home",
}
HUB = VTN | {
    "base_url": "https://hub.example",
    "nudge_url": "https://hub.example/dalen/v1/nudge",
    "program_id": "p1",
    "public_key": b64encode(bytes(32)).decode(),
}


def test_a_hub_and_another_server() -> None:
    """Only a hub can be left, and has a key."""
    assert VtnAccount.read(HUB).is_hub
    assert VtnAccount.read(HUB).public_key == bytes(32)
    assert not VtnAccount.read(VTN).is_hub
    assert VtnAccount.read(VTN).program_id is None


@pytest.mark.parametrize(
    "fields",
    [
        {"vtn_url": None},
        {"client_secret": ""},
        {"public_key": "%"},
        {"public_key": b64encode(bytes(31)).decode()},
    ],
)
def test_an_account_without_sense(fields: dict[str, Any]) -> None:
    """It is refused as a whole."""
    with pytest.raises(ModelError):
        VtnAccount.read(HUB | fields)


def test_the_secret_is_not_shown() -> None:
    """Not even in a log of the account."""
    assert "secret'" not in repr(VtnAccount.read(HUB))
