"""Reads a module without the bodies of its functions: imports, definitions, constants.

The statements are walked in Python's own ``ast``, which the guard has made anyway; expressions are
read by :mod:`wflint.facts.ast_definitions`.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

from msgspec.structs import replace

from wflint.facts.ast_definitions import (
    AstSyntax,
    below,
    keyed,
    written_decorators,
    written_params,
)
from wflint.facts.called_words import CalledWords
from wflint.facts.definitions import (
    ClassBuilder,
    applied_by_hand,
    free_name,
    is_empty_set,
    method_name,
    parameters_of_bases,
    read_decorators,
    read_params,
    with_bounds,
    with_receiver,
)
from wflint.facts.imports import is_main_block, read_imports, typed_branch, written_import
from wflint.facts.loaders import loaded_module
from wflint.facts.missing_sdk import StandIns, in_handlers, says_with_sdk, side_with_sdk, stand_ins
from wflint.facts.model import (
    UNKNOWN,
    Binding,
    BindingKind,
    Decorator,
    FunctionHead,
    Kind,
    ModuleFacts,
    Param,
    Ref,
    Value,
    ValueType,
)
from wflint.facts.questions import is_of_sdk
from wflint.facts.refs import Refs
from wflint.facts.types import instance, substituted
from wflint.files.source import Source
from wflint.syntax.guard import (
    BLOCKS,
    MAX_DEPTH,
    Function,
    import_time_statements,
    inner_statements,
    is_too_deep,
    span,
)

_TYPE_ALIAS: type[ast.stmt] = getattr(ast, "TypeAlias", ast.Pass)  # since Python 3.12


class _Place(NamedTuple):
    """The place of a statement.

    ``owner`` is the class; ``alternative`` is set in a branch, ``typed`` in one for type checkers,
    and ``never`` in one that nothing runs which has the SDK. ``given`` are names that the SDK has,
    ``found`` is set where an import has just found it.
    """

    owner: str = ""
    alternative: bool = False
    typed: bool = False
    never: bool = False
    given: frozenset[str] = frozenset()
    found: bool = False


class ModuleReader:
    """Fills :class:`ModuleFacts` from the ``ast`` of a module.

    ``spans`` are the offsets of the outermost functions where those of ``ast`` are not the file's.
    """

    def __init__(
        self,
        name: str,
        is_package: bool,
        source: Source,
        spans: list[tuple[int, int]] | None = None,
    ) -> None:
        self.source = source
        self.facts = ModuleFacts(name, is_package, {}, (), None, {}, {})
        self.refs = Refs(self.facts)
        self.refs.complete = True  # no name of a scope is looked up
        self.stars: list[str] = []
        self.exports: tuple[str, ...] | None = None
        self._called = CalledWords()
        self._classes: dict[str, ClassBuilder[ast.expr]] = {}
        self._owners: dict[ast.ClassDef, str] = {}
        self._spans = iter(spans) if spans is not None else None

    def read(self, tree: ast.Module, text: Source) -> ModuleFacts:
        """The facts of the module; ``text`` is what ``tree`` was parsed from."""
        in_place = self._spans is None
        functions = self.facts.functions
        self.syntax = AstSyntax(self.refs, text, self.source, functions, in_place=in_place)
        pending: list[tuple[ast.stmt, _Place]] = [(n, _Place()) for n in reversed(tree.body)]
        while pending:
            node, place = pending.pop()
            if place.never:
                self._pass_over(node)
                continue
            self._called.note(node)
            self._statement(node, place)
            if is_main_block(node):
                self._pass_over(node)
            elif isinstance(node, BLOCKS):
                pending.extend(reversed(self._below(node, place)))
        for qualname, builder in self._classes.items():
            self.facts.classes[qualname] = builder.facts()
            functions.update((head.qualname, head) for head in builder.methods.values())
        return replace(
            self.facts,
            stars=tuple(self.stars),
            exports=self.exports,
            called=self._called.sorted(self.facts.bindings),
            imports=read_imports(tree, self.facts, self.source.line_starts if in_place else []),
        )

    def _pass_over(self, node: ast.stmt) -> None:
        """Leave out the offsets of the functions in a statement that is not entered."""
        for inner in import_time_statements(ast.Module([node], [])):
            if self._spans is not None and isinstance(inner, Function):
                next(self._spans)

    def _below(self, node: ast.stmt, place: _Place) -> list[tuple[ast.stmt, _Place]]:
        """The statements one level below another one, with their places."""
        stand_in = stand_ins(node, self.facts)
        asked = says_with_sdk(node.test, self.facts) if isinstance(node, ast.If) else None
        inside, typed = self._inside(node, place, stand_in), typed_branch(node)
        never = in_handlers(stand_in.handlers)
        if isinstance(node, ast.If) and asked is not None:
            inside, never = place, node.orelse if asked else node.body
        fallback = in_handlers(getattr(node, "handlers", ())) if stand_in.names else []
        return [
            (
                inner,
                inside._replace(
                    typed=inside.typed or inner in typed,
                    never=inner in never,
                    given=inside.given | stand_in.names if inner in fallback else inside.given,
                ),
            )
            for inner in inner_statements(node)
        ]

    def _inside(self, node: ast.stmt, place: _Place, stand_in: StandIns) -> _Place:
        if isinstance(node, ast.ClassDef):
            return _Place(self._owners[node], typed=place.typed)
        if isinstance(node, ast.Try) and 0 < len(node.handlers) == len(stand_in.handlers):
            return place._replace(found=True)  # it comes to its end
        one_of_several = not isinstance(node, (ast.With, ast.For, ast.While))
        return place._replace(alternative=True) if one_of_several else place

    def _statement(self, node: ast.stmt, place: _Place) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, place)
            case ast.ClassDef():
                self._class(node, place)
            case ast.Import() | ast.ImportFrom():
                self._import(node, place)
            case ast.Assign():
                value = side_with_sdk(node.value, self.facts)
                for target in node.targets:
                    self._assign(target, value, place)
                    self._note_flag(target, node.value, place)
            case ast.AnnAssign(target=ast.Name(id=name)):
                self._annotated(name, node, place)
                self._note_flag(node.target, node.value, place)
            case ast.For(target=ast.Name(id=name)):
                element = Ref(Kind.ELEMENT, of=self.syntax.value(node.iter))
                self._bind_value(name, Value(ValueType.OTHER, ref=element), place)
            case _ if isinstance(node, _TYPE_ALIAS):
                self._alias(node, place)
            case ast.AugAssign(target=ast.Name(id="__all__")):
                self.exports = (*(self.exports or ()), *(_strings(node.value) or ()))

    # Names.

    def _bind_value(self, name: str, value: Value, place: _Place) -> None:
        self._bind(name, Binding(BindingKind.VALUE, value=value), place)

    def _bind(self, name: str, binding: Binding, place: _Place) -> None:
        """Later bindings replace earlier ones unless both are alternatives."""
        ref = binding.value.ref if binding.value is not None else UNKNOWN
        if place.owner:
            is_import = binding.what is BindingKind.IMPORT
            ref = Ref(Kind.IMPORT, binding.target) if is_import else ref
            self._classes[place.owner].bind(name, ref)
            return
        if name in place.given or self._is_decorated_by_hand(name, ref):
            return
        earlier = self.facts.bindings.get(name, ()) if place.alternative else ()
        binding = replace(binding, alternative=place.alternative, typed=place.typed)
        self.facts.bindings[name] = (*earlier, binding)

    def _note_flag(self, target: ast.expr, value: ast.expr | None, place: _Place) -> None:
        """Note what a name that has just been assigned to says of the SDK."""
        if place.owner or value is None or not isinstance(target, ast.Name):
            return
        said = says_with_sdk(value, self.facts)
        if place.found and isinstance(value, ast.Constant) and isinstance(value.value, bool):
            said = value.value
        known = self.facts.bindings.get(target.id, ())
        if said is not None and len(known) == 1:
            self.facts.bindings[target.id] = (replace(known[0], with_sdk=said),)

    def _is_decorated_by_hand(self, name: str, ref: Ref) -> bool:
        """``f = decorate(f)`` and ``F = workflow.defn(F)`` are as good as the decorator."""
        by_hand = applied_by_hand(ref)
        if by_hand is None:
            return False
        given, decorator = by_hand
        if given != name and decorator.last_word != "defn":
            return False
        known = self.facts.bindings.get(given, ())
        return bool(known) and self._add_decorator(known[-1], decorator) and given == name

    def _add_decorator(self, known: Binding, decorator: Decorator) -> bool:
        if known.what is BindingKind.FUNCTION and known.target in self.facts.functions:
            head = self.facts.functions[known.target]
            head = replace(head, decorators=(decorator, *head.decorators))
            self.facts.functions[known.target] = head
            return True
        if known.what is BindingKind.CLASS and known.target in self._classes:
            cls = self._classes[known.target]
            cls.decorators = (decorator, *cls.decorators)
            return True
        return False

    def _import(self, node: ast.Import | ast.ImportFrom, place: _Place) -> None:
        statement = written_import(node)
        for name, target in statement.bound(self.facts):
            told = True if place.found and is_of_sdk(target) else None
            self._bind(name, Binding(BindingKind.IMPORT, target, with_sdk=told), place)
        star = statement.star(self.facts)
        if star is not None:
            self.stars.append(star)

    # Definitions.

    def _function(self, node: Function, place: _Place) -> None:
        start, end = next(self._spans) if self._spans is not None else span(self.source, node)
        decorators = read_decorators(written_decorators(node.decorator_list), self.syntax)
        name, builder = node.name, self._classes.get(place.owner)
        if builder is not None:
            name = method_name(name, [d.written for d in decorators], builder.methods)
        qualname = below(place.owner, name)
        if place.alternative:
            qualname = free_name(qualname, self.facts.functions)
        head = FunctionHead(
            qualname,
            place.owner,
            isinstance(node, ast.AsyncFunctionDef),
            False,
            decorators,
            *self._typed(node),
            start,
            end,
            end - start > MAX_DEPTH and is_too_deep(node),
        )
        if builder is None:
            self.facts.functions[qualname] = head
            self._bind(node.name, Binding(BindingKind.FUNCTION, qualname), place)
            return
        plain = [d.target.name for d in decorators if d.target.kind is Kind.GLOBAL]
        head = self.facts.functions[qualname] = with_receiver(head, place.owner, plain)
        builder.add_method(head, alternative=place.alternative)

    def _typed(self, node: Function) -> tuple[tuple[Param, ...], Ref]:
        """The parameters and the result, with the bounds of ``def f[T: Base]`` put in."""
        params = read_params(written_params(node.args), self.syntax)
        returns = UNKNOWN if node.returns is None else self.syntax.annotation(node.returns)
        bounds = self.syntax.type_bounds(node)
        return with_bounds(params, bounds), substituted(returns, bounds)

    def _class(self, node: ast.ClassDef, place: _Place) -> None:
        qualname = below(place.owner, node.name)
        if place.alternative:
            qualname = free_name(qualname, self._classes)
        self._owners[node] = qualname
        builder = ClassBuilder(qualname, self.syntax)
        annotation = self.syntax.annotation
        builder.bases = tuple(annotation(b) for b in node.bases if not isinstance(b, ast.Starred))
        builder.decorators = read_decorators(written_decorators(node.decorator_list), self.syntax)
        names = self.syntax.type_names(node)
        builder.params = names or parameters_of_bases(builder.bases, self.facts)
        for keyword in node.keywords:
            if keyword.arg == "metaclass":
                builder.metaclass = self.syntax.ref(keyword.value)
        self._classes[qualname] = builder
        self._bind(node.name, Binding(BindingKind.CLASS, qualname), place)

    # Values.

    def _alias(self, node: ast.stmt, place: _Place) -> None:
        """``type Name = ...``."""
        name, given = getattr(node, "name", None), getattr(node, "value", None)
        if isinstance(name, ast.Name) and isinstance(given, ast.expr):
            self._bind_value(name.id, self.syntax.shape(given), place)

    def _assign(self, target: ast.expr, value: ast.expr, place: _Place) -> None:
        builder = self._classes.get(place.owner)
        if isinstance(target, (ast.Tuple, ast.List)):
            for element in target.elts:
                if isinstance(element, ast.Name):
                    self._bind(element.id, Binding(BindingKind.VALUE), place)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            self._put(target.value.id, target.slice, value, place)
        elif isinstance(target, ast.Name) and builder is not None:
            builder.assign(target.id, value)
        elif isinstance(target, ast.Name):
            if target.id == "__all__":
                self.exports = _strings(value)
            if not self._is_given(target.id, value, place):
                self._bind_value(target.id, self.syntax.shape(value), place)

    def _is_given(self, name: str, value: ast.expr | None, place: _Place) -> bool:
        """True if a name is given a function, or a module of the SDK."""
        if self._is_function(name, value, place):
            return True
        head = None
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            head = self.facts.functions.get(value.func.id)
        text = self.source.searchable[head.start : head.end] if head is not None else ""
        target = loaded_module(value, self.facts, text) if value is not None else ""
        if target:
            self._bind(name, Binding(BindingKind.IMPORT, target, with_sdk=True), place)
        return bool(target)

    def _is_function(self, name: str, value: ast.expr | None, place: _Place) -> bool:
        """A lambda that is given a name is as good as a function."""
        head = self.syntax.lambda_head(value, "") if isinstance(value, ast.Lambda) else None
        if head is not None:
            self._bind(name, Binding(BindingKind.FUNCTION, head.qualname), place)
        return head is not None

    def _put(self, name: str, key: ast.expr, value: ast.expr, place: _Place) -> None:
        """``TABLE[key] = value`` on the level of the module."""
        known = self.facts.bindings.get(name, ())
        if place.owner or not known or known[-1].value is None:
            return
        given = known[-1].value
        if given.ref.kind is Kind.LITERAL and given.ref.name in ("dict", "list"):
            element = self.syntax.element(value, True)
            element = keyed(key, element) if given.ref.name == "dict" else element
            ref = replace(given.ref, others=(*given.ref.others, element))
            binding = replace(known[-1], value=replace(given, ref=ref, complete=False))
            self.facts.bindings[name] = (*known[:-1], binding)

    def _annotated(self, name: str, node: ast.AnnAssign, place: _Place) -> None:
        given = node.value
        if place.owner:
            self._classes[place.owner].declare(name, node.annotation, given)
            return
        if name == "__all__" and given is not None:
            self.exports = _strings(given)
        if self._is_given(name, given, place):
            return
        declared = instance(self.syntax.annotation(node.annotation))
        value = Value(ValueType.OTHER, ref=declared)
        if given is not None:
            value = self.syntax.shape(given)
            if value.ref == UNKNOWN or is_empty_set(value.ref):
                value = replace(value, ref=declared)
        self._bind(name, Binding(BindingKind.VALUE, value=value, declared=declared), place)


def _strings(node: ast.expr) -> tuple[str, ...] | None:
    if not isinstance(node, (ast.List, ast.Tuple)):
        return None
    return tuple(
        e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)
    )
