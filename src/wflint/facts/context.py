"""What a rule's visitor may ask about the place it looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.facts.model import Finding, Flag, FunctionHead, Kind, Ref

if TYPE_CHECKING:
    import libcst as cst

    from wflint.diagnostics import Severity
    from wflint.facts.bodies import BodyReader
    from wflint.facts.frames import Entry
    from wflint.rule import Rule


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
    def in_async(self) -> bool:
        """Whether that function is ``async def``."""
        return self.function.is_async

    @property
    def in_loop(self) -> bool:
        """Whether the node is in the body of a loop or comprehension of the same function."""
        return bool(self.entry.state.flags & Flag.IN_LOOP)

    @property
    def ancestors(self) -> list[cst.CSTNode]:
        """The nodes around the visited one, outermost first, inside the piece that is read."""
        found: list[cst.CSTNode] = []
        entry = self.entry.parent
        while entry is not None:
            found.append(entry.node)
            entry = entry.parent
        found.reverse()
        return found

    def parent(self, depth: int = 1) -> cst.CSTNode | None:
        """The node ``depth`` levels above the visited one."""
        entry: Entry | None = self.entry
        for _ in range(depth):
            entry = entry.parent if entry is not None else None
        return entry.node if entry is not None else None

    def ref(self, expr: cst.CSTNode) -> Ref:
        """What an expression refers to."""
        return self._reader.refs.ref(expr, self.entry.state.scope)

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

    def type_of(self, expr: cst.CSTNode) -> str | None:
        """The qualified name of the class that an expression is an instance of, if known."""
        ref = self.ref(expr)
        if ref.kind is Kind.LITERAL:
            return f"builtins.{ref.name}"
        made = ref.kind in (Kind.RESULT, Kind.INSTANCE)
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

    def code(self, node: cst.CSTNode) -> str:
        """The source text of a node."""
        return _module().code_for_node(node)

    def report(
        self,
        rule: Rule,
        node: cst.CSTNode,
        message: str,
        severity: Severity | None = None,
        subject: cst.CSTNode | None = None,
        asked: cst.CSTNode | None = None,
        detail: str = "",
    ) -> None:
        """Note that ``rule`` is broken at ``node``.

        ``subject`` is the expression whose qualified name that rests on: if it turns out to be the
        user's own code, the finding is dropped. ``asked`` is an expression whose type the rule must
        know to decide: ``rule.confirm`` is told it, and ``detail``, when all modules are known.
        """
        state = self.entry.state
        site = self._reader.walker.order.get(id(node), self.site)
        state.frame.findings.append(
            Finding(
                rule.code,
                site,
                message,
                severity.value if severity is not None else "",
                self.ref(subject) if subject is not None else None,
                state.flags,
                self.ref(asked) if asked is not None else None,
                detail,
            )
        )


def _module() -> cst.Module:
    import libcst as cst

    return cst.Module([])
