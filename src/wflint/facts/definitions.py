"""Builds definitions: parameters, decorators, classes. One meaning for two parsers.

The code of a module is read from ``ast``, that of functions from LibCST. The adapters
(:mod:`wflint.facts.ast_definitions`, :mod:`wflint.facts.cst_definitions`) translate what stands
there into the shapes of this module; what it means is decided here.
"""

from __future__ import annotations

import enum
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from msgspec.structs import replace

from wflint.facts.model import (
    NOTHING,
    UNKNOWN,
    BindingKind,
    ClassFacts,
    Decorator,
    FunctionHead,
    Kind,
    ModuleFacts,
    Param,
    ParamKind,
    Ref,
    Value,
)
from wflint.facts.types import instance, says_little, substituted

E = TypeVar("E")
"""An expression of one of the parsers."""


class Form(enum.Enum):
    """The form of an expression, as far as definitions ask."""

    NONE = enum.auto()
    NAME = enum.auto()  # or a dotted one
    LAMBDA = enum.auto()
    CALL = enum.auto()
    OTHER = enum.auto()


class Syntax(Protocol[E]):
    """Reads the expressions of one parser."""

    def form(self, node: E) -> Form:
        """Return what an expression looks like."""

    def ref(self, node: E) -> Ref:
        """Return what an expression refers to."""

    def annotation(self, node: E) -> Ref:
        """Return the class that an annotation names."""

    def value(self, node: E) -> Ref:
        """Return what a name holds that an expression is assigned to."""

    def shape(self, node: E) -> Value:
        """Return the shape of a value."""

    def option(self, node: E) -> Value | None:
        """Return the shape of a value that may be an option, or several."""

    def lambda_head(self, node: E, owner: str) -> FunctionHead | None:
        """Return the function that a lambda in the class ``owner`` is, if it can be read."""

    def static_function(self, node: E) -> E | None:
        """Return ``f`` of ``staticmethod(f)``."""

    def member(self, owner: str, path: tuple[str, ...]) -> Ref:
        """Return the ref of something in the class ``owner``."""


# Functions.


@dataclass(slots=True)
class WrittenParam(Generic[E]):
    """A parameter as it is written."""

    name: str
    kind: ParamKind
    annotation: E | None
    default: E | None


def read_params(written: Iterable[WrittenParam[E]], syntax: Syntax[E]) -> tuple[Param, ...]:
    """Return the parameters of a function in order."""
    found: list[Param] = []
    for param in written:
        annotation = UNKNOWN if param.annotation is None else syntax.annotation(param.annotation)
        has_default = param.default is not None
        default = UNKNOWN
        if param.default is not None:
            default = _default(param.default, syntax, is_typed=not says_little(annotation))
        found.append(Param(param.name, annotation, has_default, param.kind, default))
    return tuple(found)


def _default(node: E, syntax: Syntax[E], *, is_typed: bool) -> Ref:
    """Return what a default value refers to: a name, a lambda, an object, or nothing at all.

    What the annotation of a parameter says is better than what a call of some library is.
    """
    match syntax.form(node):
        case Form.NONE:
            return NOTHING
        case Form.NAME | Form.LAMBDA:
            return syntax.ref(node)
        case Form.CALL if not is_typed:
            made = syntax.ref(node)
            return made if made.kind is Kind.RESULT else UNKNOWN
    return UNKNOWN


def with_bounds(params: tuple[Param, ...], bounds: dict[str, Ref]) -> tuple[Param, ...]:
    """Return parameters with the bounds of ``def f[T: Base]`` put in."""
    if not bounds:
        return params
    return tuple(replace(p, annotation=substituted(p.annotation, bounds)) for p in params)


def with_receiver(head: FunctionHead, owner: str, decorators: Iterable[str]) -> FunctionHead:
    """Return a method with its receiver marked: ``self`` is an instance of ``owner``.

    ``decorators`` are the names of its plain decorators.
    """
    names = set(decorators)
    params = head.params
    if not params or "staticmethod" in names or params[0].kind is not ParamKind.POSITIONAL:
        return head
    is_class = "classmethod" in names or head.name in (
        "__new__",
        "__init_subclass__",
        "__class_getitem__",
    )
    kind, ref_kind = (ParamKind.CLS, Kind.CLS) if is_class else (ParamKind.SELF, Kind.SELF)
    first = Param(params[0].name, Ref(ref_kind, owner), params[0].has_default, kind)
    return replace(head, params=(first, *params[1:]))


@dataclass(slots=True)
class WrittenDecorator(Generic[E]):
    """A decorator as it is written, or what is called to get it.

    ``keywords`` are those of the call with what they are given, ``first`` is what it is given by
    position first. ``last`` is the last word of a dotted name.
    """

    target: E
    called: bool
    keywords: tuple[tuple[str, E], ...]
    last: str
    first: E | None = None


def read_decorators(
    written: Iterable[WrittenDecorator[E]], syntax: Syntax[E]
) -> tuple[Decorator, ...]:
    """Return the decorators of a definition in order."""
    return tuple(
        Decorator(
            syntax.ref(w.target),
            w.called,
            tuple(name for name, _ in w.keywords),
            w.last,
            tuple(syntax.shape(given) for _, given in w.keywords),
            syntax.shape(w.first) if w.first is not None else None,
        )
        for w in written
    )


ACCESSORS = frozenset({"deleter", "setter", "validator"})
"""Last words of decorators that give a second method to a name: ``@size.setter``."""


def method_name(name: str, decorators: Iterable[str], known: Container[str]) -> str:
    """Return the name of a method among the facts of its class, ``name@setter`` for a setter.

    ``decorators`` are the last words of its dotted decorators, ``known`` the methods before it.
    """
    kinds = ACCESSORS.intersection(decorators)
    return f"{name}@{min(kinds)}" if kinds and name in known else name


def applied_by_hand(ref: Ref) -> tuple[str, Decorator] | None:
    """Return, for ``decorate(f)``, the name ``f`` and the decorator that it is as good as."""
    if ref.kind is not Kind.RESULT or ref.of is None or len(ref.others) != 1 or ref.path:
        return None
    given = ref.others[0]
    if given.kind is not Kind.GLOBAL or given.path:
        return None
    target, called = ref.of, False
    if target.kind is Kind.RESULT and target.of is not None and not target.path:
        target, called = target.of, True
    return given.name, Decorator(target, called, (), (target.path or ("",))[-1])


def free_name(qualname: str, taken: Container[str]) -> str:
    """Return the qualname of a definition; one of the same name elsewhere makes it ``#2``, ..."""
    name, number = qualname, 1
    while name in taken:
        number += 1
        name = f"{qualname}#{number}"
    return name


# Classes.

_STATIC = Decorator(Ref(Kind.GLOBAL, "staticmethod"))


class ClassBuilder(Generic[E]):
    """Collects what the body of a class says, statement by statement."""

    def __init__(self, qualname: str, syntax: Syntax[E]) -> None:
        self.qualname = qualname
        self.syntax = syntax
        self.bases: tuple[Ref, ...] = ()
        self.decorators: tuple[Decorator, ...] = ()
        self.params: tuple[str, ...] = ()
        self.metaclass = UNKNOWN
        self.methods: dict[str, FunctionHead] = {}
        self.attributes: dict[str, Ref] = {}
        self.values: dict[str, Value] = {}
        self._fields: dict[str, None] = {}
        self._makes_defaults = False

    def facts(self) -> ClassFacts:
        """Return the finished facts."""
        return ClassFacts(
            self.qualname,
            self.bases,
            self.decorators,
            self.methods,
            self.attributes,
            tuple(self._fields),
            self.params,
            self.metaclass,
            self._makes_defaults,
            self.values,
        )

    def add_method(self, head: FunctionHead, *, alternative: bool) -> None:
        """Add a method; it replaces an earlier one unless it stands in another branch."""
        name = head.qualname.rpartition(".")[2] if alternative else head.name
        self.methods[name] = head

    def assign(self, name: str, value: E | None) -> None:
        """Read ``name = value``; without a value it is some part of one."""
        if value is None:
            self.attributes[name] = UNKNOWN
            return
        static = self.syntax.static_function(value)
        value = value if static is None else static
        form = self.syntax.form(value)
        if form is Form.CALL:  # `attr.ib(factory=...)`
            self._add_field(name, form)
        if not self._is_function(name, value, form, is_static=static is not None):
            self._keep(name, value, form)
            self.bind(name, UNKNOWN if form is Form.NONE else self.syntax.value(value))

    def declare(self, name: str, annotation: E, value: E | None) -> None:
        """Read ``name: annotation = value``."""
        form = Form.OTHER if value is None else self.syntax.form(value)
        if value is not None and self._is_function(name, value, form):
            return
        self._add_field(name, form)
        self._keep(name, value, form)
        self.bind(name, self._declared(annotation, value, form))

    def _keep(self, name: str, value: E | None, form: Form) -> None:
        """Keep what may be an option as it is written; not if a name has several values."""
        is_first = name not in self.attributes and value is not None
        is_read = is_first and form in (Form.CALL, Form.OTHER)
        found = self.syntax.option(value) if is_read and value is not None else None
        if found is not None:
            self.values[name] = found
        else:
            self.values.pop(name, None)

    def _declared(self, annotation: E, value: E | None, form: Form) -> Ref:
        """Return what a field holds: what it is declared to be, unless that says little."""
        of = self.syntax.annotation(annotation)
        declared = instance(of)
        if value is None or form is Form.NONE:
            return declared
        if not says_little(of):
            if form is Form.NAME:
                return Ref(Kind.OR, others=(declared, self.syntax.ref(value)))
            return declared
        ref = self.syntax.value(value)
        return declared if ref == UNKNOWN or is_empty_set(ref) else ref

    def bind(self, name: str, ref: Ref) -> None:
        """Note what a name of the class stands for."""
        by_hand = applied_by_hand(ref)
        if by_hand is not None and by_hand[0] == name and name in self.methods:
            head = self.methods[name]
            self.methods[name] = replace(head, decorators=(by_hand[1], *head.decorators))
        elif ref.kind is Kind.GLOBAL and not ref.path and ref.name in self.methods:
            self.methods[name] = self.methods[ref.name]
        elif ref.kind is Kind.PARTIAL and ref.of is not None and ref.of.name in self.methods:
            of = self.syntax.member(self.qualname, (ref.of.name, *ref.of.path))
            self.attributes[name] = replace(ref, of=of)
        elif ref.kind is Kind.GLOBAL and ref.name in self.attributes:
            known = self.attributes[ref.name]
            path = (*known.path, *ref.path) if known.kind is not Kind.UNKNOWN else ()
            self.attributes[name] = replace(known, path=path)
        else:
            self.attributes[name] = ref

    def _add_field(self, name: str, form: Form) -> None:
        self._fields[name] = None
        self._makes_defaults = self._makes_defaults or form is Form.CALL

    def _is_function(self, name: str, value: E, form: Form, *, is_static: bool = False) -> bool:
        """Add a lambda that is given a name, which is as good as a method."""
        if form is not Form.LAMBDA:
            return False
        head = self.syntax.lambda_head(value, self.qualname)
        if head is None:
            return False
        if is_static:
            head = replace(head, decorators=(_STATIC,))
        else:
            head = with_receiver(head, self.qualname, ())
        self.methods[name] = head
        return True


def is_empty_set(ref: Ref) -> bool:
    """Return True if a ref is a set without elements, of which an annotation says more."""
    return ref.kind is Kind.LITERAL and not ref.others and ref.name in ("frozenset", "set")


def parameters_of_bases(bases: tuple[Ref, ...], module: ModuleFacts) -> tuple[str, ...]:
    """Return the type parameters of a class in the older style: those of its bases in order."""
    with_parameters = [b for b in bases if b.kind is Kind.ITEM]
    of_generic = [b for b in with_parameters if _is_generic(b.of)]
    named: dict[str, None] = {}
    for base in of_generic or with_parameters:
        for other in base.others:
            if other.kind is Kind.GLOBAL and _is_type_variable(other.name, module):
                named[other.name] = None
    return tuple(named)


def _is_generic(of: Ref | None) -> bool:
    return of is not None and (of.path or (of.name,))[-1] in ("Generic", "Protocol")


def _is_type_variable(name: str, module: ModuleFacts) -> bool:
    found = module.bindings.get(name, ())
    values = [b.value for b in found if b.value is not None]
    if any(v.ref.kind is Kind.TYPEVAR for v in values):
        return True
    is_imported = any(b.what is BindingKind.IMPORT for b in found)
    return is_imported and len(name) <= 2  # `T` is a custom as old as generics
