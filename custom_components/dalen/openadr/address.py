"""Which addresses may carry credentials: https, or http inside the house."""

from ipaddress import ip_address, ip_network

from yarl import URL

_HOUSE_NETWORKS = tuple(
    ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)


def is_house_host(host: str) -> bool:
    """Tell if a host name or address literal cannot be outside the house.

    A name counts only when it is ``localhost`` or ends in ``.local``; what
    another name resolves to is not known in advance.
    """
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".local"):
        return True
    try:
        address = ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return any(address in network for network in _HOUSE_NETWORKS)


def is_secure_url(url: URL) -> bool:
    """Tell if credentials may be sent to this absolute URL."""
    if url.host is None or url.user is not None or url.password is not None:
        return False
    return url.scheme == "https" or (url.scheme == "http" and is_house_host(url.host))


def is_no_weaker(url: URL, than: URL) -> bool:
    """Tell if ``url`` may follow from ``than``: secure, and no step to http."""
    return is_secure_url(url) and not (than.scheme == "https" and url.scheme == "http")


def parse_url(text: str) -> URL | None:
    """Return an absolute http or https URL, None when the text is not one."""
    try:
        url = URL(text)
        url.port  # noqa: B018  raises for a port that is out of range
    except ValueError, IndexError:  # yarl gives the second for "[]@".
        return None
    return url if url.scheme in {"http", "https"} and url.host else None
