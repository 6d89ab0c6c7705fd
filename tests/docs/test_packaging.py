"""What is installed: every package of the source."""

from __future__ import annotations

import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]


def packages(folder: Path, name: str) -> set[str]:
    """The dotted names of a package and of those in it."""
    files = folder.rglob("*.py")
    inner = {file.parent.relative_to(folder).parts for file in files}
    return {".".join((name, *parts)) for parts in inner}


def test_every_package_is_installed() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = settings["tool"]["setuptools"]["packages"]
    source = packages(ROOT / "src" / "wflint", "wflint")
    assert listed == sorted(source | packages(ROOT / "rules", "wflint.rules"))
