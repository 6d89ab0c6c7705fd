"""Names as the source has them."""

from __future__ import annotations

from sys import intern

import libcst as cst

from wflint import limits


def written_name(node: cst.CSTNode) -> str:
    """A name or call as the source has it, shortened: ``self.helper``, ``Path(...).exists``."""
    parts: list[str] = []
    for _ in range(limits.WRITTEN_PARTS):
        if isinstance(node, cst.Attribute):
            parts.append(node.attr.value)
            node = node.value
        elif isinstance(node, cst.Call) and isinstance(node.func, (cst.Name, cst.Attribute)):
            inner = node.func
            parts.append((inner if isinstance(inner, cst.Name) else inner.attr).value + "(...)")
            if isinstance(inner, cst.Name):
                break
            node = inner.value
        elif isinstance(node, cst.Name):
            parts.append(node.value)
            break
        else:
            parts.append("...")
            break
    return intern(".".join(reversed(parts)))
