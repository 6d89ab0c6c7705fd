"""Finds projects with ``temporalio`` as an extra only, whose code must do without it.

As in :mod:`wflint.config.targets`, packaging files are searched as text: build tools have tables of
their own for what `[project]` leaves open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path

from wflint.config.targets import upwards
from wflint.system.borders import link_leads_out

_TABLE = re.compile(r"\s*\[+([\w.\"' -]+)\]")
_KEY = re.compile(r"\s*([\w.-]+)\s*=(?!=)")
_REQUIREMENT = re.compile(r"[\"']temporalio(?![\w.-])")
_OPTIONAL = re.compile(r"\boptional\s*=\s*true\b")


def without_sdk(folders: Iterable[str], root: Path, read: Callable[[str], bytes]) -> frozenset[str]:
    """Those of the folders, which are in the project ``root``, whose code must do without.

    The nearest packaging file that asks for ``temporalio`` counts.
    """
    said = cache(partial(_said_in, read))

    def is_optional(folder: Path) -> bool:
        inside = [f for f in (folder, *folder.parents) if f != root and f.is_relative_to(root)]
        answers = (said(place / "pyproject.toml") for place in (*inside, *upwards(root)))
        return next((answer for answer in answers if answer is not None), False)

    return frozenset(folder for folder in folders if is_optional(Path(folder)))


def _said_in(read: Callable[[str], bytes], path: Path) -> bool | None:
    """True if a file asks for ``temporalio`` in extras only; ``None`` if it does not at all."""
    if link_leads_out(path):
        return None
    try:
        data = read(str(path))
    except OSError:
        return None
    if b"temporalio" not in data:
        return None
    said = list(_mentions(data.decode("utf-8", "replace")))
    return all(said) if said else None


def _mentions(text: str) -> Iterator[bool]:
    """For each time that ``temporalio`` is required, whether it is optional."""
    table = key = ""
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            continue
        if found := _TABLE.match(line):
            table, key = found[1], ""
        elif found := _KEY.match(line):
            key = found[1]
            if key == "temporalio" and table.endswith("poetry.dependencies"):
                yield bool(_OPTIONAL.search(line))
        if _REQUIREMENT.search(line):
            place = f"{table}.{key}"
            if "optional-dependencies" in place:
                yield True
            elif place.endswith(".dependencies"):
                yield False
