"""The context of a node: what a rule's visitor may ask about the place it looks at."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from msgspec import msgpack

from wflint import limits
from wflint.facts.model import (
    BindingKind,
    Decorator,
    Finding,
    Flag,
    FunctionHead,
    ImportFact,
    Kind,
    Ref,
    Site,
)
from wflint.facts.scopes import is_global
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.diagnostics import Severity
    from wflint.facts.bodies import BodyReader
    from wflint.facts.frames import Entry


_NEVER_OWN = frozenset({"asyncio", "builtins", "temporalio"})
_MAKERS = frozenset({"__init__", "__new__", "__post_init__", "__setstate__"})
"""Methods that run on an object which nobody else has yet."""


class Reporter(Protocol):
    """The owner of a finding: a rule, of which facts know only the code."""

    @property
    def code(self) -> str:
        """The code that the finding is printed with."""
        ...


class Context:
    """The surroundings of the visited node. One object serves a whole piece of code."""

    site: int
    entry: Entry

    def __init__(self, reader: BodyReader) -> None:
        self._reader = reader
        self._names: dict[int, str | None] = {}
        self._asked: list[cst.CSTNode] = []  # keeps the nodes alive, and so their ids unique
        self.settings = reader.settings

    @property
    def function(self) -> FunctionHead:
        """The function that contains the node."""
        return self.entry.state.frame.head

    @property
    def is_module_level(self) -> bool:
        """True if the node is outside of all functions: it is evaluated by an import."""
        return self.entry.state.scope is None

    @property
    def in_async(self) -> bool:
        """True if that function is ``async def``."""
        return self.function.is_async

    @property
    def in_loop(self) -> bool:
        """True if the node is in the body of a loop or comprehension of the same function."""
        return bool(self.entry.state.flags & Flag.IN_LOOP)

    @property
    def ancestors(self) -> list[cst.CSTNode]:
        """The nodes around the visited one, outermost first, inside the piece that is read."""
        return list(self.entry.around())[::-1]

    @property
    def in_statement(self) -> list[cst.CSTNode]:
        """The nodes around the visited one, the nearest first, up to its statement."""
        return list(self.entry.in_statement())

    def parent(self, depth: int = 1) -> cst.CSTNode | None:
        """The node ``depth`` levels above the visited one."""
        return self.entry.above(depth)

    def ref(self, expr: cst.CSTNode) -> Ref:
        """Return what an expression refers to, seen from where it stands."""
        site = self._reader.walker.order.get(id(expr))
        entry = self.entry if site is None else self._reader.walker.entries[site]
        return self._reader.refs.ref(expr, entry.state.scope)

    def dotted_name(self, expr: cst.CSTNode) -> str | None:
        """The qualified name that an expression has through imports and builtins.

        ``None`` when it is a local, shadowed or unknown name, or more than a name.
        """
        key = id(expr)
        if key not in self._names:  # several rules ask for the name of the same call
            ref = self.ref(expr)
            known = ref.kind in (Kind.GLOBAL, Kind.IMPORT)
            self._names[key] = (self._reader.refs.external(ref) or None) if known else None
            self._asked.append(expr)
        return self._names[key]

    def marks(self, decorator: Decorator, name: str) -> bool:
        """True if a decorator is one of a qualified name, or has its last word, as a wrapper of it.

        The word counts where a decorator is an attribute: `@handlers.query`.
        """
        found = self._reader.refs.external(decorator.target)
        return found == name or decorator.written == name.rpartition(".")[2]

    def may_be_own(self, expr: cst.CSTNode) -> bool:
        """True if a name may stand for something of the project, of any module."""
        name = self.dotted_name(expr)
        return name is None or name.partition(".")[0] not in _NEVER_OWN

    def classes_of(self, cls: cst.CSTNode) -> list[str]:
        """The names of the class that an expression names, and of what that derives from.

        A class of this module has its own name there, one that is imported its qualified name.
        """
        module = self._reader.module
        found: list[str] = []
        pending = [self.ref(cls)]
        for _ in range(limits.EXPRESSION_STEPS):
            if not pending:
                break
            ref = pending.pop()
            own = ".".join((ref.name, *ref.path)) if ref.kind is Kind.GLOBAL else ""
            if own in module.classes:
                found.append(own)
                pending += reversed(module.classes[own].bases)
                continue
            bindings = module.bindings.get(own, ())
            if [b.what for b in bindings] == [BindingKind.VALUE] and bindings[0].value is not None:
                pending.append(bindings[0].value.ref)  # `Refused = ApplicationError`
                continue
            name = self._reader.refs.external(ref)
            found += [name] if name else []
        return found

    def type_of(self, expr: cst.CSTNode) -> str | None:
        """The qualified name of the class that an expression is an instance of, if known."""
        ref = self.ref(expr)
        if ref.kind is Kind.LITERAL:
            return f"builtins.{ref.name}"
        if ref.kind is Kind.PARAM and ref.of is not None and ref.of.kind is Kind.LITERAL:
            return f"builtins.{ref.of.name}" if not ref.path else None
        made = ref.kind in (Kind.RESULT, Kind.INSTANCE, Kind.DECLARED)
        if (made or (ref.kind is Kind.PARAM and ref.of is not None)) and not ref.path:
            return self._reader.refs.external(ref) or None
        return None

    def assigned(self, name: cst.CSTNode) -> cst.BaseExpression | None:
        """The expression that a local name was assigned, when it was assigned exactly once."""
        text = getattr(name, "value", None)
        if not isinstance(text, str):
            return None
        return self._reader.refs.assigned(text, self.entry.state.scope)

    def definition(self, expr: cst.CSTNode) -> cst.FunctionDef | cst.Lambda | None:
        """The lambda that an expression is, or the function of this module that it names."""
        ref = self.ref(expr)
        if ref.kind is Kind.LOCAL and not ref.path:
            return self._reader.walker.definitions.get(ref.name)
        if ref.kind is Kind.GLOBAL and not ref.path:
            return self._reader.find(ref.name)
        if ref.kind is Kind.SELF and len(ref.path) == 1:
            return self._reader.find(f"{ref.name}.{ref.path[0]}")
        return None

    def is_global(self, name: cst.CSTNode) -> bool:
        """True if a name that is assigned to is declared ``global``."""
        return is_global(name, self.entry.state.scope)

    def may_outlive(self, expr: cst.CSTNode) -> bool:
        """True if an expression may refer to something that is not made by the function."""
        ref = self.ref(expr)
        if ref.kind is Kind.SELF:
            # It may be an attribute of the class, or of an object that a module holds.
            return len(ref.path) <= 1 and self.function.name not in _MAKERS
        if ref.kind is Kind.RESULT:
            return ref.of is not None and not ref.path
        return ref.kind in (Kind.GLOBAL, Kind.IMPORT, Kind.CLS)

    def returned(self) -> frozenset[str]:
        """The source of all that the function returns."""
        frame = self.entry.state.frame
        return frozenset(self.code(value) for value in self._returned.get(id(frame), ()))

    @cached_property
    def _returned(self) -> dict[int, list[cst.BaseExpression]]:
        """The expressions that each function of the piece returns, by the id of its frame."""
        found: dict[int, list[cst.BaseExpression]] = {}
        for entry in self._reader.walker.entries:
            node = entry.node
            if type(node) is cst.Return and node.value is not None:
                found.setdefault(id(entry.state.frame), []).append(node.value)
        return found

    def imported(self, node: cst.Import | cst.ImportFrom) -> list[ImportFact]:
        """The modules that an import statement imports."""
        from wflint.facts.cst_definitions import imported_modules

        return imported_modules(node, self._reader.module)

    def site_of(self, node: cst.CSTNode) -> Site:
        """The number by which facts and views know a node of this piece of code."""
        return self._reader.walker.order.get(id(node), self.site)

    def code(self, node: cst.CSTNode) -> str:
        """The source text of a node."""
        piece = self._reader.piece
        assert piece is not None  # rules only look at what was read
        return piece.code(node)

    def report(
        self,
        rule: Reporter,
        node: cst.CSTNode,
        message: str,
        severity: Severity | None = None,
        subject: cst.CSTNode | None = None,
        asked: cst.CSTNode | None = None,
        detail: object = None,
        awaited: Sequence[cst.CSTNode] = (),
    ) -> None:
        """Note that ``rule`` is broken at ``node``.

        ``subject`` is the expression whose qualified name that rests on: if it turns out to be the
        user's own code, the finding is dropped. ``asked`` is an expression whose type the rule must
        know to decide: ``rule.confirm`` is told it, and ``detail``, when all modules are known.
        That is plain data or a struct of msgspec, which is kept with the facts of the module.
        ``awaited`` are functions for whose results ``node`` waits.
        """
        state = self.entry.state
        site = self.site_of(node)
        state.frame.findings.append(
            Finding(
                rule.code,
                site,
                message,
                severity.value if severity is not None else "",
                self.ref(subject) if subject is not None else None,
                state.flags,
                self.ref(asked) if asked is not None else None,
                msgpack.encode(detail) if detail is not None else b"",
                tuple(self.ref(function) for function in awaited),
                self._reader.under(state),
            )
        )
