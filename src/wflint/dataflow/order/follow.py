"""Follows something that comes in an order which a replay does not repeat.

The value is followed inside its function: up through the expressions that it is part of, along
local names, and into the loops that run over it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from wflint import limits
from wflint.dataflow.order import known
from wflint.dataflow.order.commands import Calls
from wflint.dataflow.order.comprehensions import comprehended, filtered
from wflint.dataflow.order.groups import step_of_groups
from wflint.dataflow.order.mappings import compares_mappings, is_view, taint_of_view
from wflint.dataflow.order.steps import (
    COMMAND,
    NOTHING,
    SHOWN,
    OrderTaint,
    Sink,
    Step,
    onward,
    together,
)
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.dataflow.def_use import Tree, Uses
    from wflint.facts.context import Context


class OrderFlow:
    """Follows values in one function. ``cancels``: whether cancelling an element counts.

    ``left`` are the ways by which a collection gets out of the function, each once: ``""`` if it is
    returned, or the name of the attribute of ``self`` that it is put into, and whether it is a
    mapping. Who gets it may sort it. Without ``leaves`` it is taken for shown.
    """

    def __init__(
        self, ctx: Context, tree: Tree, *, cancels: bool = False, leaves: cst.CSTNode | None = None
    ) -> None:
        self.ctx = ctx
        self.tree = tree
        self.cancels = cancels
        self.calls = Calls(ctx)
        self.left: dict[tuple[str, bool], None] = {}
        self._home = tree.function(leaves) if leaves is not None else None

    def sink(self, node: cst.CSTNode, taint: OrderTaint = OrderTaint.ELEMENTS) -> Sink:
        """The worst that becomes of ``node``, which has ``taint`` of the order."""
        return self.finish(onward(node, taint))

    def finish(self, step: Step) -> Sink:
        """The worst that comes of all places that a step leads to."""
        worst = step.sink
        waits = worst is Sink.TASKS
        pending = list(step.places)
        seen: set[tuple[int, OrderTaint]] = set()
        while pending and worst < Sink.COMMAND:
            place = pending.pop()
            if (id(place[0]), place[1]) in seen:
                continue
            seen.add((id(place[0]), place[1]))
            if len(seen) > limits.ORDER_USES:
                self.left.clear()
                return Sink.NOTHING
            if self.is_only_told(place[0]):
                continue
            step = self._step(*place)
            waits = waits or step.sink is Sink.TASKS
            worst = max(worst, step.sink)
            pending.extend(reversed(step.places))
        return Sink.RESULTS if waits and worst in (Sink.INPUT, Sink.SHOWN) else worst

    def is_only_told(self, node: cst.CSTNode) -> bool:
        """True if a value goes into a log, or into the text of an error, and nowhere else."""
        told = self.tree.told.get(id(node))
        if told is None:
            told = self.tree.told[id(node)] = self._is_only_told(node)
        return told

    def _is_only_told(self, node: cst.CSTNode) -> bool:
        for inner, outer in self.tree.around(node):
            match outer:
                case cst.Raise():
                    return True
                case cst.Assert():
                    return outer.msg is inner
                case cst.Call() if isinstance(inner, cst.Arg) and self.tells(outer):
                    return True
                case cst.BaseSmallStatement() | cst.BaseCompoundStatement() | cst.Lambda():
                    return False
        return False

    def tells(self, call: cst.Call) -> bool:
        """True if a call only writes to a log."""
        method, receiver = "", ""
        if isinstance(call.func, cst.Attribute):
            method, receiver = call.func.attr.value, self.ctx.code(call.func.value)
        return known.only_tells(self.ctx.dotted_name(call.func), method, receiver)

    def _step(self, node: cst.CSTNode, taint: OrderTaint) -> Step:
        parent = self.tree.up(node)
        if parent is not None and taint in (OrderTaint.GROUPS, OrderTaint.GROUP_ITEMS):
            of_groups = step_of_groups(self, node, parent, taint)
            if of_groups is not None:
                return of_groups
            taint = OrderTaint.VALUE
        step = _STEPS.get(type(parent).__name__)
        if parent is None or step is None:
            return SHOWN
        return step(self, node, parent, taint)

    # Statements.

    def _assigned(self, node: cst.CSTNode, parent: cst.Assign, taint: OrderTaint) -> Step:
        steps = [self.bound(target.target, parent, taint) for target in parent.targets]
        return together(steps)

    def _assigned_once(
        self, node: cst.CSTNode, parent: cst.AnnAssign | cst.AugAssign, taint: OrderTaint
    ) -> Step:
        if parent.target is node:
            return NOTHING  # written to, by an index or the like
        return self.bound(parent.target, parent, taint)

    def bound(self, target: cst.CSTNode, statement: cst.CSTNode, taint: OrderTaint) -> Step:
        """Go on where the names of an assignment target are read."""
        from wflint.dataflow.def_use import names_in_target

        if isinstance(target, (cst.Tuple, cst.List)):
            # Each name gets what comes at its position.
            taint = OrderTaint.MAPPED if taint is OrderTaint.PARTS else OrderTaint.VALUE
            if len(target.elements) == 1 and isinstance(target.elements[0], cst.Element):
                return NOTHING
        elif not isinstance(target, cst.Name):
            return NOTHING if taint is OrderTaint.FILLED else self.put_into(target, taint)
        names = [name.value for name in names_in_target([target])]
        place = self.tree.statement(statement)
        uses = {name: self.tree.later_uses(place, name) for name in names}
        read = [name for name in names if uses[name].nodes]
        return together([self._read(name, statement, taint, uses[name]) for name in read or names])

    def kept(self, name: str, statement: cst.CSTNode, taint: OrderTaint) -> Step:
        """Go on where a name is read after a statement; others may read it if it is not local."""
        uses = self.tree.later_uses(self.tree.statement(statement), name)
        return self._read(name, statement, taint, uses)

    def _read(self, name: str, statement: cst.CSTNode, taint: OrderTaint, uses: Uses) -> Step:
        if not self.tree.assignments(name, statement):
            return SHOWN  # a parameter, or a variable of an outer function
        if not uses.nodes:
            return NOTHING if uses.sorted else SHOWN
        if taint is OrderTaint.KEYED and any(self._looks_up(use) for use in uses.nodes):
            taint = OrderTaint.FILLED  # a table, whose order matters only where one goes through it
        return Step(Sink.NOTHING, [(use, taint) for use in uses.nodes])

    def _looks_up(self, use: cst.CSTNode) -> bool:
        outer = self.tree.up(use)
        return isinstance(outer, cst.Subscript) and outer.value is use

    def _tested(self, node: cst.CSTNode, parent: cst.If | cst.While, taint: OrderTaint) -> Step:
        if taint is not OrderTaint.VALUE:
            return NOTHING
        branches = [parent.body, *([parent.orelse] if parent.orelse is not None else [])]
        return COMMAND if any(self.calls.has_command(b) for b in branches) else SHOWN

    def _looped(self, node: cst.CSTNode, parent: cst.For, taint: OrderTaint) -> Step:
        from wflint.dataflow.order.loops import Loop

        if parent.asynchronous is not None:
            return SHOWN
        return Loop(self, parent, taint).step()

    def _shown(self, node: cst.CSTNode, parent: cst.CSTNode, taint: OrderTaint) -> Step:
        return SHOWN

    def _dropped(self, node: cst.CSTNode, parent: cst.CSTNode, taint: OrderTaint) -> Step:
        return NOTHING

    def _returned(self, node: cst.CSTNode, parent: cst.CSTNode, taint: OrderTaint) -> Step:
        """Judge a returned value: a query's answer is in no history, nor is what `repr()` shows."""
        head = self.ctx.function
        is_query = any(self.ctx.marks(d, "temporalio.workflow.query") for d in head.decorators)
        is_told = is_query or head.name == "__repr__"
        if is_told or taint is OrderTaint.FILLED:
            return NOTHING
        is_own = isinstance(parent, cst.Return) and self.tree.function(parent) is self._home
        return self._leaves("", taint) if is_own else SHOWN

    def put_into(self, target: cst.CSTNode, taint: OrderTaint) -> Step:
        """Judge what is stored in an attribute: who reads it may sort it."""
        match target:
            case cst.Attribute(value=cst.Name(value="self"), attr=cst.Name(value=name)):
                return self._leaves(name, taint)
        return SHOWN

    def _leaves(self, way: str, taint: OrderTaint) -> Step:
        """A collection gets out of the function; the whole program tells what happens to it."""
        if self._home is None or not taint.is_collection:
            return SHOWN
        self.left[way, taint is OrderTaint.KEYED] = None
        return NOTHING

    def _asserted(self, node: cst.CSTNode, parent: cst.CSTNode, taint: OrderTaint) -> Step:
        return SHOWN if taint is OrderTaint.VALUE else NOTHING

    # Expressions.

    def _same(self, node: cst.CSTNode, parent: cst.CSTNode, taint: OrderTaint) -> Step:
        return onward(parent, taint)

    def _part(self, node: cst.CSTNode, parent: cst.CSTNode, taint: OrderTaint) -> Step:
        return onward(parent, OrderTaint.VALUE)

    def _item(self, node: cst.CSTNode, parent: cst.CSTNode, taint: OrderTaint) -> Step:
        return NOTHING if taint is OrderTaint.FILLED else onward(parent, OrderTaint.HOLDER)

    def _element(self, node: cst.CSTNode, parent: cst.Element, taint: OrderTaint) -> Step:
        """A part of a display; `a, b = x, y` is read part by part."""
        display = self.tree.up(parent)
        statement = self.tree.up(display) if display is not None else None
        match display, statement:
            case cst.Tuple(elements=parts), cst.Assign(
                targets=[cst.AssignTarget(target=cst.Tuple(elements=targets))]
            ) if len(parts) == len(targets):
                at = next(n for n, part in enumerate(parts) if part is parent)
                return self.bound(targets[at].value, statement, taint)
        return self._item(node, display, taint) if display is not None else SHOWN

    def _starred(self, node: cst.CSTNode, parent: cst.StarredElement, taint: OrderTaint) -> Step:
        display = self.tree.up(parent)
        if display is None:
            return SHOWN
        if isinstance(display, cst.Set) and taint in _FORGOTTEN_BY_SETS:
            return NOTHING
        return onward(display, taint)

    def _attribute(self, node: cst.CSTNode, parent: cst.Attribute, taint: OrderTaint) -> Step:
        call = self.tree.up(parent)
        if not (isinstance(call, cst.Call) and call.func is parent):
            return onward(parent, OrderTaint.VALUE)
        name = parent.attr.value
        if taint is OrderTaint.VALUE:
            return onward(call, OrderTaint.VALUE)
        if name in known.ORDERED_CHANGES | known.UNORDERED_CHANGES | {"count", "sort", "reverse"}:
            return NOTHING
        if name in known.VIEWS:
            return onward(call, taint_of_view(name, taint))
        if name == "isdisjoint" and is_view(parent.value):
            return NOTHING
        if name in ("pop", "popitem", "popleft"):
            from wflint.dataflow.order.loops import emptying

            loop = emptying(self, parent.value, call)
            if loop is not None:
                return loop.step()
        if name in known.LOOKUPS and taint in (OrderTaint.KEYED, OrderTaint.FILLED):
            return NOTHING
        return onward(call, OrderTaint.VALUE)

    def _subscript(self, node: cst.CSTNode, parent: cst.Subscript, taint: OrderTaint) -> Step:
        outer = self.tree.up(parent)
        is_target = isinstance(outer, (cst.AssignTarget, cst.Del)) or (
            isinstance(outer, (cst.AnnAssign, cst.AugAssign)) and outer.target is parent
        )
        if is_target or taint in (OrderTaint.KEYED, OrderTaint.FILLED):
            return NOTHING
        return onward(parent, OrderTaint.MAPPED if taint is OrderTaint.PARTS else OrderTaint.VALUE)

    def _index(self, node: cst.CSTNode, parent: cst.CSTNode, taint: OrderTaint) -> Step:
        outer = self.tree.up(parent)
        while outer is not None and not isinstance(outer, cst.Subscript):
            outer = self.tree.up(outer)
        if outer is None or isinstance(self.tree.up(outer), (cst.AssignTarget, cst.Del)):
            return SHOWN
        return onward(outer, OrderTaint.VALUE)

    def _compared(self, node: cst.CSTNode, parent: cst.Comparison, taint: OrderTaint) -> Step:
        if len(parent.comparisons) == 1 and isinstance(
            parent.comparisons[0].operator, (cst.Is, cst.IsNot)
        ):
            return NOTHING
        return (
            NOTHING if compares_mappings(node, parent, taint) else onward(parent, OrderTaint.VALUE)
        )

    def _compared_to(
        self, node: cst.CSTNode, parent: cst.ComparisonTarget, taint: OrderTaint
    ) -> Step:
        comparison = self.tree.up(parent)
        if comparison is None:
            return SHOWN
        if isinstance(parent.operator, (cst.In, cst.NotIn)) and taint not in (
            OrderTaint.HOLDER,
            OrderTaint.NUMBERED,
            OrderTaint.PARTS,
            OrderTaint.VALUE,
        ):
            return NOTHING
        if isinstance(comparison, cst.Comparison) and compares_mappings(node, comparison, taint):
            return NOTHING
        return onward(comparison, OrderTaint.VALUE)

    def _negated(self, node: cst.CSTNode, parent: cst.UnaryOperation, taint: OrderTaint) -> Step:
        if isinstance(parent.operator, cst.Not) and taint is not OrderTaint.VALUE:
            return NOTHING
        return onward(parent, taint)

    def _chosen(self, node: cst.CSTNode, parent: cst.IfExp, taint: OrderTaint) -> Step:
        if parent.test is node:
            return onward(parent, OrderTaint.VALUE) if taint is OrderTaint.VALUE else NOTHING
        return onward(parent, taint)

    def _combined(self, node: cst.CSTNode, parent: cst.BinaryOperation, taint: OrderTaint) -> Step:
        if is_view(node):
            return NOTHING  # a set, whose use is a place of its own
        keeps = isinstance(parent.operator, (cst.Add, cst.BitOr, cst.Multiply))
        return onward(parent, taint if keeps else OrderTaint.VALUE)

    def _named(self, node: cst.CSTNode, parent: cst.NamedExpr, taint: OrderTaint) -> Step:
        return together([onward(parent, taint), self.bound(parent.target, parent, taint)])

    def _argument(self, node: cst.CSTNode, parent: cst.Arg, taint: OrderTaint) -> Step:
        from wflint.dataflow.order.arguments import given

        call = self.tree.up(parent)
        return given(self, parent, call, taint) if isinstance(call, cst.Call) else SHOWN


_FORGOTTEN_BY_SETS = (OrderTaint.ELEMENTS, OrderTaint.ITEMS, OrderTaint.MAPPED, OrderTaint.KEYED)

_STEPS: dict[str, Callable[..., Step]] = {
    "AnnAssign": OrderFlow._assigned_once,
    "Arg": OrderFlow._argument,
    "Assert": OrderFlow._asserted,
    "Assign": OrderFlow._assigned,
    "Attribute": OrderFlow._attribute,
    "AugAssign": OrderFlow._assigned_once,
    "Await": OrderFlow._same,
    "BinaryOperation": OrderFlow._combined,
    "BooleanOperation": OrderFlow._same,
    "CompFor": comprehended,
    "CompIf": filtered,
    "Comparison": OrderFlow._compared,
    "ComparisonTarget": OrderFlow._compared_to,
    "ConcatenatedString": OrderFlow._part,
    "Del": OrderFlow._dropped,
    "DictComp": OrderFlow._part,
    "DictElement": OrderFlow._item,
    "ExceptHandler": OrderFlow._dropped,
    "Dict": OrderFlow._same,
    "Element": OrderFlow._element,
    "For": OrderFlow._looped,
    "FormattedString": OrderFlow._part,
    "FormattedStringExpression": OrderFlow._part,
    "GeneratorExp": OrderFlow._part,
    "If": OrderFlow._tested,
    "IfExp": OrderFlow._chosen,
    "Index": OrderFlow._index,
    "ListComp": OrderFlow._part,
    "NamedExpr": OrderFlow._named,
    "Return": OrderFlow._returned,
    "SetComp": OrderFlow._part,
    "StarredDictElement": OrderFlow._same,
    "StarredElement": OrderFlow._starred,
    "Subscript": OrderFlow._subscript,
    "SubscriptElement": OrderFlow._index,
    "UnaryOperation": OrderFlow._negated,
    "While": OrderFlow._tested,
}
