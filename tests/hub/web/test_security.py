"""Only a plain path is believed as base of the page."""

from hypothesis import given, strategies as st
import pytest

from dalen_hub.web.security import MAX_INGRESS_LENGTH, base_path

INGRESS = "/api/hassio_ingress/x-Yz_09"


@pytest.mark.parametrize(
    ("header", "base"),
    [
        (None, "/"),
        (INGRESS, f"{INGRESS}/"),
        (f"{INGRESS}/", f"{INGRESS}/"),
        ("", "/"),
        ("/", "/"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/../admin", "/"),
        ('/x"><script>', "/"),
        ("/x\n/y", "/"),
        ("/x\n", "/"),
        ("/é", "/"),
        ("x", "/"),
        ("/" + "x" * MAX_INGRESS_LENGTH, "/"),
    ],
)
def test_only_a_plain_absolute_path_is_believed(header: str | None, base: str) -> None:
    """Everything else leaves the page at the root."""
    assert base_path(header) == base


@given(st.text(alphabet="/\\.:@?#%<>\"' aZ0-_\r\n\t", max_size=40))
def test_no_header_leads_to_another_host(header: str) -> None:
    """The base begins and ends with one slash and holds plain segments only."""
    base = base_path(header)
    assert base.startswith("/")
    assert base.endswith("/")
    assert "//" not in base
    assert not set(base) & set("\\.:@?#%<>\"' \r\n\t")
