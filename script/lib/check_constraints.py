"""Check that the environment breaks no pin of Home Assistant's constraints."""

from importlib.metadata import distributions
from importlib.resources import files
import sys

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def constraints() -> list[Requirement]:
    """Return the constraints that the installed Home Assistant ships."""
    text = (files("homeassistant") / "package_constraints.txt").read_text("utf-8")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [Requirement(line) for line in lines if line]


def main() -> int:
    """Name every package that Home Assistant would not accept."""
    installed = {canonicalize_name(d.name): d.version for d in distributions()}
    broken = [
        f"{wanted} is wanted, {installed[name]} is installed"
        for wanted in constraints()
        if (name := canonicalize_name(wanted.name)) in installed
        and not wanted.specifier.contains(installed[name], prereleases=True)
    ]
    for line in broken:
        print(f"{line}: pin it in [tool.uv] of pyproject.toml, run uv lock")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
