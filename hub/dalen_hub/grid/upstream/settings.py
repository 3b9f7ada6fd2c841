"""What `hub.yaml` may say about the grid operator's server, and its validators."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import voluptuous as vol

from dalen_hub.config_values import is_private_host, text

_HINT: Final = "Write for example https://vtn.example.nl/openadr3/3.1.0."
_SHORTEST_S: Final = 10
_LONGEST_S: Final = 3600


class ProfileName(StrEnum):
    """What the documents of a program look like."""

    GAC_2_0 = "gac-2.0"
    GAC_2_1 = "gac-2.1"
    GAC_2_2 = "gac-2.2"
    NLFLEX_1_0 = "nlflex-1.0"
    TRAFO_FORECAST = "trafo-forecast"


class Version(StrEnum):
    """A version of OpenADR."""

    V3_0_1 = "3.0.1"
    V3_1 = "3.1"


_NEEDS: Final = {
    ProfileName.GAC_2_0: Version.V3_0_1,
    ProfileName.GAC_2_1: Version.V3_1,
    ProfileName.GAC_2_2: Version.V3_1,
    ProfileName.NLFLEX_1_0: Version.V3_1,
}
"""The version of OpenADR that a profile is written for, where it is one."""


class SecretError(Exception):
    """The secret of a link cannot be read; the message says where it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DsoSettings:
    """One program of the grid operator.

    ``target`` is the EAN of the connection or the id of the group where the program
    is about others too. The secret itself is never kept here: ``secret`` reads it.
    ``party`` is the collective's own EAN13, with which reports are signed.
    """

    vtn_url: str
    client_id: str
    program: str
    profile: ProfileName
    version: Version
    poll: timedelta
    secret_file: Path | None = None
    secret_env: str | None = None
    token_url: str | None = None
    target: str | None = None
    party: str | None = None

    @classmethod
    def of(cls, data: dict[str, Any], folder: Path) -> DsoSettings:
        """Return what checked data says; paths in it start from a folder."""
        file = data.get("secret_file")
        return cls(
            vtn_url=data["vtn_url"],
            client_id=data["client_id"],
            program=data["program"],
            profile=data["profile"],
            version=data.get("version") or _NEEDS.get(data["profile"], Version.V3_1),
            poll=timedelta(seconds=data["poll_s"]),
            secret_file=None if file is None else folder / file,
            secret_env=data.get("secret_env"),
            token_url=data.get("token_url"),
            target=data.get("target"),
            party=data.get("party"),
        )

    def secret(self) -> str:
        """Read the secret; raises SecretError."""
        if self.secret_env is not None:
            found = os.environ.get(self.secret_env, "").strip()
            where = f"the environment variable {self.secret_env}"
        else:
            found, where = _read(self.secret_file), f"the file {self.secret_file}"
        if not found:
            raise SecretError(f"No secret of the DSO's server: put it into {where}.")
        return found


def _read(file: Path | None) -> str:
    """Return the text of a file, nothing where there is none."""
    try:
        return "" if file is None else file.read_text(encoding="utf-8").strip()
    except OSError, UnicodeDecodeError:
        return ""


def server_url(value: Any) -> str:
    """Validate the address of a server: TLS, unless it is on a private network."""
    try:
        url = urlsplit(value) if isinstance(value, str) else urlsplit("")
        host, _ = url.hostname, url.port
    except ValueError:
        host, url = None, urlsplit("")
    is_plain = not (url.username or url.query or url.fragment)
    if not host or url.scheme not in ("http", "https") or not is_plain:
        raise vol.Invalid(
            f"must be an address without user and ?, got {value!r}. {_HINT}"
        )
    if url.scheme == "http" and not is_private_host(host):
        raise vol.Invalid(
            f"must be https, since {host} is no private address: orders and secrets"
            f" would travel in the open. {_HINT}"
        )
    return str(value).rstrip("/")


def profile(value: Any) -> ProfileName:
    """Validate the name of a profile."""
    if not isinstance(value, str) or value not in set(ProfileName):
        raise vol.Invalid(
            f"must be one of {', '.join(ProfileName)}, got {value!r}. Ask the DSO"
            " which one its program follows."
        )
    return ProfileName(value)


def version(value: Any) -> Version:
    """Validate a version; YAML reads an unquoted 3.1 as a number."""
    written = str(value)
    if isinstance(value, bool) or written not in set(Version):
        raise vol.Invalid(
            f"must be one of {', '.join(Version)}, got {value!r}. Leave it out for the"
            " one of the profile."
        )
    return Version(written)


def poll_s(value: Any) -> int:
    """Validate how often the server is asked."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or not _SHORTEST_S <= value <= _LONGEST_S:
        raise vol.Invalid(
            f"must be from {_SHORTEST_S} to {_LONGEST_S} seconds, got {value!r}. Write"
            " for example 60."
        )
    return int(value)


DSO: Final[dict[Any, Any]] = {
    vol.Required("vtn_url"): server_url,
    vol.Required("client_id"): text("dalen"),
    vol.Optional("secret_file"): text("dso-secret.txt"),
    vol.Optional("secret_env"): text("DALEN_DSO_SECRET"),
    vol.Optional("token_url"): server_url,
    vol.Required("program"): text("capacity-limits"),
    vol.Required("profile"): profile,
    vol.Optional("version"): version,
    vol.Optional("poll_s", default=60): poll_s,
    vol.Optional("target"): text("871685900012636543"),
    vol.Optional("party"): text("8712345678906"),
}


def dso_faults(place: str, links: object) -> Iterator[str]:
    """Yield the faults that show between the values of the links of a trafo."""
    if not isinstance(links, list):
        return
    known = [link for link in links if isinstance(link, Mapping)]
    for number, link in enumerate(known):
        yield from _of_link(f"{place}.dso[{number}]", link)
        if link.get("program") in [each.get("program") for each in known[:number]]:
            yield (
                f"{place}.dso[{number}].program: {link.get('program')!r} is there"
                " already. Name each program once."
            )


def _of_link(place: str, link: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is missing or does not fit in one link."""
    if ("secret_file" in link) == ("secret_env" in link):
        yield (
            f"{place}: needs either secret_file or secret_env. Write for example"
            " secret_file: dso-secret.txt."
        )
    kind, written = link.get("profile"), link.get("version")
    wanted = next((v for k, v in _NEEDS.items() if k == kind), None)
    if wanted is not None and written is not None and str(written) != wanted:
        yield f"{place}.version: {kind} is of OpenADR {wanted}. Leave version out."
    if Version.V3_0_1 in (wanted, str(written)) and "token_url" not in link:
        yield (
            f"{place}.token_url: is missing. A server of OpenADR 3.0.1 does not tell"
            " where tokens come from; ask the DSO."
        )
    if kind == ProfileName.NLFLEX_1_0:
        for key, example in (("target", "group-7"), ("party", "'8712345678906'")):
            if key not in link:
                yield f"{place}.{key}: is missing. Write for example {key}: {example}."
