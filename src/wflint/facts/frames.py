"""The surroundings of a node while a piece of code is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

import libcst as cst
from msgspec import Struct
from msgspec.structs import replace

from wflint.facts.model import (
    Call,
    ClassFacts,
    Condition,
    Finding,
    FunctionBody,
    FunctionHead,
    Kind,
    Mutation,
    Operation,
    Put,
    Raise,
    Ref,
    Term,
    Try,
    Use,
    Value,
    ValueType,
)
from wflint.facts.scopes import Block, Narrowed, Scope


@dataclass(slots=True)
class Frame:
    """One function of the piece while it is read, or the body of a class.

    ``members`` are, of a class in a function, the definitions and assignments in its body with
    their sites, ``block`` is where it stands. ``numbers`` are those of the conditions, by the ids
    of what they are written as. ``kept`` is what it puts into names that it declares global.
    """

    head: FunctionHead
    calls: list[Call] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    attributes: dict[str, Ref] = field(default_factory=dict)
    additions: dict[str, list[Ref]] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)
    reads: dict[tuple[Ref, int, int], Use] = field(default_factory=dict)
    returned: dict[Ref, None] = field(default_factory=dict)
    yielded: dict[Ref, None] = field(default_factory=dict)
    classes: list[ClassFacts] = field(default_factory=list)
    stores: list[Put] = field(default_factory=list)
    mutations: list[Mutation] = field(default_factory=list)
    tries: list[Try] = field(default_factory=list)
    conditions: dict[Condition, int] = field(default_factory=dict)
    defaults: dict[str, Term] = field(default_factory=dict)
    raises: list[Raise] = field(default_factory=list)
    results: list[Value] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)
    yields: bool = False
    members: list[tuple[int, Entry]] = field(default_factory=list)
    block: Block | None = None
    kept: dict[str, dict[Ref, None]] = field(default_factory=dict)
    put: dict[Ref, None] = field(default_factory=dict)

    def as_kept(self, ref: Ref) -> list[Ref]:
        """Return what a global name, or what calling it gives, is by what was put there."""
        called = ref.of if ref.kind is Kind.RESULT and ref.of is not None else ref
        if called.kind is not Kind.GLOBAL or called.path:
            return []
        values = self.kept.get(called.name, ())
        return [replace(ref, of=value) if called is not ref else value for value in values]

    def body(self) -> FunctionBody:
        """The finished facts."""
        return FunctionBody(
            replace(self.head, is_generator=True) if self.yields else self.head,
            tuple(self.calls),
            tuple(self.uses),
            tuple(self.findings),
            self.attributes,
            {name: tuple(dict.fromkeys(refs)) for name, refs in self.additions.items()},
            tuple(self.operations),
            tuple(self.reads.values()),
            tuple(self.returned),
            tuple(self.yielded),
            tuple(self.classes),
            tuple(self.stores),
            tuple(self.mutations),
            tuple(self.tries),
            tuple(self.conditions),
            self.defaults,
            tuple(self.raises),
            tuple(self.results) if any(v.type is not ValueType.OTHER for v in self.results) else (),
            tuple(self.put),
        )


class Under(Struct, frozen=True, eq=False):
    """A test that says if code runs, as it is written.

    ``holds`` tells if it must be true or false. ``patterns`` are those of a ``case``, of which one
    must fit the subject ``test``. With ``loads`` it is no test, but the import of that module.
    """

    test: cst.BaseExpression
    holds: bool
    scope: Scope | None
    parent: Under | None
    patterns: tuple[cst.MatchPattern, ...] = ()
    loads: str = ""


class State(Struct, frozen=True, eq=False):
    """The surroundings of a node. ``is_tried`` if a ``try`` of the function keeps all errors."""

    frame: Frame
    scope: Scope | None
    flags: int = 0
    fallback: str = ""
    block: Block | None = None
    narrowed: Narrowed | None = None
    under: Under | None = None
    is_tried: bool = False

    def where(self, test: cst.BaseExpression, holds: bool) -> State:
        """The same surroundings where a test is true, or is not."""
        return replace(self, under=Under(test, holds, self.scope, self.under))

    def behind_import(self, module: str) -> State:
        """The same surroundings where a module has been imported."""
        asked = Under(cst.Name("_"), True, self.scope, self.under, loads=module)
        return replace(self, under=asked)

    def having(self, flags: int) -> State:
        """The same surroundings with more flags."""
        return replace(self, flags=self.flags | flags)


class Entry(Struct, frozen=True, eq=False):
    """A node of the walk; ``parent`` leads to the root."""

    node: cst.CSTNode
    parent: Entry | None
    state: State

    def around(self) -> Iterator[cst.CSTNode]:
        """The nodes around this one, the nearest first."""
        entry = self.parent
        while entry is not None:
            yield entry.node
            entry = entry.parent

    def in_statement(self) -> Iterator[cst.CSTNode]:
        """The nodes around this one, the nearest first, up to the statement that it is in."""
        for node in self.around():
            yield node
            if isinstance(node, (cst.BaseStatement, cst.BaseSmallStatement)):
                return

    def above(self, depth: int) -> cst.CSTNode | None:
        """The node ``depth`` levels above this one, which is the level 0 itself."""
        return next(islice(chain((self.node,), self.around()), depth, None), None)
