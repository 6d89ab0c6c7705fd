"""Plugins of Workers and clients, with the modules that they pass through the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

_TABLE = Path(__file__).parent / "plugins.toml"
_PLAIN = frozenset({"Plugin", "SimplePlugin"})
"""Classes of the SDK that leave the sandbox to those who derive from them or give arguments."""


def passed_by(name: str) -> frozenset[str] | None:
    """Return the modules that a plugin passes through; ``None`` if that is not known.

    It is given by the name of its class.
    """
    return frozenset() if name in _PLAIN else _plugins().get(name)


@lru_cache(maxsize=1)
def _plugins() -> Mapping[str, frozenset[str]]:
    import tomli

    with _TABLE.open("rb") as stream:
        table = tomli.load(stream)
    return {one["class"]: frozenset(one["modules"]) for one in table["plugin"]}
