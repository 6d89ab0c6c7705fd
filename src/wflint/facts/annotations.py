"""From annotations to the types that they name."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from wflint import limits
from wflint.facts.model import UNKNOWN, Kind, Ref
from wflint.facts.types import either, says_little
from wflint.syntax.single_expressions import read_expression

_WRAPPERS = {
    "Annotated",
    "ClassVar",
    "Final",
    "InitVar",
    "Mapped",
    "NotRequired",
    "Optional",
    "ReadOnly",
    "Required",
    "TypeGuard",
    "TypeIs",
    "Unpack",
}
_WAITED = {"Awaitable", "Coroutine"}
MODULES_OF_FORMS = frozenset(
    {"collections.abc", "dataclasses", "sqlalchemy.orm", "typing", "typing_extensions"}
)
"""The modules that have what annotations are made of, beside classes."""

RefOf = Callable[[cst.CSTNode], Ref]


def annotation(node: cst.CSTNode | None, ref: RefOf, steps: int = limits.ANNOTATION_STEPS) -> Ref:
    """The class or classes that an annotation names; ``ref`` tells what a plain name refers to.

    ``Optional[X]``, ``X | None``, ``Annotated[X, ...]`` and ``"X"`` give X; a union gives one of
    several; ``list[X]`` a class with a parameter. What awaiting gives counts for ``Awaitable[X]``.
    """
    if steps <= 0 or node is None:
        return UNKNOWN
    if isinstance(node, cst.Annotation):
        return annotation(node.annotation, ref, steps - 1)
    if isinstance(node, cst.Subscript):
        return _subscript(node, ref, steps - 1)
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        return _union([node.left, node.right], ref, steps - 1)
    if isinstance(node, cst.SimpleString):
        return _quoted(node, ref, steps - 1)
    return ref(node) if isinstance(node, (cst.Name, cst.Attribute)) else UNKNOWN


def _subscript(node: cst.Subscript, ref: RefOf, steps: int) -> Ref:
    if not isinstance(node.value, (cst.Attribute, cst.Name)):
        return UNKNOWN
    of = ref(node.value)
    is_named = of.kind in (Kind.GLOBAL, Kind.IMPORT)
    name = (of.path or (of.name,))[-1].rpartition(".")[2] if is_named else ""
    inner = [s.slice.value for s in node.slice if isinstance(s.slice, cst.Index)]
    if name in _WRAPPERS and inner:
        return annotation(inner[0], ref, steps)
    if name in _WAITED and inner:
        waited = annotation(inner[-1], ref, steps)
        return of if says_little(waited) else waited
    if name == "Union":
        return _union(inner, ref, steps)
    if name == "Literal":
        strings = all(isinstance(i, cst.SimpleString) for i in inner)
        return Ref(Kind.GLOBAL, "str") if strings else UNKNOWN
    if of.kind is Kind.UNKNOWN or name == "Callable":
        return of
    return Ref(Kind.ITEM, of=of, others=tuple(annotation(i, ref, steps) for i in inner))


def _union(nodes: list[cst.BaseExpression], ref: RefOf, steps: int) -> Ref:
    some = [n for n in nodes if not (isinstance(n, cst.Name) and n.value == "None")]
    return either(annotation(n, ref, steps) for n in some) if some else UNKNOWN


def _quoted(node: cst.SimpleString, ref: RefOf, steps: int) -> Ref:
    text = str(node.raw_value).strip()
    if len(text) > limits.QUOTED_ANNOTATION:
        return UNKNOWN
    return annotation(read_expression(text), ref, steps)
