"""Imports of the SDK in functions: what is imported there, and what only its absence raises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import libcst as cst

from wflint.facts.cst_definitions import written_import
from wflint.facts.guards import DottedName
from wflint.facts.imports import MISSING, ImportStatement
from wflint.facts.missing_sdk import surely_work
from wflint.facts.model import ModuleFacts
from wflint.facts.probes import caught_in
from wflint.syntax.walk import walk

Handler = cst.ExceptHandler | cst.ExceptStarHandler


def only_without_sdk(
    body: cst.BaseSuite, handlers: Sequence[Handler], name: DottedName
) -> list[Handler]:
    """Return the handlers of a ``try`` around ``body`` that only get that the SDK is missing."""
    found = [h for h in handlers if h.type is not None and is_missing(caught_in(h.type, name))]
    return found if found and only_imports_fail(body, name) else []


def is_missing(caught: Iterable[str]) -> bool:
    """True if nothing is caught but that a module is missing."""
    return all(one.rpartition(".")[2] in MISSING for one in caught)


def only_imports_fail(body: cst.BaseSuite, name: DottedName) -> bool:
    """True if a module that is missing in a block can only be one of the SDK."""
    if any(isinstance(node, cst.Raise) for node in walk(body, into_functions=False)):
        return False
    return surely_work(imports_in_suite(body, name))


def importing(body: cst.BaseSuite, module: ModuleFacts, name: DottedName) -> DottedName:
    """Return what gives the dotted names of nodes, also of what ``body`` itself imports."""
    imported: dict[str, str] = {}
    for node in walk(body, into_functions=False):
        if isinstance(node, (cst.Import, cst.ImportFrom)):
            imported.update(written_import(node).bound(module))
    if not imported:
        return name

    def known(node: cst.CSTNode) -> str:
        path: list[str] = []
        root = node
        while isinstance(root, cst.Attribute):
            path.append(root.attr.value)
            root = root.value
        base = imported.get(root.value, "") if isinstance(root, cst.Name) else ""
        return ".".join((base, *reversed(path))) if base else name(node)

    return known


def imports_in_suite(body: cst.BaseSuite, name: DottedName) -> list[ImportStatement]:
    """Return the imports in a block of a function."""
    found: list[ImportStatement] = []
    for node in walk(body, into_functions=False):
        if isinstance(node, (cst.Import, cst.ImportFrom)):
            found.append(written_import(node))
        elif isinstance(node, cst.Call) and name(node.func) == "importlib.import_module":
            given = node.args[0].value if node.args else None
            text = given.raw_value if isinstance(given, cst.SimpleString) else ""
            found.append(ImportStatement(((str(text), ""),)))
    return found
