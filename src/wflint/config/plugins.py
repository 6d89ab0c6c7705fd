"""Packages that bring rules of their own.

Any repository may name one in its settings. So only those count that are installed in the same
environment as wflint: not what lies in the working directory, or where ``PYTHONPATH`` leads.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wflint.system.import_path import installation_folders, installed_path

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "wflint.rules"


def installed_plugins() -> list[EntryPoint]:
    """Return the entry points of all installed plugins, each distribution's once."""
    from importlib.metadata import distributions

    found: dict[str, list[EntryPoint]] = {}
    for distribution in distributions(path=installation_folders()):
        entries = [entry for entry in distribution.entry_points if entry.group == GROUP]
        if entries:
            found.setdefault(distribution.metadata["Name"] or "", entries)
    return [entry for entries in found.values() for entry in entries]


@contextmanager
def only_installed() -> Iterator[None]:
    """Import only from what is installed."""
    before = list(sys.path)
    sys.path[:] = installed_path()
    try:
        yield
    finally:
        sys.path[:] = before
