"""Packages that the sandbox cannot load, and packages that are cheap to load again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple


class _Unloadable(NamedTuple):
    """Why a package cannot be loaded, and if that holds whatever the sandbox restricts."""

    why: str
    always: bool


def why_unloadable(name: str, *, is_relaxed: bool) -> str:
    """Return why the sandbox cannot load a module; ``""`` if it can, or if that is not known.

    ``is_relaxed`` is set if a Worker changes what the sandbox restricts.
    """
    while name and name not in _unloadable():
        name = name.rpartition(".")[0]
    known = _unloadable().get(name)
    return known.why if known is not None and (known.always or not is_relaxed) else ""


def is_light(name: str) -> bool:
    """True if it costs nothing to load a module again."""
    return name.partition(".")[0] in _light()


@lru_cache(maxsize=1)
def _unloadable() -> Mapping[str, _Unloadable]:
    """Return the packages that cannot be loaded, each with the reason."""
    return {
        name: _Unloadable(group["why"], group.get("always", False))
        for group in _table()["unloadable"]
        for name in group["names"]
    }


@lru_cache(maxsize=1)
def _light() -> frozenset[str]:
    return frozenset(_table()["light"])


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    import tomli

    with Path(__file__).with_name("unloadable_packages.toml").open("rb") as stream:
        return tomli.load(stream)
