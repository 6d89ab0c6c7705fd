"""Sets that become lists: where they are written out, and where they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.dataflow.def_use import tree_of
from wflint.facts.scopes import How
from wflint.facts.types import instance
from wflint.fix.propose.order.growing import check_is_new, elements, loops_around, made_beside
from wflint.rule.fix import TextEdit, Withheld
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wflint.facts.scopes import Bound
    from wflint.rule.fix_view import FixView
    from wflint.rule.views import TypeView

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
_SAME_METHODS = frozenset({"clear", "copy", "pop", "remove"})
_COMPARING = frozenset({"isdisjoint", "issubset", "issuperset"})
_ALGEBRA = frozenset({"difference", "intersection", "symmetric_difference", "union"})
_OPERATORS = ("BitAnd", "BitOr", "BitXor", "Subtract")
_COUNTING = frozenset(
    f"builtins.{name}" for name in ("all", "any", "bool", "frozenset", "len", "set")
)


class Listed:
    """Local names that hold sets, and would hold lists.

    ``is_same`` is set as long as lists do for them what sets do; ``edits`` are those that it takes.
    """

    def __init__(self, at: FixView) -> None:
        self.at = at
        self.tree = tree_of(at.context, at.node)
        self.is_same = True
        self.edits: list[TextEdit] = []
        self.lists: set[str] = set()

    def unsafe(self, *edits: TextEdit) -> None:
        """Note what it takes, if anything, and that lists do not do the same."""
        self.is_same = False
        self.edits += edits

    def is_local(self, name: str) -> bool:
        """True if a name is one of the function, or of one around it."""
        return self.at.bindings(name) is not None

    def take(self, names: set[str], results: set[str]) -> None:
        """Take in names: what they hold must become a list, and their uses those of lists.

        ``results`` are those that hold the two results of one call.
        """
        others = {name: self._others(name) for name in sorted(names)}
        made = {name: [self._made_list(b) for b in bound] for name, bound in others.items()}
        changes = {name for name, all_made in made.items() if any(all_made)}
        self.lists = results | changes
        for name, all_made in made.items():
            edits = [edit for each in all_made if each is not None for edit in each]
            if edits or None in all_made:
                self.unsafe(*edits)
            if name in results and any(map(self._stays_set, others[name], all_made)):
                raise Withheld(f"`{name}` would be a set at first, and a list later")
            if name in self.lists:
                self._look_at_uses(name, results, is_mixed=None in all_made)

    def _others(self, name: str) -> list[Bound]:
        """All bindings of a local name but for those to results, which are lists in the end."""
        return [
            bound
            for bound in self.at.bindings(name) or ()
            if not (bound.parts and isinstance(bound.node, cst.Await) and self._waits(bound.node))
        ]

    def _waits(self, node: cst.Await) -> bool:
        call = node.expression
        return isinstance(call, cst.Call) and self.at.dotted_name(call.func) in _WAITS

    def _stays_set(self, bound: Bound, made: list[TextEdit] | None) -> bool:
        """True if a name is bound to a set that is made elsewhere."""
        if made is not None or bound.parts:
            return False
        if bound.how is How.PARAM and bound.param is not None:
            return _are_sets(self.at.types_of(instance(bound.param.annotation)))
        value = bound.value if bound.how is How.ANNOTATION else bound.node
        is_value = bound.how in (How.ANNOTATION, How.VALUE) and isinstance(
            value, cst.BaseExpression
        )
        return is_value and value is not None and _are_sets(self.at.types(value))

    def _made_list(self, bound: Bound) -> list[TextEdit] | None:
        """Return edits that make a list of what a name is bound to, if that is in sight."""
        if bound.how is How.PARAM and bound.param is not None:
            return [] if is_list(cst.Name(bound.param.name), self.at) else None
        value = bound.value if bound.how is How.ANNOTATION else bound.node
        if value is None or bound.parts or bound.how not in (How.ANNOTATION, How.VALUE):
            return None
        if is_list(value, self.at):
            return []
        edits = as_list(value, self.at)
        if edits is None or bound.how is How.VALUE:
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
        """True if a use is the same for lists: a loop, a count, a test."""
        if self._is_counted(use):
            return True
        outer = self.tree.up(use)
        match outer:
            case cst.For(asynchronous=None) | cst.CompFor(asynchronous=None):
                return outer.iter is use
            case cst.StarredElement() | cst.Arg(star="*") | cst.Del():
                return True
        return self._is_argument_of(use, _GOING_THROUGH)

    def _is_counted(self, use: cst.CSTNode) -> bool:
        """True if a use has nothing to do with any order: a count, a test."""
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
            case cst.ComparisonTarget(operator=cst.In() | cst.NotIn()):
                return True
        return self._is_argument_of(use, _COUNTING)

    def _is_argument_of(self, use: cst.CSTNode, functions: frozenset[str]) -> bool:
        arg = self.tree.up(use)
        call = self.tree.up(arg) if isinstance(arg, cst.Arg) else None
        match arg, call:
            case cst.Arg(star="", keyword=None), cst.Call(func=func):
                return self.at.dotted_name(func) in functions
        return False

    def _with_list(self, use: cst.Name, results: set[str]) -> list[TextEdit]:
        """Return edits after which a use of a set works with a list."""
        outer = self.tree.up(use)
        match outer:
            case cst.Attribute() if isinstance(call := self.tree.up(outer), cst.Call):
                return self._called(use, outer, call)
            case cst.AugAssign(operator=cst.BitOrAssign(), target=target) if target is use:
                edits = self._grown(use, outer.value)
                return [self._operator(target, outer.value, "|=", "+="), *edits]
            case cst.AugAssign(target=target) if target is not use:
                is_list = isinstance(target, cst.Name) and target.value in self.lists
                return [] if is_list else [self._as_set(use)]  # a list is looked at by itself
            case cst.BinaryOperation() if type(outer.operator).__name__ in _OPERATORS:
                return self._combined(use, outer, results)
            case cst.Comparison() | cst.ComparisonTarget():
                return [self._as_set(use)]
            case cst.Attribute() | cst.AugAssign():
                raise _withheld(use.value)
        return []

    def _called(self, use: cst.Name, method: cst.Attribute, call: cst.Call) -> list[TextEdit]:
        """A method of a set."""
        name = method.attr.value
        match name, call.args:
            case "add", [cst.Arg(value=value)]:
                check_is_new(value, use, self.at, self.tree)
                return [self.at.replace(method.attr, "append")]
            case "update", [cst.Arg(keyword=None, star="", value=value)]:
                return [self.at.replace(method.attr, "extend"), *self._grown(use, value)]
        if name in _SAME_METHODS:
            return []
        if name in _COMPARING or (name in _ALGEBRA and self._is_counted(call)):
            return [self._as_set(use)]
        raise _withheld(use.value)

    def _grown(self, use: cst.Name, value: cst.BaseExpression) -> list[TextEdit]:
        """Return edits after which a list gets what was added to a set."""
        if is_list(value, self.at):
            check_is_new(value, use, self.at, self.tree)
            return []
        made: cst.BaseExpression | None = value
        if isinstance(value, cst.Name):
            if value.value in self.lists:
                # Each time that it is waited for, the results have no task in common.
                waits = loops_around(self.at.node, self.tree)
                if all(loop in waits for loop in loops_around(use, self.tree)):
                    return []
                raise _withheld(use.value)
            is_used_once = len(self.tree.reads(self.tree.nodes[0], value.value)) == 1
            made = made_beside(value.value, use, self.tree) if is_used_once else None
        added = elements(made) if made is not None else []
        if made is None or not added:
            raise _withheld(use.value)
        for element in added:
            check_is_new(element, use, self.at, self.tree)
        return as_list(made, self.at) or []

    def _combined(
        self, use: cst.Name, whole: cst.BinaryOperation, results: set[str]
    ) -> list[TextEdit]:
        """`done | pending`, `rest - done`: a list, unless there is no matter of order."""
        match whole:
            case cst.BinaryOperation(
                left=cst.Name(value=left), operator=operator, right=cst.Name(value=right)
            ):
                if isinstance(operator, cst.BitOr) and left != right and {left, right} <= results:
                    return [self._operator(whole.left, whole.right, "|", "+")]
                chooses = isinstance(operator, (cst.BitAnd, cst.Subtract)) and left in self.lists
                if chooses and not self._is_counted(whole) and self.is_gone_through(whole):
                    test = "in" if isinstance(operator, cst.BitAnd) else "not in"
                    one = next(n for n in ("t", "task", "one") if n not in (left, right))
                    text = f"[{one} for {one} in {left} if {one} {test} {right}]"
                    return [self.at.replace(whole, text)]
        if self._is_counted(whole):
            return [self._as_set(use)]
        raise _withheld(use.value)

    def _as_set(self, use: cst.Name) -> TextEdit:
        return self.at.replace(use, f"{self.at.builtin('set')}({use.value})")

    def _operator(self, left: cst.CSTNode, right: cst.CSTNode, old: str, new: str) -> TextEdit:
        """An operator between two operands, of which neither is in parentheses."""
        begin, end = self.at.span(left)[1], self.at.span(right)[0]
        place = self.at.source.text.index(old, begin, end)
        return TextEdit(place, place + len(old), new)


def _withheld(name: str) -> Withheld:
    return Withheld(f"`{name}` is used as a set elsewhere, and would be a list")


def is_list(expr: cst.BaseExpression, at: FixView) -> bool:
    """True if an expression is surely a list or a tuple."""
    types = at.types(expr)
    return bool(types) and all(t.name in _LISTS for t in types)


def _are_sets(types: Iterable[TypeView]) -> bool:
    """True if something of these types has no order itself, as far as is known."""
    return any((t.loops_like or t.name).endswith("set") for t in types)


def as_list(expr: cst.BaseExpression, at: FixView) -> list[TextEdit] | None:
    """Return edits that make a written set a list; ``None`` if it is made in another way."""
    start, end = at.span(expr)
    match expr:
        case cst.Set() | cst.SetComp():
            return [TextEdit(start, start + 1, "["), TextEdit(end - 1, end, "]")]
        case cst.Call(args=[]) if at.dotted_name(expr.func) in _MAKERS:
            return [TextEdit(start, end, "[]")]
        case cst.Call(args=[cst.Arg(keyword=None, star="", value=given)]):
            if at.dotted_name(expr.func) in _MAKERS and not _are_sets(at.types(given)):
                return [at.replace(expr.func, at.builtin("list"))]
    return None
