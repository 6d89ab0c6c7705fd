"""Names as the source has them."""

from __future__ import annotations

from sys import intern

import libcst as cst

from wflint import limits

_NAMED = (cst.Name, cst.Attribute)
_STRINGS = (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString)


def written_name(node: cst.CSTNode) -> str:
    """A name or call as the source has it, shortened: ``self.helper``, ``Path(...).exists``.

    What has no name in front is ``(...)``, or ``"..."`` if it is a string.
    """
    parts: list[str] = []
    for _ in range(limits.WRITTEN_PARTS):
        tail = ""
        while isinstance(node, cst.Await):
            node = node.expression
        if isinstance(node, cst.Call) and isinstance(node.func, _NAMED):
            node, tail = node.func, "(...)"
        elif isinstance(node, cst.Subscript) and isinstance(node.value, _NAMED):
            node, tail = node.value, "[...]"
        if not isinstance(node, cst.Attribute):
            parts.append(_first(node) + tail)
            break
        parts.append(node.attr.value + tail)
        node = node.value
    return intern(".".join(reversed(parts)))


def _first(node: cst.CSTNode) -> str:
    if isinstance(node, cst.Name):
        return node.value
    return '"..."' if isinstance(node, _STRINGS) else "(...)"
