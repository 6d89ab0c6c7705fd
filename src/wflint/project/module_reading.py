"""Reads the facts of a module from its text; and the form in which they are noted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from msgspec import Struct

from wflint.facts.model import FunctionBody, ModuleFacts
from wflint.files.source import Source, UnreadableSource
from wflint.project.trees import CUTS

if TYPE_CHECKING:
    from wflint.cache.fact_cache import Notes
    from wflint.syntax.guard import NewerSyntax
    from wflint.syntax.pieces import Piece


class ReadModule(Struct, frozen=True, array_like=True):
    """Notes on a module: its facts, and what is wrong with it (message, row, column)."""

    facts: ModuleFacts
    error: tuple[str, int, int] | None = None


class ReadBodies(Struct, frozen=True, array_like=True):
    """Notes on a function: its body and those of the functions nested in it, outermost first.

    ``asked`` are the names that were asked about while it was read, with the flags that were given:
    see :class:`wflint.facts.bodies.Reading`.
    """

    bodies: list[FunctionBody]
    asked: dict[str, int]


def read_module(
    name: str, is_package: bool, source: Source, notes: Notes, keep_tree: bool = False
) -> tuple[ModuleFacts, Piece | None]:
    """The facts, and the module as LibCST has it where only LibCST could read it.

    The source gets its ``ast``. Unless the caller will ``keep_tree``, it is noted now what else it
    will be needed for. Raises :class:`UnreadableSource`.
    """
    from wflint.facts.modules import ModuleReader
    from wflint.syntax.cuts import skeleton_cuts
    from wflint.syntax.guard import NewerSyntax, parse

    try:
        tree = parse(source)
    except NewerSyntax as error:
        return _read_newer(name, is_package, source, error.refused)
    source.tree = tree
    if not keep_tree:
        with contextlib.suppress(UnreadableSource):  # which is said when the skeleton is read
            notes.put(CUTS, skeleton_cuts(source, tree))
    return ModuleReader(name, is_package, source).read(tree, source), None


def why_not_newer(
    name: str, is_package: bool, source: Source, newer: NewerSyntax
) -> UnreadableSource | None:
    """Return what is wrong with a text that Python refuses; ``None`` if LibCST can read it."""
    try:
        _read_newer(name, is_package, source, newer.refused)
    except UnreadableSource as error:
        return error
    return None


def _read_newer(
    name: str, is_package: bool, source: Source, refused: UnreadableSource
) -> tuple[ModuleFacts, Piece]:
    """A module in a syntax that only LibCST knows."""
    from wflint.facts.modules import ModuleReader
    from wflint.syntax.newer import plain_module
    from wflint.syntax.pieces import read_whole

    piece = read_whole(source, refused)
    plain = plain_module(piece)
    if plain is None:
        raise refused
    reader = ModuleReader(name, is_package, source, plain.functions)
    return reader.read(plain.tree, Source(plain.text)), piece
