"""Configuration files that extend others: `extend = "../pyproject.toml"`.

A file is laid over the one that it extends as flags are laid over a file
(:func:`wflint.config.layers.apply_flags`). What a file says of places holds for its own folder:
paths are taken relative to it, and so are patterns if the extending file lies below it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

from wflint.config.errors import ConfigError
from wflint.config.layers import apply_flags
from wflint.config.reading import Table, decode, parse_file, read, shown_file
from wflint.system.borders import settings_that_lead_out

_PATHS = ("cache-dir", "python", "baseline")
_PATTERNS = ("exclude", "extend-exclude", "test-paths")
_TABLES_OF_PATTERNS = ("per-file-ignores", "extend-per-file-ignores")
_EVERYTHING = "*"

MayRead = Callable[[Path, Path], bool]


def extended(path: Path, table: Table, cwd: Path, may_read: MayRead | None) -> Table:
    """Return the checked settings of a file, laid over those that it extends.

    ``may_read`` is asked for each file whether another one may make it be read, by their paths;
    ``None`` stands for a file that the user has named, which may name whatever it likes.
    Raises :class:`ConfigError` if a file is missing, wrong or out of bounds, or extends itself.
    """
    layers = [(path, _checked(path, table, cwd, may_read))]
    while True:
        at, top = layers[-1]
        target = top.pop("extend", None)
        if not isinstance(target, str):
            break
        other = Path(os.path.normpath(at.parent / target))
        _complain(_fault(at, target, other, [file for file, _ in layers], may_read), at, cwd)
        layers.append((other, _checked(other, read(other, cwd), cwd, may_read)))
    lowest, result = layers.pop()
    result = _moved(result, lowest.parent, path.parent)
    for file, upper in reversed(layers):
        result = apply_flags(result, _moved(upper, file.parent, path.parent))
    return result


def _checked(path: Path, table: Table, cwd: Path, may_read: MayRead | None) -> Table:
    prefix = _prefix(path)
    decode(table, shown_file(path, cwd), prefix)
    for problem in settings_that_lead_out(table, path.parent) if may_read else ():
        raise ConfigError(f"{shown_file(path, cwd)}: {prefix}{problem}")
    return dict(table)


def _prefix(path: Path) -> str:
    return "tool.wflint." if path.name == "pyproject.toml" else ""


def _complain(problem: str, path: Path, cwd: Path) -> None:
    if problem:
        raise ConfigError(f"{shown_file(path, cwd)}: {_prefix(path)}extend: {problem}")


def _fault(at: Path, target: str, other: Path, known: list[Path], may_read: MayRead | None) -> str:
    """Return what is wrong with a file that another one extends."""
    if may_read is not None and not may_read(at, other):
        return f"{target} leads out of the repository"
    if os.path.isdir(other):
        return f"{target} is a folder; name the file in it"
    if not os.path.isfile(other):
        return f"there is no file {target}"
    same = [file for file in known if os.path.samefile(file, other)]
    if same:
        chain = [*known[known.index(same[0]) :], other]
        return f"the files extend each other: {' -> '.join(_near(f, at) for f in chain)}"
    return "" if _has_settings(other) else f"{target} has no [tool.wflint]"


def _has_settings(path: Path) -> bool:
    tool = parse_file(path, path.parent).get("tool")
    return path.name != "pyproject.toml" or (isinstance(tool, dict) and "wflint" in tool)


def _near(file: Path, at: Path) -> str:
    return os.path.relpath(file, at.parent).replace(os.sep, "/")


# Settings of one folder in another one.


def _moved(table: Table, folder: Path, to: Path) -> Table:
    """Return the settings of a file in ``folder`` as they would stand in a file in ``to``."""
    if folder == to:
        return table
    moved = dict(table)
    for key in _PATHS:
        path = moved.get(key)
        if isinstance(path, str):
            moved[key] = os.path.normpath(folder / os.path.expanduser(path))
    sources = moved.get("src")
    if isinstance(sources, (list, tuple)):
        moved["src"] = [os.path.normpath(folder / str(source)) for source in sources]
    if to.is_relative_to(folder):
        _move_patterns(moved, to.relative_to(folder).parts)
    return moved


def _move_patterns(table: Table, below: tuple[str, ...]) -> None:
    for key in _PATTERNS:
        patterns = table.get(key)
        if isinstance(patterns, (list, tuple)):
            found = (pattern_below(str(pattern), below) for pattern in patterns)
            table[key] = [pattern for pattern in found if pattern]
    for key in _TABLES_OF_PATTERNS:
        entries = table.get(key)
        if isinstance(entries, dict):
            result: dict[str, list[str]] = {}
            for pattern, rules in entries.items():
                inner = pattern_below(pattern, below)
                if inner:
                    result.setdefault(inner, []).extend(rules)
            table[key] = result


def pattern_below(pattern: str, below: tuple[str, ...]) -> str:
    """Return what a .gitignore pattern means in a folder further down; ``""`` if nothing.

    ``below`` are the names of the folders on the way there.
    """
    mark, body = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    if "/" not in body.rstrip("/"):
        return pattern  # it matches at any depth
    rest = body.strip("/").split("/")
    for name in below:
        if not rest:
            return f"{mark}{_EVERYTHING}"
        if rest[0] == "**":
            break
        if not fnmatchcase(name, rest.pop(0)):
            return ""
    if not rest:
        return f"{mark}{_EVERYTHING}"
    return f"{mark}/{'/'.join(rest)}{'/' if body.endswith('/') else ''}"
