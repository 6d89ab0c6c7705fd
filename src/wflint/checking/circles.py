"""Modules that import each other: an import at the top of both may fail."""

from __future__ import annotations

import os.path
from collections.abc import Mapping, Sequence

from wflint.inference.resolver import Resolver
from wflint.project.folders import is_namespace


def imports_back(
    resolver: Resolver, module: str, importer: str, late: Mapping[str, Sequence[str]]
) -> bool:
    """True if ``module`` of the project imports the file ``importer``, also through others.

    ``late`` is what files import in functions and are told to import at the top as well: who does
    all that is said has a circle. The packages around ``importer`` have begun to load before it,
    and are not loaded again.
    """
    pending = [(module, importer)]
    seen: set[str] = set()
    while pending:
        name, origin = pending.pop()
        for part in _with_packages(name):
            path = resolver.index.find(part, origin)
            if path is None or path in seen or is_namespace(path):
                continue
            if part != name and _is_around(path, importer):
                continue
            if path == importer:
                return True
            seen.add(path)
            pending += [(other, path) for other in late.get(path, ())]
            for fact in resolver.store.load(path).facts.imports:
                if not fact.typed:
                    pending += [(other, path) for other in fact.modules()]
    return False


def _is_around(path: str, importer: str) -> bool:
    """True for the ``__init__.py`` of a package that a file stands in, or is."""
    folder, file = os.path.split(path)
    return file == "__init__.py" and importer.startswith(os.path.join(folder, ""))


def _with_packages(name: str) -> list[str]:
    """A dotted name and the packages around it: importing it runs them all."""
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
