"""The place of a definition, for repairs of what is reported at a function or a class.

Functions that are nested in no other, and classes of the module, are shown with the code of the
module around them, so that decorators, parameters and base classes can be changed. There the bodies
of functions are left out: each is a piece of its own.
"""

from __future__ import annotations

from bisect import bisect_left

import libcst as cst

from wflint.callgraph.graph import DEFINITION
from wflint.facts.frames import Entry
from wflint.facts.ids import MODULE_BODY, Fn
from wflint.fix.propose.piece import PieceText
from wflint.project.module import Module
from wflint.project.store import Store
from wflint.syntax.pieces import function_node


def piece_around(fn: Fn, site: int, store: Store) -> Fn:
    """The piece of code that shows a site of a function, or its definition."""
    outermost = store.outermost(fn)
    is_whole = outermost == fn.qualname
    return Fn(fn.path, MODULE_BODY if site == DEFINITION and is_whole else outermost)


def site_of(fn: Fn, piece: PieceText, module: Module) -> int | None:
    """The site of a function or class in the piece that :func:`piece_around` tells of."""
    walker = piece.reader.walker
    head = module.facts.functions.get(fn.qualname)
    if head is None:
        return next((f.head.site for f in walker.frames if f.head.qualname == fn.qualname), None)
    at = bisect_left(piece.functions, (head.start, 0))
    if at == len(piece.functions) or piece.functions[at][0] >= head.end:
        return None
    return piece.functions[at][1]


def whole_function(piece: PieceText) -> Entry | None:
    """The definition of the function that is a piece of its own."""
    node, entries = function_node(piece.piece), piece.reader.walker.entries
    return Entry(node, None, entries[0].state) if isinstance(node, cst.FunctionDef) else None
