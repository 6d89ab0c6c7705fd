"""Compares the parameters of methods as the SDK does, which wants them to be the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from wflint.facts.ast_names import dotted
from wflint.facts.model import BindingKind
from wflint.inference.resolver import Resolver
from wflint.inference.values import ClassValue, ExternalValue
from wflint.rule.definition_views import HandlerView, ParamText
from wflint.standard_library import STANDARD_MODULES

_LITERAL = re.compile(r"-?[\d.]+|True|False|None|'[^']*'")
_UNION, _OPTIONAL = "typing.Union", "typing.Optional"
_FUTURE = "__future__.annotations"


class Parameters:
    """Tells what annotations stand for, and how the parameters of two methods differ."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def difference(self, one: HandlerView, other: HandlerView) -> str:
        """Return how the parameters of two methods surely differ; names do not count.

        ``""`` if they are the same, or may be.
        """
        own, others = one.text, other.text
        if own is None or others is None:
            return ""
        if len(own.params) != len(others.params):
            return f"{_count(own.params)} and {_count(others.params)}"
        for a, b in zip(own.params, others.params, strict=True):
            difference = self._between(a, b, one, other)
            if difference:
                return difference
        return ""

    def _between(self, a: ParamText, b: ParamText, one: HandlerView, other: HandlerView) -> str:
        if a.kind != b.kind:
            return f"`{_shown(a)}` and `{_shown(b)}`"
        if bool(a.default) != bool(b.default) or _are_unlike(a.default, b.default):
            return f"`{_shown(a)}` and `{_shown(b)}`"
        if a.annotation == b.annotation:
            return ""
        if a.annotation and b.annotation:
            paths = one.place.fn.path, other.place.fn.path
            if paths[0] != paths[1]:
                return ""
            if not self._are_texts(paths[0]):
                meanings = {self.meaning(p.annotation, paths[0]) for p in (a, b)}
                if "" in meanings or len(meanings) == 1:
                    return ""
        return f"`{_shown(a)}` and `{_shown(b)}`"

    def _are_texts(self, path: str) -> bool:
        """True if the annotations in a module are kept as texts."""
        bindings = self._resolver.store.load(path).facts.bindings.get("annotations", ())
        return any(binding.target == _FUTURE for binding in bindings)

    def meaning(self, annotation: str, path: str) -> str:
        """Return an annotation with the dotted names of all classes in it.

        Two annotations of one meaning are equal for Python; ``""`` if it is not known.
        """
        try:
            tree = ast.parse(annotation, mode="eval")
        except (RecursionError, SyntaxError, ValueError):
            return ""
        return self._of(tree.body, path)

    def _of(self, node: ast.expr, path: str) -> str:
        if isinstance(node, ast.Constant):
            return repr(node.value)
        if isinstance(node, (ast.Attribute, ast.Name)):
            return self._of_name(node, path)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self._union([node.left, node.right], path)
        if isinstance(node, ast.Subscript):
            inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            outer = self._of(node.value, path)
            if outer in (_UNION, _OPTIONAL):
                none = [ast.Constant(None)] if outer == _OPTIONAL else []
                return self._union([*inner, *none], path)
            parts = [self._of(part, path) for part in inner]
            return f"{outer}[{', '.join(parts)}]" if outer and all(parts) else ""
        return ""

    def _union(self, nodes: Iterable[ast.expr], path: str) -> str:
        parts: set[str] = set()
        for node in nodes:
            meaning = self._of(node, path)
            if not meaning or meaning.startswith("'"):
                return ""
            inner = meaning.removeprefix(f"{_UNION}[").removesuffix("]")
            parts.update(inner.split(" | ") if inner != meaning else [meaning])
        return f"{_UNION}[{' | '.join(sorted(parts))}]" if len(parts) > 1 else parts.pop()

    def _of_name(self, node: ast.Attribute | ast.Name, path: str) -> str:
        """Return the dotted name of a class that is known by its own name."""
        ref = dotted(node)
        found = self._resolver.resolve(ref, path) if ref is not None else ()
        if ref is None or len(found) != 1:
            return ""
        bindings = self._resolver.store.load(path).facts.bindings.get(ref.name, ())
        imported = [b.target for b in bindings if b.what is BindingKind.IMPORT]
        whole = imported[0] if len(imported) == 1 and not ref.path else ref.name
        written = ref.path[-1] if ref.path else whole.rpartition(".")[2]
        (only,) = found
        if isinstance(only, ClassValue):
            name = f"{self._resolver.store.load(only.cls.path).facts.name}.{only.cls.qualname}"
        elif isinstance(only, ExternalValue) and _is_known(only.name):
            name = only.name.replace("typing_extensions.", "typing.")
        else:
            return ""
        is_alias = not ref.path and any(b.what is BindingKind.VALUE for b in bindings)
        return name if name.rpartition(".")[2] == written and not is_alias else ""


def _is_known(name: str) -> bool:
    """True for what is not an alias of something else, as far as names of others tell."""
    top = name.partition(".")[0]
    is_standard = top in STANDARD_MODULES or top in ("temporalio", "typing_extensions")
    return is_standard and name != "typing.Text"


def _are_unlike(default: str, other: str) -> bool:
    """True if two default values are literals, and not equal for Python: `1.0` and `1` are."""
    if default == other or not (_LITERAL.fullmatch(default) and _LITERAL.fullmatch(other)):
        return False
    try:
        return bool(ast.literal_eval(default) != ast.literal_eval(other))
    except (SyntaxError, ValueError):
        return False


def _count(params: tuple[ParamText, ...]) -> str:
    number = len(params) - 1
    return f"{number} parameter{'' if number == 1 else 's'}" if number >= 1 else "none"


def _shown(param: ParamText) -> str:
    stars = param.kind if param.kind in ("*", "**") else ""
    annotation = f": {param.annotation}" if param.annotation else ""
    default = f" = {param.default}" if param.default else ""
    return f"{stars}{param.name}{annotation}{default}"
