"""Tables of settings that are laid over others."""

from __future__ import annotations

from collections.abc import Mapping

from wflint.config.reading import Table

_ADDED = ("extend-exclude", "extend-entry-points", "extend-safe-fixes", "extend-unsafe-fixes")
_MERGED = ("extend-per-file-ignores", "severity")


def apply_flags(table: Mapping[str, object], flags: Mapping[str, object]) -> Table:
    """Settings with flags on top, or with those of a file that extends another one.

    ``select`` replaces what the file says about rules; ``ignore`` and ``extend-select`` add to it
    and win where they name the same rules or more; keys that begin with ``extend-`` add, and
    ``severity`` adds entries; everything else replaces.
    """
    result: Table = {**table, **flags}
    if "select" in flags:
        table = {k: v for k, v in table.items() if k not in ("select", "extend-select", "ignore")}
    ignored, added = _strings(flags, "ignore"), _strings(flags, "extend-select")
    if "select" in table:
        result["select"] = _without(_strings(table, "select"), ignored)
    result["extend-select"] = [*_without(_strings(table, "extend-select"), ignored), *added]
    result["ignore"] = [*_without(_strings(table, "ignore"), added), *ignored]
    for key in _ADDED:
        result[key] = [*_strings(table, key), *_strings(flags, key)]
    for key in _MERGED:
        result[key] = {**_mapping(table, key), **_mapping(flags, key)}
    return result


def _strings(table: Mapping[str, object], key: str) -> list[str]:
    value = table.get(key)
    return list(value) if isinstance(value, (list, tuple)) else []


def _mapping(table: Mapping[str, object], key: str) -> Table:
    value = table.get(key)
    return dict(value) if isinstance(value, dict) else {}


def _without(selectors: list[str], stronger: list[str]) -> list[str]:
    """The selectors that none of the stronger ones covers."""
    return [
        s for s in selectors if not any(s == t or s.upper().startswith(t.upper()) for t in stronger)
    ]
