"""Identifies the build of wflint: entries of another one are never read.

It is told by what the files of wflint, of its plugins and of LibCST look like from outside. So an
installation that is edited in place never serves what was found before the edit.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import import_module
from importlib.machinery import PathFinder

import wflint
from wflint.system.hashing import blake2b

_SUFFIXES = (".py", ".toml")


@lru_cache(maxsize=8)
def build_id(plugins: tuple[str, ...] = ()) -> str:
    """A name for all code that makes results: wflint's, its plugins', LibCST's, Python's."""
    looks = [wflint.__version__, sys.version, sys.platform]
    rules = import_module("wflint.rules")  # the package alone, none of the rules
    for folder in (*wflint.__path__, *rules.__path__, *_plugin_folders(plugins)):
        looks += _look_of(folder)
    looks += _libcst()
    return blake2b("\n".join(looks).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _look_of(folder: str) -> list[str]:
    """Path, time and size of each file below a folder."""
    found: list[str] = []
    stack = [folder]
    while stack:
        try:
            with os.scandir(stack.pop()) as entries:
                for entry in entries:
                    if entry.name.endswith(_SUFFIXES):
                        about = entry.stat()
                        name = entry.path.removeprefix(folder)
                        found.append(f"{name} {about.st_mtime_ns} {about.st_size}")
                    elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                        stack.append(entry.path)
        except OSError as error:
            found.append(f"{error}")
    return sorted(found)


def _libcst() -> Iterator[str]:
    spec = PathFinder.find_spec("libcst")
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        for name in ("__init__.py", "_version.py"):
            try:
                about = os.stat(os.path.join(folder, name))
            except OSError:
                continue
            yield f"libcst {name} {about.st_mtime_ns} {about.st_size}"


def _plugin_folders(plugins: Iterable[str]) -> Iterator[str]:
    """The packages that the plugins are in. Nothing of them is imported."""
    if not plugins:
        return
    from importlib.util import find_spec

    from wflint.config.plugins import installed_plugins, only_installed

    for entry in sorted(installed_plugins(), key=lambda entry: entry.value):
        if entry.name in plugins:
            with only_installed():
                spec = find_spec(entry.value.partition(":")[0].partition(".")[0])
            if spec is not None:
                folders = spec.submodule_search_locations or [os.path.dirname(spec.origin or "")]
                yield from folders
