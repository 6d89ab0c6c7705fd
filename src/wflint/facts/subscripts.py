"""Subscripts: slices, and the methods that ``x[...]`` calls."""

from __future__ import annotations

import libcst as cst

from wflint.facts.model import Flag
from wflint.facts.scopes import Scope


def is_slice(node: cst.CSTNode | None) -> bool:
    """True for ``items[1:]``."""
    return isinstance(node, cst.Subscript) and isinstance(node.slice[0].slice, cst.Slice)


def holds_slice(node: cst.CSTNode, scope: Scope | None) -> bool:
    """True for a local name that is only ever a slice of something."""
    found = scope.find(node.value) if scope is not None and isinstance(node, cst.Name) else None
    return found is not None and bool(found[1]) and all(is_slice(b.node) for b in found[1])


def item_methods(flags: int) -> tuple[str, ...]:
    """Return the method that ``x[...]`` calls."""
    if flags & Flag.DELETED:
        return ("__delitem__",)
    return ("__setitem__",) if flags & Flag.STORED else ("__getitem__",)
