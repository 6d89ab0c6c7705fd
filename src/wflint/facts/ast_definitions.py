"""Definitions and expressions of a module, which are read from ``ast``.

The few expressions that matter are read by LibCST one by one, so that they are understood by the
same code as those in function bodies; plain names and literals do not need it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

import libcst as cst
from msgspec.structs import replace

from wflint import limits
from wflint.facts.ast_names import dotted
from wflint.facts.definitions import (
    Form,
    WrittenDecorator,
    WrittenParam,
    free_name,
    read_params,
)
from wflint.facts.model import (
    SPREAD,
    UNKNOWN,
    FunctionHead,
    Kind,
    ParamKind,
    Ref,
    Value,
    ValueType,
    value_type,
)
from wflint.facts.refs import Refs, text_ref
from wflint.facts.types import either
from wflint.facts.values import option as read_option
from wflint.facts.values import value as read_value
from wflint.files.source import Source
from wflint.syntax.guard import MAX_DEPTH, span
from wflint.syntax.single_expressions import read_expression
from wflint.syntax.type_parameters import type_parameters

_READ = (
    ast.Await,
    ast.BinOp,
    ast.BoolOp,
    ast.Call,
    ast.Dict,
    ast.IfExp,
    ast.Lambda,
    ast.Subscript,
    ast.UnaryOp,
)
_OPTIONS = (ast.BinOp, ast.Call, ast.Constant, ast.Dict, ast.UnaryOp)
_LITERALS: dict[type[ast.expr], str] = {
    ast.JoinedStr: "str",
    ast.List: "list",
    ast.ListComp: "list",
    ast.Tuple: "tuple",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.DictComp: "dict",
    ast.Dict: "dict",
    ast.Compare: "bool",
}
_FORMS: dict[type[ast.expr], Form] = {
    ast.Attribute: Form.NAME,
    ast.Call: Form.CALL,
    ast.Lambda: Form.LAMBDA,
    ast.Name: Form.NAME,
}


class AstSyntax:
    """Reads the expressions of a module; see :class:`~wflint.facts.definitions.Syntax`.

    ``text`` is what the tree was parsed from, ``source`` the file. ``functions`` are filled with
    the lambdas that have a name; ``in_place`` says that their offsets in both are the same.
    """

    def __init__(
        self,
        refs: Refs,
        text: Source,
        source: Source,
        functions: dict[str, FunctionHead],
        *,
        in_place: bool,
    ) -> None:
        self.refs = refs
        self.text = text
        self._source = source
        self._functions = functions
        self._in_place = in_place

    def form(self, node: ast.expr) -> Form:
        """Return what an expression looks like."""
        if isinstance(node, ast.Constant):
            return Form.NONE if node.value is None else Form.OTHER
        return _FORMS.get(type(node), Form.OTHER)

    def ref(self, node: ast.expr) -> Ref:
        """Return what an expression refers to."""
        if isinstance(node, ast.Lambda):
            return self._lambda_value(node)
        return dotted(node) or self.refs.ref(self._read(node), None)

    def annotation(self, node: ast.expr) -> Ref:
        """Return the class that an annotation names."""
        name = dotted(node)
        if name is not None:
            return self.refs.own_name(name)
        return self.refs.annotation(self._read(node), None)

    def value(self, node: ast.expr) -> Ref:
        """Return what a name holds that an expression is assigned to."""
        return self.shape(node).ref

    def lambda_head(self, node: ast.expr, owner: str) -> FunctionHead | None:
        """Return the function that a lambda in a class, or in the module, is."""
        assert isinstance(node, ast.Lambda)
        start, end = span(self._source, node)
        if not self._in_place or end - start > MAX_DEPTH:
            return None
        qualname = free_name(below(owner, "<lambda>"), self._functions)
        params = read_params(written_params(node.args), self)
        head = FunctionHead(qualname, owner, params=params, start=start, end=end)
        self._functions[qualname] = head
        return head

    def static_function(self, node: ast.expr) -> ast.expr | None:
        """Return ``f`` of ``staticmethod(f)``."""
        match node:
            case ast.Call(func=ast.Name(id="staticmethod"), args=[inner]):
                return inner
        return None

    def member(self, owner: str, path: tuple[str, ...]) -> Ref:
        """Return the ref of something in a class."""
        top, *inner = owner.split(".")
        return Ref(Kind.GLOBAL, top, (*inner, *path))

    # Values.

    def shape(self, node: ast.expr) -> Value:
        """Return the shape of a value."""
        if isinstance(node, ast.Constant):
            return _constant(node.value)
        if isinstance(node, ast.JoinedStr):
            return Value(ValueType.STR, ref=_joined_text(node))
        name = dotted(node)
        if name is not None:
            return Value(ValueType.NAME, ref=name)
        variable = self._type_variable(node)
        if variable is not None:
            return Value(ValueType.OTHER, ref=variable)
        if isinstance(node, ast.Attribute):  # `Path(__file__).parent`
            read = self._read(node)
            return Value(ValueType.OTHER, ref=self.refs.ref(read, None) if read else UNKNOWN)
        if isinstance(node, _READ):
            read = self._read(node)
            if isinstance(node, ast.Subscript) or _is_union(node):
                named = self.refs.annotation(read, None)
                if named.kind is not Kind.UNKNOWN:
                    return Value(ValueType.OTHER, ref=named)
            if read is not None:
                shape = read_value(self.refs, read, None)
                is_dict = isinstance(node, ast.Dict)
                return replace(shape, ref=self._display("dict", node)) if is_dict else shape
        kind = _LITERALS.get(type(node))
        return (
            Value(value_type(kind), ref=self._display(kind, node))
            if kind
            else Value(ValueType.OTHER)
        )

    def option(self, node: ast.expr) -> Value | None:
        """Return the shape of a value that may be an option, or several."""
        read = self._read(node) if isinstance(node, _OPTIONS) else None
        return read_option(self.refs, read, None) if read is not None else None

    def _read(self, node: ast.expr) -> cst.BaseExpression | None:
        """Return an expression of the module as LibCST has it."""
        start, end = span(self.text, node)
        if end - start > limits.VALUE_LENGTH:
            return None
        return read_expression(self.text.text[start:end])

    def _display(self, kind: str, node: ast.expr) -> Ref:
        """Return a container with its elements; those of a dictionary are its values."""
        inner = node.values if isinstance(node, ast.Dict) else list(getattr(node, "elts", ()))
        read = len(inner) <= limits.READ_ELEMENTS
        refs = [self.element(e, read) for e in inner[: limits.ELEMENTS]]
        if isinstance(node, ast.Dict):
            refs = [keyed(k, r) for k, r in zip(node.keys, refs, strict=False)]
        return Ref(Kind.LITERAL, kind, others=tuple(refs))

    def element(self, node: ast.expr, read: bool) -> Ref:
        """Return what an element refers to; in long tables only names are looked at."""
        if isinstance(node, ast.Constant):
            return _literal(node.value)
        if isinstance(node, ast.Lambda) and read:
            return self._lambda_value(node)
        if isinstance(node, ast.Starred):
            return Ref(Kind.ELEMENT, of=self.element(node.value, read))
        name = dotted(node)
        if name is not None or not read:
            return name or UNKNOWN
        return self.refs.ref(self._read(node), None)

    def _lambda_value(self, node: ast.Lambda) -> Ref:
        """Return a lambda in a list, dictionary or default value."""
        head = self.lambda_head(node, "")
        return Ref(Kind.LOCAL, head.qualname) if head is not None else UNKNOWN

    def _type_variable(self, node: ast.expr) -> Ref | None:
        """Return the ref of ``TypeVar("T", bound=Base)``."""
        if not isinstance(node, ast.Call) or not node.args:
            return None
        called = self._called(node)
        if called == "NewType" and len(node.args) == 2:
            return self.annotation(node.args[1])
        if called != "TypeVar" or not isinstance(node.args[0], ast.Constant):
            return None
        bound = next((k.value for k in node.keywords if k.arg == "bound"), None)
        some = [bound] if bound is not None else node.args[1:]
        of = either(self.annotation(s) for s in some) if some else None
        return Ref(Kind.TYPEVAR, str(node.args[0].value), of=of)

    def _called(self, node: ast.Call) -> str:
        """Return the last word of what is called, by its own name if that is a form of types."""
        name = dotted(node.func)
        of = self.refs.own_name(name) if name is not None else UNKNOWN
        return (of.path or (of.name,))[-1]

    def type_bounds(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, Ref]:
        """Return the bounds of the type parameters of ``def f[T: Base]``."""
        found = type_parameters(self.text.text, self._start(node))
        return {name: self._bound(text) for name, text in found}

    def type_names(self, node: ast.ClassDef) -> tuple[str, ...]:
        """Return the type parameters of ``class C[T]``."""
        return tuple(name for name, _ in type_parameters(self.text.text, self._start(node)))

    def _start(self, node: ast.stmt) -> int:
        return self.text.offset(node.lineno, node.col_offset)

    def _bound(self, text: str) -> Ref:
        return self.refs.annotation(read_expression(text), None) if text else UNKNOWN


def written_params(args: ast.arguments) -> Iterator[WrittenParam[ast.expr]]:
    """Return the parameters of a function or lambda."""
    plain = [*args.posonlyargs, *args.args]
    first = len(plain) - len(args.defaults)
    for number, arg in enumerate(plain):
        default = args.defaults[number - first] if number >= first else None
        yield WrittenParam(arg.arg, ParamKind.POSITIONAL, arg.annotation, default)
    if args.vararg is not None:
        yield WrittenParam(args.vararg.arg, ParamKind.VAR_POSITIONAL, args.vararg.annotation, None)
    for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        yield WrittenParam(arg.arg, ParamKind.KEYWORD, arg.annotation, default)
    if args.kwarg is not None:
        yield WrittenParam(args.kwarg.arg, ParamKind.VAR_KEYWORD, args.kwarg.annotation, None)


def written_decorators(nodes: Sequence[ast.expr]) -> Iterator[WrittenDecorator[ast.expr]]:
    """Return the decorators of a definition."""
    for node in nodes:
        called = isinstance(node, ast.Call)
        keywords: tuple[tuple[str, ast.expr], ...] = ()
        first: ast.expr | None = None
        if isinstance(node, ast.Call):
            keywords = tuple((k.arg or SPREAD, k.value) for k in node.keywords)
            first = node.args[0] if node.args else None
            first = first.value if isinstance(first, ast.Starred) else first
            node = node.func
        last = node.attr if isinstance(node, ast.Attribute) else ""
        yield WrittenDecorator(node, called, keywords, last, first)


def _is_union(node: ast.expr) -> bool:
    """True for ``A | B``, which may be a type, but not for dictionaries that are put together."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.BitOr):
        return False
    return not isinstance(node.left, ast.Dict) and not isinstance(node.right, ast.Dict)


def keyed(key: ast.expr | None, ref: Ref) -> Ref:
    """Return a value of a dictionary with its key, where that is a string."""
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return Ref(Kind.KEYWORD, key.value, of=ref)
    return Ref(Kind.ITEM, of=ref) if key is None else ref


def below(owner: str, name: str) -> str:
    """Return the qualname of something in a class, or in the module."""
    return f"{owner}.{name}" if owner else name


def _constant(value: object) -> Value:
    if value is None:
        return Value(ValueType.NONE)
    kind = type(value).__name__
    return Value(value_type(kind), _shown(value), _literal(value))


def _literal(value: object) -> Ref:
    return text_ref(value) if isinstance(value, str) else Ref(Kind.LITERAL, type(value).__name__)


def _joined_text(node: ast.JoinedStr) -> Ref:
    first = node.values[0] if node.values else None
    return _literal(first.value if isinstance(first, ast.Constant) else "")


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value[: limits.KEPT_TEXT]
    if isinstance(value, int) and value.bit_length() > limits.NUMBER_BITS:
        return hex(value)[: limits.KEPT_TEXT]
    return str(value)[: limits.KEPT_TEXT] if isinstance(value, (bool, int, float)) else ""
