"""Refs of the names that are bound inside of functions."""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING, NamedTuple

import libcst as cst
from msgspec.structs import replace

from wflint import limits
from wflint.facts.model import UNKNOWN, Flag, Kind, Param, ParamKind, Ref
from wflint.facts.scopes import Bindings, Block, Bound, How, Narrowed, Scope, inside
from wflint.facts.types import (
    declared_as,
    either,
    filled_as,
    instance,
    is_open_container,
    says_little,
)

if TYPE_CHECKING:
    from wflint.facts.refs import Refs

_BOOLS = Ref(Kind.GLOBAL, "True"), Ref(Kind.GLOBAL, "False")
_NONE = Ref(Kind.GLOBAL, "None")


class Place(NamedTuple):
    """The place of a name: its number in the walk, its block, and what tests have shown there."""

    order: int = -1
    block: Block | None = None
    narrowed: Narrowed | None = None


NOWHERE = Place()


class NameTables:
    """All that has been found out about the names of one piece of code."""

    def __init__(self) -> None:
        self.known: dict[tuple[int | str, ...], Ref] = {}
        self.depth = 0  # how many names are being looked at, one for the other
        self._sizes: dict[Ref, int] = {}
        self._bindings: dict[tuple[int, str], Bindings] = {}  # of each name of a scope
        self._reached: dict[tuple[int, str, int, bool], list[Bound]] = {}
        self._annotated: dict[tuple[int, str], Bound | None] = {}
        self._spare = limits.SPARE_BINDINGS

    def annotated(self, name: str, scope: Scope) -> Bound | None:
        """The annotation of a name of a scope."""
        key = (id(scope), name)
        if key not in self._annotated:
            bindings = scope.names.get(name, [])
            self._annotated[key] = next((b for b in bindings if b.how is How.ANNOTATION), None)
        return self._annotated[key]

    def reaching(
        self, name: str, bindings: list[Bound], where: Scope, place: Place, everywhere: bool
    ) -> list[Bound]:
        """The bindings that may hold at a place; none when they are too many to tell."""
        asked = (id(where), name, place.order, everywhere)
        found = self._reached.get(asked)
        if found is None:
            key = (id(where), name)
            if key not in self._bindings:
                self._bindings[key] = Bindings(bindings)
            most = limits.MOST_BINDINGS if self._spare > 0 else limits.FEW_BINDINGS
            found = self._bindings[key].reaching(
                place.order, place.block, most + 1, everywhere=everywhere
            )
            if len(found) > limits.FEW_BINDINGS:
                self._spare -= len(found)
            found = self._reached[asked] = found if len(found) <= most else []
        return found

    def bounded(self, ref: Ref) -> Ref:
        """A ref, unless it is made of too many: it is written out wherever its name stands."""
        return ref if self.size(ref) <= limits.REF_SIZE * (1 + len(ref.others)) else UNKNOWN

    def size(self, ref: Ref) -> int:
        """Return the number of refs that a ref is made of."""
        if ref.of is None and not ref.others:
            return 1
        known = self._sizes.get(ref)
        if known is None:
            of = self.size(ref.of) if ref.of is not None else 0
            known = self._sizes[ref] = 1 + of + sum(map(self.size, ref.others))
        return known


def named(refs: Refs, node: cst.Name, scope: Scope | None, steps: int) -> Ref:
    """Return what a name stands for where it is read; see :meth:`wflint.facts.refs.Refs.ref`."""
    name = node.value
    found = scope.find(name) if scope is not None else None
    if found is None:
        ref = Ref(Kind.GLOBAL, intern(name))
        return Ref(Kind.LITERAL, "bool") if ref in _BOOLS else ref
    where, bindings = found
    if not refs.complete:
        return _early(refs, name, bindings, where, steps)
    tables, place = refs.tables, refs.place_of(node)
    shown = _narrowed(refs, name, bindings, place, scope)
    if shown is not None:
        return shown
    everywhere = scope is None or scope.of_function is not where.of_function
    if len(bindings) > 1:
        bindings = tables.reaching(name, bindings, where, place, everywhere)
        if not bindings:
            return UNKNOWN
    key = (id(where), *(id(b) for b in bindings))
    known = tables.known.get(key)
    if known is None:
        tables.known[key] = UNKNOWN  # what a name that is defined by itself stands for
        tables.depth += 1
        if tables.depth < limits.NAMES_BEHIND_NAMES:
            known = _merged(refs, name, bindings, where, limits.EXPRESSION_STEPS)
            known = declared_as(_declared(refs, name, bindings, where), known)
        tables.depth -= 1
        known = tables.known[key] = tables.bounded(known or UNKNOWN)
    return known


def _declared(refs: Refs, name: str, reaching: list[Bound], scope: Scope) -> Ref:
    """Return the annotation of a variable that is assigned to elsewhere."""
    noted = refs.tables.annotated(name, scope)
    if noted is None or noted in reaching:
        return UNKNOWN
    return instance(refs.annotation(noted.node, scope))


def _narrowed(
    refs: Refs, name: str, bindings: list[Bound], place: Place, scope: Scope | None
) -> Ref | None:
    """Return the type of a name by an ``isinstance`` around the place, unless it is bound again."""
    narrowed = place.narrowed
    while narrowed is not None and narrowed.name != name:
        narrowed = narrowed.parent
    if narrowed is None or any(narrowed.order < b.order < place.order for b in bindings):
        return None
    types = narrowed.types
    if isinstance(types, cst.Tuple):
        return instance(either(refs.annotation(e.value, scope) for e in types.elements))
    return instance(refs.annotation(types, scope))


def _early(refs: Refs, name: str, bindings: list[Bound], where: Scope, steps: int) -> Ref:
    """Return what a name stands for as far as that is known before all is; each state once."""
    tables, key = refs.tables, (id(where), name, len(bindings))
    known = tables.known.get(key)
    if known is None:
        tables.known[key] = UNKNOWN
        known = tables.known[key] = tables.bounded(_agreed(refs, name, bindings, where, steps))
    return known


def _agreed(refs: Refs, name: str, bindings: list[Bound], where: Scope, steps: int) -> Ref:
    """Return what all bindings of a name agree on, while not all are known."""
    if len(bindings) > limits.EARLY_BINDINGS:
        return UNKNOWN
    bindings = inside(bindings)
    bound = [(b.how, _bound(refs, name, b, where, steps)) for b in bindings]
    if len(bound) > 1:
        bound = [(how, ref) for how, ref in bound if ref != _NONE] or bound
    found = tuple(dict.fromkeys(ref for _, ref in bound))
    if len(found) == 1:
        return found[0]
    if all(how in (How.IMPORT, How.FUNCTION) for how, _ in bound):
        return Ref(Kind.EITHER, others=found)
    return UNKNOWN


def _merged(refs: Refs, name: str, bindings: list[Bound], where: Scope, steps: int) -> Ref:
    """Return what a name may stand for where ``bindings`` reach; a mere default comes last."""
    plain: dict[tuple[Ref, Ref | None], None] = {}
    fallbacks: dict[tuple[Ref, Ref | None], None] = {}
    for bound in bindings:
        is_default = bound.flags & Flag.OPTIONAL and bound.fallback == name
        found = _as_written(refs, name, bound, where, steps)
        (fallbacks if is_default else plain)[found] = None
    added = _Additions(refs, name, where, steps)
    ref = one_of([added.filled(*found) for found in plain])
    if fallbacks:
        ref = Ref(Kind.OR, others=(ref, one_of([added.filled(*found) for found in fallbacks])))
    return ref


def _as_written(
    refs: Refs, name: str, bound: Bound, where: Scope, steps: int
) -> tuple[Ref, Ref | None]:
    """Return what one binding gives, and what stands behind ``jobs: list[Any] =``."""
    ref = _bound(refs, name, bound, where, steps)
    is_annotated = bound.how is How.ANNOTATION and bound.value is not None
    if not is_annotated or ref.of is None or not is_open_container(ref.of):
        return ref, None
    return ref, refs.ref(bound.value, where, steps - 1)


class _Additions:
    """The elements added later to a container under one of its names, for all its bindings."""

    def __init__(self, refs: Refs, name: str, where: Scope, steps: int) -> None:
        self._refs, self._where, self._steps = refs, where, steps
        self._nodes = where.added.get(name, [])[: limits.ADDED_ELEMENTS]
        self._of_sets: dict[bool, list[Ref]] = {}

    def filled(self, ref: Ref, given: Ref | None) -> Ref:
        """Return a container with them; ``given`` is what one that is only declared begins as."""
        return self._with(ref) if given is None else filled_as(ref, self._with(given))

    def _with(self, ref: Ref) -> Ref:
        if not self._nodes or ref.kind is not Kind.LITERAL:
            return ref
        is_set = ref.name == "set"
        if is_set not in self._of_sets:
            of = self._refs.put_into_set if is_set else self._refs.ref
            self._of_sets[is_set] = [of(n, self._where, self._steps - 4) for n in self._nodes]
        return replace(ref, others=tuple(dict.fromkeys((*ref.others, *self._of_sets[is_set]))))


def _bound(refs: Refs, name: str, bound: Bound, scope: Scope, steps: int) -> Ref:
    match bound.how:
        case How.VALUE | How.ELEMENT | How.ENTERED | How.REST | How.LATER:
            return _bound_value(refs, bound, scope, steps)
        case How.PATTERN:
            of = refs.annotation(bound.node, scope)
            made = instance(of)
            if of.kind is Kind.UNKNOWN or not bound.text:
                return made
            if bound.text.isdigit():
                return Ref(Kind.PART, bound.text, of=made)
            return replace(made, path=(bound.text,))
        case How.ANNOTATION:
            of = refs.annotation(bound.node, scope)
            if bound.value is not None and says_little(of):
                return refs.ref(bound.value, scope, steps - 1)
            return instance(of)
        case How.IMPORT:
            return Ref(Kind.IMPORT, bound.text)
        case How.FUNCTION:
            return Ref(Kind.LOCAL, bound.text)
        case How.PARAM if bound.param is not None:
            return _param(name, bound.param, scope)
    return UNKNOWN


def _bound_value(refs: Refs, bound: Bound, scope: Scope, steps: int) -> Ref:
    ref = refs.ref(bound.node, scope, steps - 1)
    if ref.kind is Kind.UNKNOWN:
        return ref
    if bound.how is How.ELEMENT:
        ref = Ref(Kind.ELEMENT, of=ref)
    elif bound.how is How.ENTERED:
        ref = Ref(Kind.ENTERED, of=ref)
    for part in bound.parts:
        ref = Ref(Kind.PART, str(part), of=ref)
    if bound.how in (How.REST, How.LATER):
        ref = Ref(Kind.ELEMENT, of=ref)
    return Ref(Kind.LITERAL, "list", others=(ref,)) if bound.how is How.REST else ref


def _param(name: str, param: Param, scope: Scope) -> Ref:
    if param.kind in (ParamKind.SELF, ParamKind.CLS):
        return param.annotation
    if param.kind in (ParamKind.VAR_POSITIONAL, ParamKind.VAR_KEYWORD):
        each = () if says_little(param.annotation) else (instance(param.annotation),)
        kind = "tuple" if param.kind is ParamKind.VAR_POSITIONAL else "dict"
        every = Ref(Kind.LITERAL, kind, others=each)
        return Ref(Kind.PARAM, name, of=every, owner=scope.qualname)
    of = None if says_little(param.annotation) else instance(param.annotation)
    return Ref(Kind.PARAM, name, of=of, owner=scope.qualname)


def one_of(refs: list[Ref]) -> Ref:
    """Return what several bindings or branches may give; that one is ``None`` says little."""
    return either([ref for ref in refs if ref != _NONE] or refs[:1]) if refs else UNKNOWN
