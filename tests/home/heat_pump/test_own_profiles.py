"""Profiles that an installer drops into the configuration folder."""

import json
from pathlib import Path

import pytest

from custom_components.dalen.heat_pump import (
    ProfileError,
    find_profile,
    profile_ids,
    read_library,
)
from custom_components.dalen.heat_pump.profile_library import MAX_BYTES

from .test_profiles import raw_profile

DOCUMENT = Path(__file__).parents[3] / "docs" / "home" / "own-profile.md"


def put(folder: Path, profile_id: str, **change: object) -> Path:
    """Write an own profile, made of the simulated one."""
    path = folder / f"{profile_id}.json"
    data = raw_profile() | {"id": profile_id} | change
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_own_profiles_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    """Files that are no profiles are left alone."""
    put(tmp_path, "my_pump", brand="Workshop")
    (tmp_path / "notes.txt").write_text("none of Dalen's business")
    (tmp_path / "folder.json").mkdir()
    library = read_library(tmp_path)
    assert library.faults == ()
    assert list(library.profiles) == [*profile_ids(), "my_pump"]
    assert library.profiles["my_pump"].is_own
    assert not library.profiles["qube"].is_own
    assert find_profile("my_pump", None, tmp_path).brand == "Workshop"
    assert find_profile("qube", None, tmp_path).id == "qube"


def test_a_broken_file_does_not_break_the_others(tmp_path: Path) -> None:
    """Each has one message with the file, the field and what to write."""
    put(tmp_path, "good")
    put(tmp_path, "no_brand", brand="")
    put(tmp_path, "qube")
    put(tmp_path, "renamed").rename(tmp_path / "other.json")
    (tmp_path / "torn.json").write_text('{"id": "torn",', encoding="utf-8")
    (tmp_path / "deep.json").write_text("[" * 100_000, encoding="utf-8")
    (tmp_path / "latin.json").write_bytes(b'{"id": "\xe9"}')
    (tmp_path / "huge.json").write_bytes(b" " * (MAX_BYTES + 1))
    library = read_library(tmp_path)
    assert "good" in library.profiles
    assert not library.profiles["qube"].is_own
    messages = {fault.file: fault.message for fault in library.faults}
    assert messages.keys() == {
        "deep.json",
        "huge.json",
        "latin.json",
        "no_brand.json",
        "other.json",
        "qube.json",
        "torn.json",
    }
    assert messages["no_brand.json"] == "no_brand.json: brand is '': give a text"
    assert "choose another id, for example own_qube" in messages["qube.json"]
    assert "name the file after it" in messages["other.json"]
    assert "torn.json: is no JSON" in messages["torn.json"]
    assert "deep.json: is no JSON" in messages["deep.json"]
    assert "save it as UTF-8" in messages["latin.json"]
    assert "keep it to one profile" in messages["huge.json"]


def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to check."""
    put(tmp_path, "mine")

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(ProfileError, match="mine.json: cannot be read.*permissions"):
        find_profile("mine", None, tmp_path)


def test_without_a_folder_there_are_the_shipped_ones(tmp_path: Path) -> None:
    """And an unknown profile says that its file is gone."""
    assert list(read_library().profiles) == list(profile_ids())
    assert list(read_library(tmp_path / "none").profiles) == list(profile_ids())
    with pytest.raises(ProfileError, match="There is no profile 'gone'"):
        find_profile("gone")
    put(tmp_path, "mine")
    with pytest.raises(ProfileError, match="put its file back, or choose another"):
        find_profile("gone", None, tmp_path)


def test_a_text_editor_may_leave_its_mark(tmp_path: Path) -> None:
    """Some begin a UTF-8 file with one."""
    path = put(tmp_path, "mine")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_library(tmp_path).faults == ()


def test_the_example_of_the_documentation_works(tmp_path: Path) -> None:
    """As it stands there."""
    text = DOCUMENT.read_text(encoding="utf-8")
    example = text.split("```json\n", 1)[1].split("```", 1)[0]
    (tmp_path / "my_heat_pump.json").write_text(example, encoding="utf-8")
    library = read_library(tmp_path)
    assert library.faults == ()
    assert "my_heat_pump" in library.profiles
    assert find_profile("my_heat_pump", "swapped", tmp_path).variant == "swapped"


def test_the_documentation_names_every_field() -> None:
    """Of the shipped profiles at least."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for profile_id in profile_ids():
        data = raw_profile(profile_id)
        names = {*data, *data["limit"], *data["transport"], *data["registers"][0]}
        assert {name for name in names if f"`{name}`" not in text} == set()


def test_every_profile_stands_in_the_table_of_devices() -> None:
    """With its tier, its write test and its need of a meter."""
    lines = (DOCUMENT.parent / "supported-devices.md").read_text(encoding="utf-8")
    rows = [row for row in lines.splitlines() if row.startswith("| ")]
    for profile_id in profile_ids():
        profile = find_profile(profile_id)
        row = next(row for row in rows if f"| `{profile_id}` |" in row)
        _, _, _, link, tier, confidence, test, meter, _, _ = row.split("|")
        assert tier.strip() == profile.tier
        assert confidence.strip().startswith(profile.confidence)
        assert meter.strip() == profile.meter
        assert ("yes" in test and "no" not in test) is profile.needs_write_test
        assert (link.strip() == "TCP") is (profile.transport.types[0] == "modbus_tcp")
