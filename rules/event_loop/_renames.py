"""Puts the right name of the SDK in the place of one that it does not have."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import libcst as cst

from wflint.rule import NoFix, TextEdit, Withheld

from ._sdk import name_meant, sdk

if TYPE_CHECKING:
    from wflint.rule import FixView, Repair

_MOVED = {"temporalio.worker.deployment_config": "temporalio.worker"}
"""Modules whose names are to be found in another."""

_NAIVE = "now().replace(tzinfo=None)"
_AWARE = re.compile(
    r"\bworkflow\s*\.\s*now\(\)(?!\.replace\(tzinfo=None\))|\btimezone\.utc\b|\bUTC\b"
)
"""Functions that return aware times."""

_WAITS = re.compile(r"\b(?:wait_condition|wait_for|timeout|timeout_at)\(")
"""Functions that raise ``asyncio.TimeoutError`` when the time is up."""

_DROPS_ARGUMENTS = frozenset({"get_logger"})
"""Made-up functions that only give what the SDK has, whatever they are given."""


def renamed(at: FixView) -> Repair | None:
    """The repair of an attribute or of a ``from`` import."""
    match at.node:
        case cst.Attribute() as node:
            return _renamed_attribute(node, at)
        case cst.ImportFrom(module=cst.Name() | cst.Attribute()) as node:
            return _renamed_import(node, at)
    return None


def _renamed_attribute(node: cst.Attribute, at: FixView) -> Repair | None:
    module, name = at.dotted_name(node.value), node.attr.value
    if (module, name) == ("temporalio.workflow", "TimeoutError") and _is_caught_in_time(at):
        new = f"{at.imported('asyncio')}.TimeoutError"
        return at.unsafe("Catch `asyncio.TimeoutError`", at.replace(node, new))
    meant = name_meant(node, at.parent)
    new = sdk().replacement(module, meant, at.settings.newest_sdk) if module in sdk().names else ""
    if not new:
        return None
    parent = at.parent()
    call = parent if isinstance(parent, cst.Call) and parent.func is node else None
    path = new.removesuffix("()")
    message = f"Use `{new.removeprefix('temporalio.')}`"
    if _is_value(new):
        if call is not None and call.args and name not in _DROPS_ARGUMENTS:
            return None
        if new.endswith(_NAIVE):
            if call is None:
                return None  # a function is wanted
            _only_naive(at)
        return at.unsafe(message, at.replace(call or node, _written(path, module, node, at)))
    if call is None and "(" in path:
        return None  # a method of what a call gives; here the name stands for it
    if path.startswith(f"{module}."):
        return at.unsafe(message, at.replace(node.attr, path.removeprefix(f"{module}.")))
    return at.unsafe(message, at.replace(node, _written(path, module, node, at)))


def _is_caught_in_time(at: FixView) -> bool:
    """True if a ``try`` catches an error by what is found, around what waits in the event loop."""
    for node, around in itertools.pairwise(at.ancestors()):
        if isinstance(node, cst.ExceptHandler) and isinstance(around, cst.Try):
            start, end = at.span(node.type) if node.type is not None else (0, 0)
            is_caught = start <= at.span(at.node)[0] < end
            return is_caught and _WAITS.search(at.text(around.body)) is not None
    return False


def _is_value(new: str) -> bool:
    """True if a name of the table is that of a thing; functions end with ``()``."""
    last = new.rpartition(".")[2]
    return last in ("logger", "workflow_id") or new.endswith(_NAIVE)


def _only_naive(at: FixView) -> None:
    """Withhold a naive time where the file has aware ones.

    `utcnow` is naive as in `datetime.utcnow()`, which becomes a naive time as well.
    """
    if at.source.has(_AWARE):
        raise Withheld("the file has aware times, and a naive one cannot be compared with them")


def _written(path: str, module: str, node: cst.Attribute, at: FixView) -> str:
    """Return a dotted name as written there; through the same module if it is one of its names."""
    if path.startswith(f"{module}."):
        return f"{at.text(node.value)}.{path.removeprefix(f'{module}.')}"
    package, _, name = path.rpartition(".")
    if package == "asyncio":
        return f"{at.imported(package)}.{name}"
    written = at.imported(path)
    if written == path:
        raise NoFix  # `import a.b.Class` is no import
    return written


def _renamed_import(node: cst.ImportFrom, at: FixView) -> Repair | None:
    assert node.module is not None
    if node.relative or isinstance(node.names, cst.ImportStar):
        return None
    module = at.text(node.module)
    home = _MOVED.get(module)
    if home is not None:
        if not all(alias.evaluated_name in sdk().names[home] for alias in node.names):
            return None
        return at.unsafe(f"Import from `{home}`", at.replace(node.module, home))
    table, target = sdk(), at.settings.newest_sdk
    wrong = [a for a in node.names if table.fault(module, a.evaluated_name, target)]
    edits: list[TextEdit] = []
    for alias in wrong:
        new = table.replacement(module, alias.evaluated_name, target).removesuffix("()")
        package, _, name = new.rpartition(".")
        if not new or _is_value(new) or "(" in new:
            return None
        if package != module:
            if len(node.names) > 1:
                return None
            edits.append(at.replace(node.module, package))
        if name != alias.evaluated_name:
            edits += _renamed_alias(alias, name, at)
    names = ", ".join(f"`{alias.evaluated_name}`" for alias in wrong)
    return at.unsafe(f"Rename {names}", *edits) if edits else None


def _renamed_alias(alias: cst.ImportAlias, new: str, at: FixView) -> list[TextEdit]:
    """Another name for what is imported, and for its uses in the file if that is possible."""
    old = alias.evaluated_name
    if alias.asname is not None:
        return [at.replace(alias.name, new)]
    uses = at.renamed_uses(old, new)
    if uses is None:
        return [at.replace(alias.name, f"{new} as {old}")]
    return [at.replace(alias.name, new), *uses]
