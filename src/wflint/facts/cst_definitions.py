"""Definitions inside functions, which are read from LibCST."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import libcst as cst

from wflint.facts.definitions import (
    ClassBuilder,
    Form,
    WrittenDecorator,
    WrittenParam,
    parameters_of_bases,
    read_decorators,
)
from wflint.facts.frames import Entry, Frame
from wflint.facts.imports import ImportStatement
from wflint.facts.model import (
    SPREAD,
    UNKNOWN,
    ClassFacts,
    FunctionHead,
    ImportFact,
    Kind,
    ModuleFacts,
    ParamKind,
    Ref,
    Value,
)
from wflint.facts.refs import Refs
from wflint.facts.scopes import Scope
from wflint.facts.values import option as read_option
from wflint.facts.values import value as read_value

_FORMS: dict[type[cst.CSTNode], Form] = {
    cst.Attribute: Form.NAME,
    cst.Call: Form.CALL,
    cst.Lambda: Form.LAMBDA,
    cst.Name: Form.NAME,
}
_CONSTANTS = {"None": Form.NONE, "True": Form.OTHER, "False": Form.OTHER}


class CstSyntax:
    """Reads expressions that stand in ``scope``; see :class:`~wflint.facts.definitions.Syntax`.

    ``head_of`` gives the function that a lambda is.
    """

    def __init__(
        self,
        refs: Refs,
        scope: Scope | None,
        head_of: Callable[[cst.Lambda], FunctionHead | None] = lambda _: None,
    ) -> None:
        self.refs = refs
        self.scope = scope
        self._head_of = head_of

    def form(self, node: cst.BaseExpression) -> Form:
        """Return what an expression looks like."""
        if isinstance(node, cst.Name) and node.value in _CONSTANTS:
            return _CONSTANTS[node.value]
        return _FORMS.get(type(node), Form.OTHER)

    def ref(self, node: cst.BaseExpression) -> Ref:
        """Return what an expression refers to."""
        return self.refs.ref(node, self.scope)

    def annotation(self, node: cst.BaseExpression) -> Ref:
        """Return the class that an annotation names."""
        return self.refs.annotation(node, self.scope)

    def value(self, node: cst.BaseExpression) -> Ref:
        """Return what a name holds that an expression is assigned to."""
        return self.refs.ref(node, self.scope)

    def shape(self, node: cst.BaseExpression) -> Value:
        """Return the shape of a value."""
        return read_value(self.refs, node, self.scope)

    def option(self, node: cst.BaseExpression) -> Value | None:
        """Return the shape of a value that may be an option, or several."""
        return read_option(self.refs, node, self.scope)

    def lambda_head(self, node: cst.BaseExpression, owner: str) -> FunctionHead | None:
        """Return the function that a lambda is; the walk has given it its owner."""
        assert isinstance(node, cst.Lambda)
        return self._head_of(node)

    def static_function(self, node: cst.BaseExpression) -> cst.BaseExpression | None:
        """Return ``f`` of ``staticmethod(f)``."""
        return static_function(node)

    def member(self, owner: str, path: tuple[str, ...]) -> Ref:
        """Return the ref of something in a class."""
        return Ref(Kind.LOCAL, owner, path)


def written_params(params: cst.Parameters) -> Iterator[WrittenParam[cst.BaseExpression]]:
    """Return the parameters of a function or lambda."""
    for param in (*params.posonly_params, *params.params):
        yield _written_param(param, ParamKind.POSITIONAL)
    if isinstance(params.star_arg, cst.Param):
        yield _written_param(params.star_arg, ParamKind.VAR_POSITIONAL)
    for param in params.kwonly_params:
        yield _written_param(param, ParamKind.KEYWORD)
    if params.star_kwarg is not None:
        yield _written_param(params.star_kwarg, ParamKind.VAR_KEYWORD)


def _written_param(param: cst.Param, kind: ParamKind) -> WrittenParam[cst.BaseExpression]:
    annotation = param.annotation.annotation if param.annotation is not None else None
    return WrittenParam(param.name.value, kind, annotation, param.default)


def written_decorators(
    node: cst.FunctionDef | cst.ClassDef,
) -> Iterator[WrittenDecorator[cst.BaseExpression]]:
    """Return the decorators of a definition."""
    for decorator in node.decorators:
        target = decorator.decorator
        called = isinstance(target, cst.Call)
        keywords: tuple[tuple[str, cst.BaseExpression], ...] = ()
        first: cst.BaseExpression | None = None
        if isinstance(target, cst.Call):
            keywords = tuple(
                (a.keyword.value if a.keyword is not None else SPREAD, a.value)
                for a in target.args
                if a.keyword is not None or a.star == SPREAD
            )
            plain = (a.value for a in target.args if a.keyword is None and a.star != SPREAD)
            first = next(plain, None)
            target = target.func
        last = target.attr.value if isinstance(target, cst.Attribute) else ""
        yield WrittenDecorator(target, called, keywords, last, first)


def plain_decorators(node: cst.FunctionDef) -> list[str]:
    """Return those decorators of a function that are plain names."""
    return [d.decorator.value for d in node.decorators if isinstance(d.decorator, cst.Name)]


def type_bounds(node: cst.FunctionDef, syntax: CstSyntax) -> dict[str, Ref]:
    """Return the bounds of the type parameters of ``def f[T: Base]``."""
    bounds: dict[str, Ref] = {}
    for each in node.type_parameters.params if node.type_parameters is not None else ():
        bound = each.param.bound if isinstance(each.param, cst.TypeVar) else None
        bounds[each.param.name.value] = UNKNOWN if bound is None else syntax.annotation(bound)
    return bounds


def static_function(node: cst.BaseExpression) -> cst.BaseExpression | None:
    """Return ``f`` of ``staticmethod(f)``."""
    if not isinstance(node, cst.Call) or len(node.args) != 1:
        return None
    is_static = isinstance(node.func, cst.Name) and node.func.value == "staticmethod"
    return node.args[0].value if is_static else None


def named_lambda(entry: Entry) -> tuple[bool, bool]:
    """Return if a lambda is given a name in the body of a class, and if that is made static."""
    above, node = entry.parent, entry.node
    is_static = False
    if above is not None and isinstance(above.node, cst.Arg):
        above = above.parent
    if above is not None and isinstance(above.node, cst.Call):
        if static_function(above.node) is not node:
            return False, False
        is_static, node, above = True, above.node, above.parent
    if above is None or not isinstance(above.node, (cst.AnnAssign, cst.Assign)):
        return False, False
    is_plain = isinstance(above.node, cst.AnnAssign) or isinstance(
        above.node.targets[0].target, cst.Name
    )
    return is_plain and above.node.value is node, is_static


def read_class(
    frame: Frame, node: cst.ClassDef, syntax: CstSyntax, frame_at: Mapping[int, Frame]
) -> ClassFacts:
    """Return the facts of a class that is defined in a function.

    ``syntax`` reads what stands outside of the class; ``frame_at`` are all frames by their site.
    """
    builder = ClassBuilder(frame.head.qualname, syntax)
    builder.bases = tuple(syntax.annotation(a.value) for a in node.bases if not a.star)
    builder.decorators = read_decorators(written_decorators(node), syntax)
    builder.params = _class_params(node, builder.bases, syntax.refs.module)
    for keyword in node.keywords:
        if keyword.keyword is not None and keyword.keyword.value == "metaclass":
            builder.metaclass = syntax.ref(keyword.value)
    for site, member in frame.members:
        _read_statement(builder, member, frame_at.get(site), frame, syntax.refs.module)
    return builder.facts()


def _class_params(
    node: cst.ClassDef, bases: tuple[Ref, ...], module: ModuleFacts
) -> tuple[str, ...]:
    if node.type_parameters is None:
        return parameters_of_bases(bases, module)
    return tuple(each.param.name.value for each in node.type_parameters.params)


def _read_statement(
    builder: ClassBuilder[cst.BaseExpression],
    entry: Entry,
    inner: Frame | None,
    frame: Frame,
    module: ModuleFacts,
) -> None:
    match entry.node:
        case cst.FunctionDef() if inner is not None:
            alternative = entry.state.block is not frame.block
            builder.add_method(inner.head, alternative=alternative)
        case cst.ClassDef(name=name):
            builder.bind(name.value, UNKNOWN)
        case (cst.Import() | cst.ImportFrom()) as node:
            for bound, target in written_import(node).bound(module):
                builder.bind(bound, Ref(Kind.IMPORT, target))
        case cst.AnnAssign(target=cst.Name(value=name), annotation=annotation, value=value):
            builder.declare(name, annotation.annotation, value)
        case cst.Assign(targets=targets, value=value):
            for each in targets:
                _assign(builder, each.target, value)


def _assign(
    builder: ClassBuilder[cst.BaseExpression], target: cst.BaseExpression, value: cst.BaseExpression
) -> None:
    if isinstance(target, cst.Name):
        builder.assign(target.value, value)
    elif isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            if isinstance(element.value, cst.Name):
                builder.assign(element.value.value, None)


# Imports.


def written_import(node: cst.Import | cst.ImportFrom) -> ImportStatement:
    """Return an import statement."""
    if isinstance(node, cst.Import):
        return ImportStatement(_names(node.names))
    names = (("*", ""),) if isinstance(node.names, cst.ImportStar) else _names(node.names)
    base = _dotted(node.module) if node.module is not None else ""
    return ImportStatement(names, base, len(node.relative))


def _names(aliases: Iterable[cst.ImportAlias]) -> tuple[tuple[str, str], ...]:
    return tuple((alias.evaluated_name, alias.evaluated_alias or "") for alias in aliases)


def _dotted(node: cst.BaseExpression) -> str:
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if isinstance(node, cst.Name):
        parts.append(node.value)
    return ".".join(reversed(parts))


def imported_modules(node: cst.Import | cst.ImportFrom, module: ModuleFacts) -> list[ImportFact]:
    """Return the modules that an import statement imports, with what is taken from them."""
    return [ImportFact(name, names) for name, names in written_import(node).imported(module)]
