"""The trees of a module that LibCST reads, and where their nodes stand in its file."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from wflint.facts.ids import MODULE_BODY
from wflint.files.source import TOO_DEEP, UnreadableSource
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.facts.bodies import BodyReader
    from wflint.project.module import Module
    from wflint.syntax.pieces import Piece

Span = tuple[int, int]

CUTS = "cuts"
"""The question for what the skeleton of a module leaves out; asked once, with its `ast`."""


def skeleton(module: Module, *, light: bool = False) -> Piece | None:
    """The code of a module without the bodies of its functions."""
    from wflint.syntax.guard import NewerSyntax
    from wflint.syntax.pieces import read_skeleton, read_whole

    if module.whole is not None:
        return module.whole
    try:
        cuts = skeleton_cuts(module)
    except NewerSyntax as error:
        return read_whole(module.source, error.refused)
    return read_skeleton(module.source, cuts, light=light)


def skeleton_cuts(module: Module) -> list[Span]:
    """The offsets of what the skeleton leaves out.

    Raises :class:`UnreadableSource` and :class:`wflint.syntax.guard.NewerSyntax`.
    """
    from wflint.syntax import cuts
    from wflint.syntax.guard import parse

    source = module.source
    return module.notes.answer(CUTS, list[Span], lambda: cuts.skeleton_cuts(source, parse(source)))


def piece(module: Module, qualname: str, *, light: bool = False) -> Piece | None:
    """A function that is not nested in another. Raises :class:`UnreadableSource`."""
    from wflint.syntax.pieces import read_function, read_lambda

    head = module.facts.functions.get(qualname)
    if head is None:
        return None
    if head.too_deep:
        raise UnreadableSource(TOO_DEEP, module.source.location(head.start).row)
    read = read_lambda if head.name == "<lambda>" else read_function
    return read(module.source, head.start, head.end, light=light)


def definition(module: Module, qualname: str) -> cst.FunctionDef | cst.Lambda | None:
    """The tree of a function, for rules that look into it."""
    from wflint.syntax.pieces import function_node

    try:
        found = piece(module, qualname, light=True)
    except UnreadableSource:
        return None
    return function_node(found) if found is not None else None


def read(reader: BodyReader, module: Module, qualname: str, light: bool, only_nodes: bool) -> bool:
    """Have an outermost function read, or the code of a module; False if it is not to be had."""
    from wflint.syntax.pieces import function_node

    if qualname == MODULE_BODY:
        reader.piece = skeleton(module, light=light)
        if reader.piece is None:
            return False
        (reader.walk_module if only_nodes else reader.read_module)(reader.piece.module)
        return True
    head, found = module.facts.functions.get(qualname), piece(module, qualname, light=light)
    node = function_node(found) if found is not None else None
    if head is None or node is None:
        return False
    reader.piece = found
    (reader.walk_function if only_nodes else reader.read_function)(node, head)
    return True


def locate(reader: BodyReader, sites: set[int]) -> dict[int, Span]:
    """The offsets (start, end) in the file of sites of what was read.

    Those that are not to be had from a light tree are left out.
    """
    from wflint.syntax.positions import spans

    if reader.piece is None:
        return {}
    entries, at = reader.walker.entries, reader.piece
    nodes = {site: entries[site].node for site in sites if 0 <= site < len(entries)}
    if at.light is not None:
        found = {site: at.light.span(node) for site, node in nodes.items()}
    else:
        shown = {site: _shown_part(node) for site, node in nodes.items()}
        by_id = spans(at.module, shown.values())
        found = {site: by_id.get(id(node)) for site, node in shown.items()}
    return {
        site: (at.file_offset(span[0]), at.file_offset(span[1]))
        for site, span in found.items()
        if span is not None
    }


def sites_at(reader: BodyReader, wanted: Set[Span]) -> dict[Span, int]:
    """Return the sites of the innermost nodes that stand between given offsets of the file."""
    from wflint.syntax.positions import spans

    if reader.piece is None:
        return {}
    at, found = reader.piece, dict[Span, int]()
    nodes = [entry.node for entry in reader.walker.entries]
    by_id = spans(at.module, nodes) if at.light is None else {}
    for site, node in enumerate(nodes):
        own = by_id.get(id(node)) if at.light is None else at.light.span(node)
        if own is not None:
            span = (at.file_offset(own[0]), at.file_offset(own[1]))
            if span in wanted:
                found[span] = site
    return found


def _shown_part(node: cst.CSTNode) -> cst.CSTNode:
    """A definition is shown at its name, everything else as a whole."""
    import libcst

    return node.name if isinstance(node, (libcst.FunctionDef, libcst.ClassDef)) else node
