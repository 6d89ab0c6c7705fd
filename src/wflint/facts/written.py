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
    tail = ""
    for _ in range(limits.WRITTEN_PARTS):
        if isinstance(node, cst.Attribute):
            parts.append(node.attr.value + tail)
            node, tail = node.value, ""
        elif isinstance(node, cst.Name):
            parts.append(node.value + tail)
            break
        elif isinstance(node, cst.Call) and isinstance(node.func, _NAMED):
            node, tail = node.func, f"(...){tail}"
        elif isinstance(node, cst.Subscript) and isinstance(node.value, _NAMED):
            node, tail = node.value, f"[...]{tail}"
        elif isinstance(node, cst.Await):
            node = node.expression
        else:
            parts.append(('"..."' if isinstance(node, _STRINGS) else "(...)") + tail)
            break
    return intern(".".join(reversed(parts)))
