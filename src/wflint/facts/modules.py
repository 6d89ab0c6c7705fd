"""Reads a module without the bodies of its functions: imports, definitions, constants.

The statements are walked in Python's own ``ast``, which the guard has made anyway; the few
expressions that matter (decorators, bases, annotations, values) are read by LibCST one by one, so
that they are understood by the same code as those in function bodies.
"""

from __future__ import annotations

import ast
from collections.abc import Container
from typing import NamedTuple

import libcst as cst
from msgspec.structs import replace

from wflint.facts.heads import receiver_kind
from wflint.facts.imports import is_main_block, read_imports, typed_branch
from wflint.facts.model import (
    NOTHING,
    UNKNOWN,
    Binding,
    ClassFacts,
    Decorator,
    FunctionHead,
    Kind,
    ModuleFacts,
    Param,
    Ref,
    Value,
)
from wflint.facts.refs import Refs
from wflint.facts.relative import absolute_base
from wflint.facts.types import either, instance, says_little, substituted
from wflint.facts.values import value as read_value
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
from wflint.syntax.pieces import read_expression
from wflint.syntax.type_parameters import type_parameters

_MAX_VALUE = 4_000
"""Characters up to which a value is read; longer ones are data."""

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
_MAX_ELEMENTS = 4_000
_MAX_READ = 64
_MOST_BITS = 2_000
"""How many elements of a list or dictionary may be more than names to be understood."""

_TYPE_ALIAS: type[ast.stmt] = getattr(ast, "TypeAlias", ast.Pass)  # since Python 3.12


class _Place(NamedTuple):
    """Where a statement stands.

    ``owner`` is the class; ``alternative`` is set in a branch, ``typed`` in one for type checkers.
    """

    owner: str = ""
    alternative: bool = False
    typed: bool = False


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
        self._called: set[str] = set()
        self._owners: dict[ast.ClassDef, str] = {}
        self._spans = iter(spans) if spans is not None else None

    def read(self, tree: ast.Module, text: Source) -> ModuleFacts:
        """The facts of the module; ``text`` is what ``tree`` was parsed from."""
        self._text = text
        pending: list[tuple[ast.stmt, _Place]] = [(n, _Place()) for n in reversed(tree.body)]
        while pending:
            node, place = pending.pop()
            self._statement(node, place)
            if is_main_block(node):
                self._pass_over(node)
            elif isinstance(node, BLOCKS):
                inside = self._inside(node, place)
                typed = typed_branch(node)
                for inner in reversed(inner_statements(node)):
                    is_typed = inside.typed or inner in typed
                    pending.append((inner, inside._replace(typed=is_typed)))
        lines = self.source.line_starts if self._spans is None else []
        return replace(
            self.facts,
            stars=tuple(self.stars),
            exports=self.exports,
            called=tuple(sorted(self._called_words())),
            imports=read_imports(tree, self.facts, lines),
        )

    def _pass_over(self, node: ast.stmt) -> None:
        """Leave out the offsets of the functions in a statement that is not entered."""
        for inner in import_time_statements(ast.Module([node], [])):
            if self._spans is not None and isinstance(inner, Function):
                next(self._spans)

    def _inside(self, node: ast.stmt, place: _Place) -> _Place:
        if isinstance(node, ast.ClassDef):
            return _Place(self._owners[node], typed=place.typed)
        one_of_several = not isinstance(node, (ast.With, ast.For, ast.While))
        return place._replace(alternative=True) if one_of_several else place

    def _called_words(self) -> set[str]:
        """The words of called names, with those of the imports that they come from."""
        words = set(self._called)
        for name in self._called:
            for binding in self.facts.bindings.get(name, ()):
                if binding.what == "import":
                    words.update(binding.target.split("."))
        return words

    def _note_calls(self, node: ast.AST) -> None:
        """Note what an expression or simple statement calls."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.Call):
                callee = inner.func
                while isinstance(callee, ast.Attribute):
                    self._called.add(callee.attr)
                    callee = callee.value
                if isinstance(callee, ast.Name):
                    self._called.add(callee.id)

    def _note_header(self, node: Function | ast.ClassDef) -> None:
        """Decorators are called, and default values and the like are evaluated."""
        evaluated: list[ast.expr | None] = [*node.decorator_list]
        if isinstance(node, ast.ClassDef):
            evaluated += [keyword.value for keyword in node.keywords]
        else:
            evaluated += [*node.args.defaults, *node.args.kw_defaults]
        for part in evaluated:
            if isinstance(part, ast.AST):
                self._note_calls(part)
        self._called.update(n.id for n in node.decorator_list if isinstance(n, ast.Name))

    def _statement(self, node: ast.stmt, place: _Place) -> None:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr)):
            if not isinstance(node.value, ast.Constant):
                self._note_calls(node)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._note_header(node)
        elif isinstance(node, (ast.With, ast.For, ast.While, ast.If)):
            for part in (getattr(node, "test", None), getattr(node, "iter", None)):
                if part is not None:
                    self._note_calls(part)
            for item in getattr(node, "items", ()):
                self._note_calls(item)
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, place)
            case ast.ClassDef():
                self._class(node, place)
            case ast.Import():
                self._import(node, place)
            case ast.ImportFrom():
                self._import_from(node, place)
            case ast.Assign():
                for target in node.targets:
                    self._assign(target, node.value, place)
            case ast.AnnAssign(target=ast.Name()):
                self._annotated(node, place)
            case ast.For(target=ast.Name(id=name)):
                element = Ref(Kind.ELEMENT, of=self._value(node.iter).ref)
                self._bind(name, Binding("value", value=Value("other", ref=element)), place)
            case _ if isinstance(node, _TYPE_ALIAS):
                self._alias(node, place)
            case ast.AugAssign(target=ast.Name(id="__all__")):
                self.exports = (*(self.exports or ()), *(_strings(node.value) or ()))

    def _bind(self, name: str, binding: Binding, place: _Place) -> None:
        """Later bindings replace earlier ones unless both are alternatives."""
        if self._decorated_by_hand(name, binding, place):
            return
        if place.owner:
            if binding.what != "function":
                self._attribute(place.owner, name, binding)
            return
        earlier = self.facts.bindings.get(name, ()) if place.alternative else ()
        binding = replace(binding, alternative=place.alternative, typed=place.typed)
        self.facts.bindings[name] = (*earlier, binding)

    def _decorated_by_hand(self, name: str, binding: Binding, place: _Place) -> bool:
        """``f = decorate(f)`` and ``F = workflow.defn(F)`` are as good as the decorator."""
        ref = binding.value.ref if binding.value is not None else UNKNOWN
        if ref.kind is not Kind.RESULT or ref.of is None or len(ref.others) != 1 or ref.path:
            return False
        given = ref.others[0]
        if given.kind is not Kind.GLOBAL or given.path:
            return False
        called = ref.of.kind is Kind.RESULT and ref.of.of is not None and not ref.of.path
        target = ref.of.of if called and ref.of.of is not None else ref.of
        decorator = Decorator(target, called, (), (target.path or ("",))[-1])
        if place.owner:
            return given.name == name and self._add_to_method(place.owner, name, decorator)
        if given.name != name and (target.path or (target.name,))[-1] != "defn":
            return False
        known = self.facts.bindings.get(given.name, ())
        return bool(known) and self._add_to_definition(known[-1], decorator) and given.name == name

    def _add_to_method(self, owner: str, name: str, decorator: Decorator) -> bool:
        methods = self.facts.classes[owner].methods
        if name not in methods:
            return False
        head = replace(methods[name], decorators=(decorator, *methods[name].decorators))
        methods[name] = self.facts.functions[head.qualname] = head
        return True

    def _add_to_definition(self, known: Binding, decorator: Decorator) -> bool:
        if known.what == "function" and known.target in self.facts.functions:
            head = self.facts.functions[known.target]
            head = replace(head, decorators=(decorator, *head.decorators))
            self.facts.functions[known.target] = head
            return True
        if known.what == "class" and known.target in self.facts.classes:
            cls = self.facts.classes[known.target]
            cls = replace(cls, decorators=(decorator, *cls.decorators))
            self.facts.classes[known.target] = cls
            return True
        return False

    def _attribute(self, owner: str, name: str, binding: Binding) -> None:
        ref = binding.value.ref if binding.value is not None else UNKNOWN
        cls = self.facts.classes[owner]
        if ref.kind is Kind.GLOBAL and not ref.path and ref.name in cls.methods:
            cls.methods[name] = cls.methods[ref.name]
        elif ref.kind is Kind.PARTIAL and ref.of is not None and ref.of.name in cls.methods:
            top, *inner = owner.split(".")
            of = Ref(Kind.GLOBAL, top, (*inner, ref.of.name, *ref.of.path))
            cls.attributes[name] = replace(ref, of=of)
        else:
            cls.attributes[name] = ref

    # Imports.

    def _import(self, node: ast.Import, place: _Place) -> None:
        for alias in node.names:
            top = alias.name.partition(".")[0]
            target = alias.name if alias.asname else top
            self._bind(alias.asname or top, Binding("import", target), place)

    def _import_from(self, node: ast.ImportFrom, place: _Place) -> None:
        base = absolute_base(node.module or "", node.level, self.facts)
        if base is None:
            return
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(base)
                continue
            target = f"{base}.{alias.name}" if base else alias.name
            self._bind(alias.asname or alias.name, Binding("import", target), place)

    # Expressions.

    def _read(self, node: ast.expr | None) -> cst.BaseExpression | None:
        """An expression of the module as LibCST has it."""
        if node is None:
            return None
        start, end = span(self._text, node)
        if end - start > _MAX_VALUE:
            return None
        return read_expression(self._text.text[start:end])

    def _ref(self, node: ast.expr | None) -> Ref:
        """What an expression refers to; plain dotted names do not need LibCST."""
        return _dotted(node) or self.refs.ref(self._read(node), None)

    def _annotation(self, node: ast.expr | None) -> Ref:
        if node is None:
            return UNKNOWN
        return _dotted(node) or self.refs.annotation(self._read(node), None)

    def _value(self, node: ast.expr) -> Value:
        if isinstance(node, ast.Constant):
            return _constant(node.value)
        dotted = _dotted(node)
        if dotted is not None:
            return Value("name", ref=dotted)
        variable = self._type_variable(node)
        if variable is not None:
            return Value("other", ref=variable)
        if isinstance(node, _READ):
            read = self._read(node)
            if isinstance(node, ast.Subscript) or (
                isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr)
            ):
                named = self.refs.annotation(read, None)
                if named.kind is not Kind.UNKNOWN:
                    return Value("other", ref=named)
            if read is not None:
                shape = read_value(self.refs, read, None)
                is_dict = isinstance(node, ast.Dict)
                return replace(shape, ref=self._display("dict", node)) if is_dict else shape
        kind = _LITERALS.get(type(node))
        return Value(kind, ref=self._display(kind, node)) if kind else Value("other")

    def _display(self, kind: str, node: ast.expr) -> Ref:
        """A container with its elements; those of a dictionary are its values."""
        inner = node.values if isinstance(node, ast.Dict) else list(getattr(node, "elts", ()))
        read = len(inner) <= _MAX_READ
        refs = [self._element(e, read) for e in inner[:_MAX_ELEMENTS]]
        if isinstance(node, ast.Dict):
            refs = [_keyed(k, r) for k, r in zip(node.keys, refs, strict=False)]
        return Ref(Kind.LITERAL, kind, others=tuple(refs))

    def _element(self, node: ast.expr, read: bool) -> Ref:
        """What an element refers to; in long tables only names are looked at."""
        if isinstance(node, ast.Constant):
            return Ref(Kind.LITERAL, type(node.value).__name__)
        if isinstance(node, ast.Lambda) and read:
            return self._lambda_value(node)
        if isinstance(node, ast.Starred):
            return Ref(Kind.ELEMENT, of=self._element(node.value, read))
        dotted = _dotted(node)
        if dotted is not None or not read:
            return dotted or UNKNOWN
        return self.refs.ref(self._read(node), None)

    def _type_variable(self, node: ast.expr) -> Ref | None:
        """``TypeVar("T", bound=Base)``."""
        if not isinstance(node, ast.Call) or not node.args:
            return None
        called = node.func.attr if isinstance(node.func, ast.Attribute) else None
        called = node.func.id if isinstance(node.func, ast.Name) else called
        if called == "NewType" and len(node.args) == 2:
            return self._annotation(node.args[1])
        if called != "TypeVar" or not isinstance(node.args[0], ast.Constant):
            return None
        bound = next((k.value for k in node.keywords if k.arg == "bound"), None)
        some = [bound] if bound is not None else node.args[1:]
        of = either(self._annotation(s) for s in some) if some else None
        return Ref(Kind.TYPEVAR, str(node.args[0].value), of=of)

    # Definitions.

    def _function(self, node: Function, place: _Place) -> None:
        start, end = next(self._spans) if self._spans is not None else span(self.source, node)
        qualname = _below(place.owner, node.name)
        if place.alternative:
            qualname = _free(qualname, self.facts.functions)
        head = FunctionHead(
            qualname,
            place.owner,
            isinstance(node, ast.AsyncFunctionDef),
            False,
            self._decorators(node.decorator_list),
            *self._typed(node),
            start,
            end,
            end - start > MAX_DEPTH and is_too_deep(node),
        )
        if not place.owner:
            self.facts.functions[qualname] = head
            self._bind(node.name, Binding("function", qualname), place)
            return
        head = replace(head, params=receiver_kind(head, place.owner))
        key = qualname.rpartition(".")[2] if place.alternative else node.name
        self._add_method(place.owner, key, head)

    def _typed(self, node: Function) -> tuple[tuple[Param, ...], Ref]:
        """The parameters and the result, with the bounds of ``def f[T: Base]`` put in."""
        params, returns = self._params(node.args), self._annotation(node.returns)
        at = self._text.offset(node.lineno, node.col_offset)
        bounds = {n: self._bound(text) for n, text in type_parameters(self._text.text, at)}
        if not bounds:
            return params, returns
        given = (replace(p, annotation=substituted(p.annotation, bounds)) for p in params)
        return tuple(given), substituted(returns, bounds)

    def _bound(self, text: str) -> Ref:
        return self.refs.annotation(read_expression(text), None) if text else UNKNOWN

    def _lambda(self, name: str, node: ast.Lambda, place: _Place) -> bool:
        """A lambda that is given a name is as good as a function."""
        start, end = span(self.source, node)
        if self._spans is not None or end - start > MAX_DEPTH:
            return False
        qualname = _free(_below(place.owner, "<lambda>"), self.facts.functions)
        params = self._params(node.args)
        head = FunctionHead(qualname, place.owner, params=params, start=start, end=end)
        self.facts.functions[qualname] = head
        if place.owner:
            head = replace(head, params=receiver_kind(head, place.owner))
            self._add_method(place.owner, name, head)
        else:
            self._bind(name, Binding("function", qualname), place)
        return True

    def _lambda_value(self, node: ast.Lambda) -> Ref:
        """A lambda in a list or dictionary."""
        start, end = span(self.source, node)
        if self._spans is not None or end - start > MAX_DEPTH:
            return UNKNOWN
        qualname = _free("<lambda>", self.facts.functions)
        head = FunctionHead(qualname, params=self._params(node.args), start=start, end=end)
        self.facts.functions[qualname] = head
        return Ref(Kind.LOCAL, qualname)

    def _add_method(self, owner: str, name: str, head: FunctionHead) -> None:
        methods = self.facts.classes[owner].methods
        kinds = {d.written for d in head.decorators} & {"deleter", "setter", "validator"}
        if name in methods and kinds:
            name = f"{name}@{min(kinds)}"
            head = replace(head, qualname=f"{owner}.{name}")
        methods[name] = head
        self.facts.functions[head.qualname] = head

    def _decorators(self, nodes: list[ast.expr]) -> tuple[Decorator, ...]:
        found: list[Decorator] = []
        for node in nodes:
            called = isinstance(node, ast.Call)
            keywords: tuple[str, ...] = ()
            if isinstance(node, ast.Call):
                keywords = tuple(k.arg for k in node.keywords if k.arg is not None)
                node = node.func
            written = node.attr if isinstance(node, ast.Attribute) else ""
            ref = self._ref(node)
            found.append(Decorator(ref, called, keywords, written))
        return tuple(found)

    def _params(self, args: ast.arguments) -> tuple[Param, ...]:
        plain = [*args.posonlyargs, *args.args]
        defaults = [None] * (len(plain) - len(args.defaults)) + list(args.defaults)
        found = [self._param(a, "positional", d) for a, d in zip(plain, defaults, strict=True)]
        if args.vararg is not None:
            found.append(self._param(args.vararg, "*", None))
        for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
            found.append(self._param(arg, "keyword", default))
        if args.kwarg is not None:
            found.append(self._param(args.kwarg, "**", None))
        return tuple(found)

    def _param(self, arg: ast.arg, kind: str, default: ast.expr | None) -> Param:
        of = UNKNOWN
        if isinstance(default, (ast.Name, ast.Attribute)):
            of = self._ref(default)
        elif isinstance(default, ast.Lambda):
            of = self._lambda_value(default)
        elif isinstance(default, ast.Constant) and default.value is None:
            of = NOTHING
        return Param(arg.arg, self._annotation(arg.annotation), default is not None, kind, of)

    def _class(self, node: ast.ClassDef, place: _Place) -> None:
        qualname = _below(place.owner, node.name)
        if place.alternative:
            qualname = _free(qualname, self.facts.classes)
        self._owners[node] = qualname
        bases = tuple(self._annotation(b) for b in node.bases if not isinstance(b, ast.Starred))
        decorators = self._decorators(node.decorator_list)
        metaclass = next((k.value for k in node.keywords if k.arg == "metaclass"), None)
        self.facts.classes[qualname] = ClassFacts(
            qualname,
            bases,
            decorators,
            {},
            {},
            params=self._class_params(node, bases),
            metaclass=self._ref(metaclass) if metaclass is not None else UNKNOWN,
        )
        self._bind(node.name, Binding("class", qualname), place)

    def _class_params(self, node: ast.ClassDef, bases: tuple[Ref, ...]) -> tuple[str, ...]:
        """The type parameters: ``class C[T]`` or those of the bases in order."""
        start = self._text.offset(node.lineno, node.col_offset)
        new = type_parameters(self._text.text, start)
        if new:
            return tuple(name for name, _ in new)
        of_generic = [b for b in bases if b.kind is Kind.ITEM and _is_generic(b.of)]
        named: dict[str, None] = {}
        for base in of_generic or [b for b in bases if b.kind is Kind.ITEM]:
            for other in base.others:
                if other.kind is Kind.GLOBAL and self._is_type_variable(other.name):
                    named[other.name] = None
        return tuple(named)

    def _is_type_variable(self, name: str) -> bool:
        found = self.facts.bindings.get(name, ())
        values = [b.value for b in found if b.value is not None]
        imported = any(b.what == "import" for b in found)  # `T` is a custom as old as generics
        return any(v.ref.kind is Kind.TYPEVAR for v in values) or (imported and len(name) <= 2)

    def _field(self, owner: str, name: str, given: ast.expr | None) -> None:
        cls = self.facts.classes[owner]
        fields = cls.fields if name in cls.fields else (*cls.fields, name)
        makes = cls.makes_defaults or isinstance(given, ast.Call)
        self.facts.classes[owner] = replace(cls, fields=fields, makes_defaults=makes)

    # Values.

    def _alias(self, node: ast.stmt, place: _Place) -> None:
        """``type Name = ...``."""
        name, given = getattr(node, "name", None), getattr(node, "value", None)
        if isinstance(name, ast.Name) and isinstance(given, ast.expr):
            self._bind(name.id, Binding("value", value=self._value(given)), place)

    def _assign(self, target: ast.expr, value: ast.expr, place: _Place) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            for element in target.elts:
                if isinstance(element, ast.Name):
                    self._bind(element.id, Binding("value"), place)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            self._put(target.value.id, target.slice, value, place)
        elif isinstance(target, ast.Name):
            if target.id == "__all__" and not place.owner:
                self.exports = _strings(value)
            if place.owner:
                value = _without_staticmethod(value)
                if isinstance(value, ast.Call):  # `attr.ib(factory=...)`
                    self._field(place.owner, target.id, value)
            if isinstance(value, ast.Lambda) and self._lambda(target.id, value, place):
                return
            self._bind(target.id, Binding("value", value=self._value(value)), place)

    def _put(self, name: str, key: ast.expr, value: ast.expr, place: _Place) -> None:
        """``TABLE[key] = value`` on the level of the module."""
        known = self.facts.bindings.get(name, ())
        if place.owner or not known or known[-1].value is None:
            return
        given = known[-1].value
        if given.ref.kind is Kind.LITERAL and given.ref.name in ("dict", "list"):
            element = self._element(value, True)
            element = _keyed(key, element) if given.ref.name == "dict" else element
            ref = replace(given.ref, others=(*given.ref.others, element))
            binding = replace(known[-1], value=replace(given, ref=ref, complete=False))
            self.facts.bindings[name] = (*known[:-1], binding)

    def _annotated(self, node: ast.AnnAssign, place: _Place) -> None:
        assert isinstance(node.target, ast.Name)
        if node.target.id == "__all__" and node.value is not None and not place.owner:
            self.exports = _strings(node.value)
        name, given = node.target.id, node.value
        if isinstance(given, ast.Lambda) and self._lambda(name, given, place):
            return
        of = self._annotation(node.annotation)
        declared = instance(of)
        value = Value("other", ref=declared)
        if place.owner:
            self._field(place.owner, name, given)
            if isinstance(given, (ast.Name, ast.Attribute)) and not says_little(of):
                default = Ref(Kind.OR, others=(declared, self._ref(given)))
                value, given = replace(value, ref=default), None
            given = given if says_little(of) else None
        if given is not None:
            value = self._value(given)
            if value.ref == UNKNOWN or self.refs.is_empty(value.ref):
                value = replace(value, ref=declared)
        self._bind(name, Binding("value", value=value, declared=declared), place)


def _without_staticmethod(node: ast.expr) -> ast.expr:
    match node:
        case ast.Call(func=ast.Name(id="staticmethod"), args=[inner]):
            return inner
    return node


def _is_generic(of: Ref | None) -> bool:
    return of is not None and (of.path or (of.name,))[-1] in ("Generic", "Protocol")


def _keyed(key: ast.expr | None, ref: Ref) -> Ref:
    """A value of a dictionary with its key, where that is a string."""
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return Ref(Kind.KEYWORD, key.value, of=ref)
    return Ref(Kind.ITEM, of=ref) if key is None else ref


def _below(owner: str, name: str) -> str:
    return f"{owner}.{name}" if owner else name


def _free(qualname: str, taken: Container[str]) -> str:
    """A definition of the same name in another branch gets ``#2``, ... for its facts."""
    name, number = qualname, 1
    while name in taken:
        number += 1
        name = f"{qualname}#{number}"
    return name


def _dotted(node: ast.expr | None) -> Ref | None:
    """The reference of a name or of attributes of one."""
    path: list[str] = []
    while isinstance(node, ast.Attribute):
        path.append(node.attr)
        node = node.value
    return Ref(Kind.GLOBAL, node.id, tuple(reversed(path))) if isinstance(node, ast.Name) else None


def _strings(node: ast.expr) -> tuple[str, ...] | None:
    if not isinstance(node, (ast.List, ast.Tuple)):
        return None
    return tuple(
        e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)
    )


def _constant(value: object) -> Value:
    if value is None:
        return Value("none")
    kind = type(value).__name__
    return Value(kind, _shown(value), Ref(Kind.LITERAL, kind))


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value[:200]
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return hex(value)[:200]  # Python does not write so many digits
    return str(value)[:200] if isinstance(value, (bool, int, float)) else ""
