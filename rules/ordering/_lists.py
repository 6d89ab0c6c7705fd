"""Sets that become lists: where they are written out, and where they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.repair.model import TextEdit, Withheld

from ._tree import tree_of

if TYPE_CHECKING:
    import libcst as cst

    from wflint.facts.scopes import Bound
    from wflint.repair.view import RepairView

_MAKERS = frozenset({"builtins.frozenset", "builtins.set"})
_LISTS = frozenset({"builtins.list", "builtins.tuple"})
_WAITS = frozenset(
    f"{module}.{name}"
    for module in ("asyncio", "asyncio.tasks", "temporalio.workflow")
    for name in ("as_completed", "wait")
)
_GOING_THROUGH = _WAITS | frozenset(
    f"builtins.{name}"
    for name in (
        "all",
        "any",
        "bool",
        "enumerate",
        "filter",
        "frozenset",
        "iter",
        "len",
        "list",
        "map",
        "max",
        "min",
        "set",
        "sorted",
        "sum",
        "tuple",
        "zip",
    )
)
_RENAMED = {"add": "append", "update": "extend"}
_SAME_METHODS = frozenset({"clear", "copy", "pop", "remove"})
_ALGEBRA = frozenset(
    {
        "difference",
        "intersection",
        "isdisjoint",
        "issubset",
        "issuperset",
        "symmetric_difference",
        "union",
    }
)
_OPERATORS = ("BitAnd", "BitOr", "BitXor", "Subtract")


class Listed:
    """Local names that hold sets, and would hold lists.

    ``is_same`` is set as long as lists do for them what sets do; ``edits`` are those that it takes.
    """

    def __init__(self, at: RepairView) -> None:
        self.at = at
        self.tree = tree_of(at.context, at.node)
        self.is_same = True
        self.edits: list[TextEdit] = []

    def unsafe(self, *edits: TextEdit) -> None:
        """Note what it takes, if anything, and that lists do not do the same."""
        self.is_same = False
        self.edits += edits

    def is_local(self, name: str) -> bool:
        """Whether a name is one of the function, or of one around it."""
        scope = self.at.entry.state.scope
        return scope is not None and scope.find(name) is not None

    def look_at(self, name: str, results: set[str]) -> None:
        """What else a name holds must become a list as well, and its uses those of lists."""
        made = [self._made_list(bound) for bound in self._others(name)]
        edits = [edit for each in made if each is not None for edit in each]
        if edits or None in made:
            self.unsafe(*edits)
        if name in results or edits:
            self._look_at_uses(name, results, is_mixed=None in made)

    def _others(self, name: str) -> list[Bound]:
        """All bindings of a local name but for those to results, which are lists in the end."""
        import libcst as cst

        scope = self.at.entry.state.scope
        found = scope.find(name) if scope is not None else None
        return [
            bound
            for bound in (found[1] if found is not None else ())
            if not (bound.parts and isinstance(bound.node, cst.Await) and self._waits(bound.node))
        ]

    def _waits(self, node: cst.Await) -> bool:
        import libcst as cst

        call = node.expression
        return isinstance(call, cst.Call) and self.at.dotted_name(call.func) in _WAITS

    def _made_list(self, bound: Bound) -> list[TextEdit] | None:
        """What makes a list of what a name is bound to; ``None`` if that is not in sight."""
        import libcst as cst

        if bound.how == "param" and bound.param is not None:
            return [] if is_list(cst.Name(bound.param.name), self.at) else None
        value = bound.value if bound.how == "annotation" else bound.node
        if value is None or bound.parts or bound.how not in ("annotation", "value"):
            return None
        if is_list(value, self.at):
            return []
        edits = as_list(value, self.at)
        if edits is None or bound.how == "value":
            return edits
        match bound.node:
            case cst.Subscript(value=cst.Name(value="set") as declared):
                return [*edits, self.at.replace(declared, self.at.builtin("list"))]
        return None

    # Uses of a name.

    def _look_at_uses(self, name: str, results: set[str], *, is_mixed: bool) -> None:
        for use in self.tree.reads(self.tree.nodes[0], name):
            if not self.is_gone_through(use):
                edits = self._with_list(use, results)
                if is_mixed and edits:
                    raise _withheld(name)
                self.unsafe(*edits)

    def is_gone_through(self, use: cst.CSTNode) -> bool:
        """Whether a use is the same for lists: a loop, a count, a test."""
        import libcst as cst

        inner, outer = use, self.tree.up(use)
        while isinstance(outer, cst.BooleanOperation) or (
            isinstance(outer, cst.UnaryOperation) and isinstance(outer.operator, cst.Not)
        ):
            inner, outer = outer, self.tree.up(outer)
        match outer:
            case cst.If() | cst.While() | cst.IfExp() | cst.Assert() if outer.test is inner:
                return True
            case _ if inner is not use:
                return isinstance(inner, cst.UnaryOperation)
            case cst.For(asynchronous=None) | cst.CompFor(asynchronous=None):
                return outer.iter is use
            case cst.ComparisonTarget(operator=cst.In() | cst.NotIn()):
                return True
            case cst.StarredElement() | cst.Arg(star="*") | cst.Del():
                return True
            case cst.Arg(star="", keyword=None):
                call = self.tree.up(outer)
                return isinstance(call, cst.Call) and (
                    self.at.dotted_name(call.func) in _GOING_THROUGH
                )
        return False

    def _with_list(self, use: cst.Name, results: set[str]) -> list[TextEdit]:
        """What a use of a set must become to work with a list."""
        import libcst as cst

        outer = self.tree.up(use)
        match outer:
            case cst.Attribute(attr=cst.Name(value=method)) if isinstance(
                self.tree.up(outer), cst.Call
            ):
                if method in _RENAMED:
                    return [self.at.replace(outer.attr, _RENAMED[method])]
                if method in _SAME_METHODS:
                    return []
                if method in _ALGEBRA:
                    return [self._as_set(use)]
            case cst.AugAssign(operator=cst.BitOrAssign(), target=target) if target is use:
                return [self._operator(target, outer.value, "|=", "+=")]
            case cst.AugAssign(operator=operator, target=target) if target is not use:
                grows = isinstance(operator, cst.BitOrAssign)
                both = isinstance(target, cst.Name) and target.value in results
                return [] if grows and both else [self._as_set(use)]
            case cst.BinaryOperation() if type(outer.operator).__name__ in _OPERATORS:
                sides = (outer.left, outer.right)
                names = {side.value for side in sides if isinstance(side, cst.Name)}
                if isinstance(outer.operator, cst.BitOr) and len(names) == 2 and names <= results:
                    return [self._operator(outer.left, outer.right, "|", "+")]
                return [self._as_set(use)]
            case cst.Comparison() | cst.ComparisonTarget():
                return [self._as_set(use)]
            case cst.Attribute() | cst.AugAssign():
                pass
            case _:
                return []
        raise _withheld(use.value)

    def _as_set(self, use: cst.Name) -> TextEdit:
        return self.at.replace(use, f"{self.at.builtin('set')}({use.value})")

    def _operator(self, left: cst.CSTNode, right: cst.CSTNode, old: str, new: str) -> TextEdit:
        """An operator between two operands, of which neither is in parentheses."""
        begin, end = self.at.span(left)[1], self.at.span(right)[0]
        place = self.at.piece.source.text.index(old, begin, end)
        return TextEdit(place, place + len(old), new)


def _withheld(name: str) -> Withheld:
    return Withheld(f"`{name}` is used as a set elsewhere, and would be a list")


def is_list(expr: cst.BaseExpression, at: RepairView) -> bool:
    """Whether an expression is surely a list or a tuple."""
    types = at.types(expr)
    return bool(types) and all(t.name in _LISTS for t in types)


def as_list(expr: cst.BaseExpression, at: RepairView) -> list[TextEdit] | None:
    """What makes a list of a set that is written out; ``None`` if it is made in another way."""
    import libcst as cst

    start, end = at.span(expr)
    match expr:
        case cst.Set() | cst.SetComp():
            return [TextEdit(start, start + 1, "["), TextEdit(end - 1, end, "]")]
        case cst.Call(args=[]) if at.dotted_name(expr.func) in _MAKERS:
            return [TextEdit(start, end, "[]")]
        case cst.Call(args=[cst.Arg(keyword=None, star="")]):
            if at.dotted_name(expr.func) in _MAKERS:
                return [at.replace(expr.func, at.builtin("list"))]
    return None
