"""The annotations in the head of a function, and where they stand."""

from __future__ import annotations

from functools import partial

from msgspec import Struct

from wflint.files.source import Source
from wflint.model.steps import function_node
from wflint.project.module import Module
from wflint.syntax.standalone import standalone
from wflint.syntax.unparsed import unparsed

RESULT = "return"
"""What stands for the name of a parameter where it is the result that is annotated."""


class Annotation(Struct, frozen=True, array_like=True):
    """The annotation of a parameter, or of the result, and its offsets in the file."""

    name: str
    text: str
    start: int
    end: int


def is_readable(module: Module, qualname: str) -> bool:
    """True if the head of a function can be read; that of one inside another is not."""
    head = module.facts.functions.get(qualname)
    return head is not None and not head.too_deep


def annotations_of(module: Module, qualname: str) -> list[Annotation]:
    """Return the annotations of a function; none if its head cannot be read."""
    head = module.facts.functions.get(qualname)
    if head is None or head.too_deep:
        return []
    find = partial(_read, module.source, head.start, head.end)
    return module.notes.answer(f"annotations {qualname}", list[Annotation], find)


def _read(source: Source, start: int, end: int) -> list[Annotation]:
    node = function_node(source, start, end)
    if node is None:
        return []
    text, header = standalone(source.text[start:end])
    own, shift = Source(text), start - len(header)
    args = node.args
    params = (*args.posonlyargs, *args.args, *args.kwonlyargs)
    written = [(arg.arg, arg.annotation) for arg in params]
    return [
        Annotation(
            name,
            unparsed(found),
            shift + own.offset(found.lineno, found.col_offset),
            shift + own.offset(found.end_lineno or 1, found.end_col_offset or 0),
        )
        for name, found in (*written, (RESULT, node.returns))
        if found is not None
    ]
