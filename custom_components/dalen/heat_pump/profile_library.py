"""All device profiles: those that Dalen ships and those of the installer.

An installer drops a file into the folder `dalen/profiles` of the configuration.
A file that is wrong is left out with one message; it never breaks the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import ProfileError
from .profile import HeatPumpProfile
from .profile_loader import load_profile, parse_profile, profile_ids

OWN_FOLDER = Path("dalen", "profiles")
"""Where own profiles are, below the configuration folder."""

MAX_BYTES = 256 * 1024
"""A profile is a page or two; anything longer is another kind of file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFault:
    """An own profile that cannot be used, and what to do about it."""

    file: str
    message: str
    """Names the file, the field, and what to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileLibrary:
    """Every profile that can be chosen."""

    profiles: dict[str, HeatPumpProfile]
    """By id; shipped ones first, both in order of their id."""

    faults: tuple[ProfileFault, ...]


def read_library(own_folder: Path | None = None) -> ProfileLibrary:
    """Return all profiles. Reads files: not in an event loop.

    `own_folder` is the folder of own profiles; it need not be there.
    """
    shipped = {profile_id: load_profile(profile_id) for profile_id in profile_ids()}
    own, faults = _read_all_own(own_folder)
    return ProfileLibrary(profiles=shipped | own, faults=faults)


def read_faults(own_folder: Path) -> tuple[ProfileFault, ...]:
    """Return what is wrong with the own profiles. Reads files: not in an event loop."""
    return _read_all_own(own_folder)[1]


def _read_all_own(
    folder: Path | None,
) -> tuple[dict[str, HeatPumpProfile], tuple[ProfileFault, ...]]:
    """Return the own profiles by id, and what is wrong with the others."""
    profiles: dict[str, HeatPumpProfile] = {}
    faults: list[ProfileFault] = []
    for path in _files(folder):
        try:
            profiles[path.stem] = read_own(path)
        except ProfileError as err:
            faults.append(ProfileFault(file=path.name, message=str(err)))
    return profiles, tuple(faults)


def find_profile(
    profile_id: str, variant: str | None = None, own_folder: Path | None = None
) -> HeatPumpProfile:
    """Return one profile, shipped or own. Reads files: not in an event loop.

    Raises ProfileError when it is not there or not right.
    """
    if profile_id in profile_ids() or own_folder is None:
        return load_profile(profile_id, variant)
    for path in _files(own_folder):
        if path.stem == profile_id:
            return read_own(path, variant)
    raise ProfileError(
        f"There is no profile {profile_id!r}, neither shipped nor in {own_folder}:"
        " put its file back, or choose another profile"
    )


def read_own(path: Path, variant: str | None = None) -> HeatPumpProfile:
    """Return the profile in a file of the installer. Raises ProfileError."""
    if path.stem in profile_ids():
        raise ProfileError(
            f"{path.name}: id is {path.stem!r}, which Dalen ships: choose another id,"
            f" for example own_{path.stem}, and name the file after it"
        )
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ProfileError(
                f"{path.name}: is larger than {MAX_BYTES} bytes: keep it to one profile"
            )
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as err:
        raise ProfileError(
            f"{path.name}: is no UTF-8 (byte {err.start}): save it as UTF-8"
        ) from err
    except OSError as err:
        raise ProfileError(
            f"{path.name}: cannot be read ({err.strerror}): check its permissions"
        ) from err
    return parse_profile(text, path.name, variant, is_own=True)


def _files(folder: Path | None) -> Iterator[Path]:
    """Return the JSON files in a folder, in order; none without the folder."""
    if folder is None or not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.suffix == ".json" and path.is_file():
            yield path
