"""Follows something that comes in an order which a replay does not repeat.

The value is followed inside its function: up through the expressions that it is part of, along
local names, and into the loops that run over it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from wflint.dataflow.order import known
from wflint.dataflow.order.commands import Calls
from wflint.dataflow.order.mappings import compares_mappings, has_key_first, is_view, shape_of_view
from wflint.dataflow.order.steps import COMMAND, NOTHING, SHOWN, Fate, Shape, Step, onward, together
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.dataflow.def_use import Tree
    from wflint.facts.context import Context


class Follower:
    """Follows values in one function. ``cancels``: whether cancelling an element counts."""

    def __init__(self, ctx: Context, tree: Tree, *, cancels: bool = False) -> None:
        self.ctx = ctx
        self.tree = tree
        self.cancels = cancels
        self.calls = Calls(ctx)

    def fate(self, node: cst.CSTNode, shape: Shape = Shape.ELEMENTS) -> Fate:
        """The worst that becomes of ``node``, which has ``shape`` of the order."""
        return self.finish(onward(node, shape))

    def finish(self, step: Step) -> Fate:
        """The worst that comes of all places that a step leads to."""
        worst = step.fate
        waits = worst is Fate.TASKS
        pending = list(step.places)
        seen: set[tuple[int, Shape]] = set()
        while pending and worst < Fate.COMMAND:
            place = pending.pop()
            if (id(place[0]), place[1]) in seen or self.is_only_told(place[0]):
                continue
            seen.add((id(place[0]), place[1]))
            step = self._step(*place)
            waits = waits or step.fate is Fate.TASKS
            worst = max(worst, step.fate)
            pending.extend(reversed(step.places))
        return Fate.RESULTS if waits and worst in (Fate.INPUT, Fate.SHOWN) else worst

    def is_only_told(self, node: cst.CSTNode) -> bool:
        """True if a value goes into a log, or into the text of an error, and nowhere else."""
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

    def _step(self, node: cst.CSTNode, shape: Shape) -> Step:
        parent = self.tree.up(node)
        step = _STEPS.get(type(parent).__name__)
        if parent is None or step is None:
            return SHOWN
        return step(self, node, parent, shape)

    # Statements.

    def _assigned(self, node: cst.CSTNode, parent: cst.Assign, shape: Shape) -> Step:
        steps = [self.bound(target.target, parent, shape) for target in parent.targets]
        return together(steps)

    def _assigned_once(
        self, node: cst.CSTNode, parent: cst.AnnAssign | cst.AugAssign, shape: Shape
    ) -> Step:
        if parent.target is node:
            return NOTHING  # written to, by an index or the like
        return self.bound(parent.target, parent, shape)

    def bound(self, target: cst.CSTNode, statement: cst.CSTNode, shape: Shape) -> Step:
        """Go on where the names of an assignment target are read."""
        from wflint.dataflow.def_use import names_in_target

        if isinstance(target, (cst.Tuple, cst.List)):
            # Each name gets what comes at its position.
            shape = Shape.MAPPED if shape is Shape.PARTS else Shape.VALUE
            if len(target.elements) == 1 and isinstance(target.elements[0], cst.Element):
                return NOTHING
        elif not isinstance(target, cst.Name):
            return NOTHING if shape is Shape.FILLED else SHOWN
        names = [name.value for name in names_in_target([target])]
        place = self.tree.statement(statement)
        read = [name for name in names if self.tree.later_uses(place, name).nodes]
        return together([self.kept(name, statement, shape) for name in read or names])

    def kept(self, name: str, statement: cst.CSTNode, shape: Shape) -> Step:
        """Go on where a name is read after a statement; others may read it if it is not local."""
        uses = self.tree.later_uses(self.tree.statement(statement), name)
        if not self.tree.assignments(name, statement):
            return SHOWN  # a parameter, or a variable of an outer function
        if not uses.nodes:
            return NOTHING if uses.sorted else SHOWN
        if shape is Shape.KEYED and any(self._looks_up(use) for use in uses.nodes):
            shape = Shape.FILLED  # a table, whose order matters only where one goes through it
        return Step(Fate.NOTHING, [(use, shape) for use in uses.nodes])

    def _looks_up(self, use: cst.CSTNode) -> bool:
        outer = self.tree.up(use)
        return isinstance(outer, cst.Subscript) and outer.value is use

    def _tested(self, node: cst.CSTNode, parent: cst.If | cst.While, shape: Shape) -> Step:
        if shape is not Shape.VALUE:
            return NOTHING
        branches = [parent.body, *([parent.orelse] if parent.orelse is not None else [])]
        return COMMAND if any(self.calls.has_command(b) for b in branches) else SHOWN

    def _looped(self, node: cst.CSTNode, parent: cst.For, shape: Shape) -> Step:
        from wflint.dataflow.order.loops import Loop

        if parent.asynchronous is not None:
            return SHOWN
        return Loop(self, parent, shape).step()

    def _shown(self, node: cst.CSTNode, parent: cst.CSTNode, shape: Shape) -> Step:
        return SHOWN

    def _dropped(self, node: cst.CSTNode, parent: cst.CSTNode, shape: Shape) -> Step:
        return NOTHING

    def _returned(self, node: cst.CSTNode, parent: cst.CSTNode, shape: Shape) -> Step:
        """Judge a returned value: a query's answer is in no history, nor is what `repr()` shows."""
        head = self.ctx.function
        is_query = any(d.written.rpartition(".")[2] == "query" for d in head.decorators)
        is_told = is_query or head.name == "__repr__"
        return NOTHING if is_told or shape is Shape.FILLED else SHOWN

    def _asserted(self, node: cst.CSTNode, parent: cst.CSTNode, shape: Shape) -> Step:
        return SHOWN if shape is Shape.VALUE else NOTHING

    # Expressions.

    def _same(self, node: cst.CSTNode, parent: cst.CSTNode, shape: Shape) -> Step:
        return onward(parent, shape)

    def _part(self, node: cst.CSTNode, parent: cst.CSTNode, shape: Shape) -> Step:
        return onward(parent, Shape.VALUE)

    def _item(self, node: cst.CSTNode, parent: cst.CSTNode, shape: Shape) -> Step:
        return NOTHING if shape is Shape.FILLED else onward(parent, Shape.HOLDER)

    def _element(self, node: cst.CSTNode, parent: cst.Element, shape: Shape) -> Step:
        """A part of a display; `a, b = x, y` is read part by part."""
        display = self.tree.up(parent)
        statement = self.tree.up(display) if display is not None else None
        match display, statement:
            case cst.Tuple(elements=parts), cst.Assign(
                targets=[cst.AssignTarget(target=cst.Tuple(elements=targets))]
            ) if len(parts) == len(targets):
                at = next(n for n, part in enumerate(parts) if part is parent)
                return self.bound(targets[at].value, statement, shape)
        return self._item(node, display, shape) if display is not None else SHOWN

    def _starred(self, node: cst.CSTNode, parent: cst.StarredElement, shape: Shape) -> Step:
        display = self.tree.up(parent)
        if display is None:
            return SHOWN
        if isinstance(display, cst.Set) and shape in _FORGOTTEN_BY_SETS:
            return NOTHING
        return onward(display, shape)

    def _attribute(self, node: cst.CSTNode, parent: cst.Attribute, shape: Shape) -> Step:
        call = self.tree.up(parent)
        if not (isinstance(call, cst.Call) and call.func is parent):
            return onward(parent, Shape.VALUE)
        name = parent.attr.value
        if shape is Shape.VALUE:
            return onward(call, Shape.VALUE)
        if name in known.ORDERED_CHANGES | known.UNORDERED_CHANGES | {"count", "sort", "reverse"}:
            return NOTHING
        if name in known.VIEWS:
            return onward(call, shape_of_view(name, shape))
        if name == "isdisjoint" and is_view(parent.value):
            return NOTHING
        if name in ("pop", "popitem", "popleft"):
            from wflint.dataflow.order.loops import emptying

            loop = emptying(self, parent.value, call)
            if loop is not None:
                return loop.step()
        if name in known.LOOKUPS and shape in (Shape.KEYED, Shape.FILLED):
            return NOTHING
        return onward(call, Shape.VALUE)

    def _subscript(self, node: cst.CSTNode, parent: cst.Subscript, shape: Shape) -> Step:
        outer = self.tree.up(parent)
        is_target = isinstance(outer, (cst.AssignTarget, cst.Del)) or (
            isinstance(outer, (cst.AnnAssign, cst.AugAssign)) and outer.target is parent
        )
        if is_target or shape in (Shape.KEYED, Shape.FILLED):
            return NOTHING
        return onward(parent, Shape.MAPPED if shape is Shape.PARTS else Shape.VALUE)

    def _index(self, node: cst.CSTNode, parent: cst.CSTNode, shape: Shape) -> Step:
        outer = self.tree.up(parent)
        while outer is not None and not isinstance(outer, cst.Subscript):
            outer = self.tree.up(outer)
        if outer is None or isinstance(self.tree.up(outer), (cst.AssignTarget, cst.Del)):
            return SHOWN
        return onward(outer, Shape.VALUE)

    def _compared(self, node: cst.CSTNode, parent: cst.Comparison, shape: Shape) -> Step:
        if len(parent.comparisons) == 1 and isinstance(
            parent.comparisons[0].operator, (cst.Is, cst.IsNot)
        ):
            return NOTHING
        return NOTHING if compares_mappings(node, parent, shape) else onward(parent, Shape.VALUE)

    def _compared_to(self, node: cst.CSTNode, parent: cst.ComparisonTarget, shape: Shape) -> Step:
        comparison = self.tree.up(parent)
        if comparison is None:
            return SHOWN
        if isinstance(parent.operator, (cst.In, cst.NotIn)) and shape not in (
            Shape.HOLDER,
            Shape.NUMBERED,
            Shape.PARTS,
            Shape.VALUE,
        ):
            return NOTHING
        if isinstance(comparison, cst.Comparison) and compares_mappings(node, comparison, shape):
            return NOTHING
        return onward(comparison, Shape.VALUE)

    def _negated(self, node: cst.CSTNode, parent: cst.UnaryOperation, shape: Shape) -> Step:
        if isinstance(parent.operator, cst.Not) and shape is not Shape.VALUE:
            return NOTHING
        return onward(parent, shape)

    def _chosen(self, node: cst.CSTNode, parent: cst.IfExp, shape: Shape) -> Step:
        if parent.test is node:
            return onward(parent, Shape.VALUE) if shape is Shape.VALUE else NOTHING
        return onward(parent, shape)

    def _combined(self, node: cst.CSTNode, parent: cst.BinaryOperation, shape: Shape) -> Step:
        if is_view(node):
            return NOTHING  # a set, whose use is a place of its own
        keeps = isinstance(parent.operator, (cst.Add, cst.BitOr, cst.Multiply))
        return onward(parent, shape if keeps else Shape.VALUE)

    def _named(self, node: cst.CSTNode, parent: cst.NamedExpr, shape: Shape) -> Step:
        return together([onward(parent, shape), self.bound(parent.target, parent, shape)])

    def _argument(self, node: cst.CSTNode, parent: cst.Arg, shape: Shape) -> Step:
        from wflint.dataflow.order.arguments import given

        call = self.tree.up(parent)
        return given(self, parent, call, shape) if isinstance(call, cst.Call) else SHOWN

    # Comprehensions.

    def _comprehended(self, node: cst.CSTNode, parent: cst.CompFor, shape: Shape) -> Step:
        """A comprehension runs over it."""
        from wflint.dataflow.def_use import names_in_target
        from wflint.dataflow.order.keys import matches_one

        whole = self.tree.up(parent)
        while isinstance(whole, cst.CompFor):
            whole = self.tree.up(whole)
        match whole:
            case cst.DictComp():
                made: list[cst.CSTNode] = [whole.key, whole.value]
            case cst.ListComp() | cst.SetComp() | cst.GeneratorExp():
                made = [whole.elt]
            case _:
                return SHOWN
        targets = {t.value for t in names_in_target([parent.target])}
        if any(matches_one(condition.test, targets) for condition in parent.ifs):
            return NOTHING
        if parent.asynchronous is not None or any(self.calls.has_command(m) for m in made):
            return COMMAND
        numbered = shape is Shape.NUMBERED or shape.is_value
        if isinstance(whole, cst.SetComp):
            return onward(whole, Shape.VALUE) if numbered else NOTHING
        if numbered:
            return onward(whole, shape)
        if isinstance(whole, cst.DictComp):
            return onward(whole, Shape.KEYED)
        match made[0], parent.target:
            case cst.Name(value=element), cst.Name(value=target) if element == target:
                return onward(whole, shape)
            case element, target if shape is Shape.ITEMS and has_key_first(element, target):
                return onward(whole, shape)
        return onward(whole, Shape.MAPPED)

    def _filtered(self, node: cst.CSTNode, parent: cst.CompIf, shape: Shape) -> Step:
        outer = self.tree.up(parent)
        while isinstance(outer, cst.CompFor):
            outer = self.tree.up(outer)
        if shape is not Shape.VALUE:
            return NOTHING
        return onward(outer, Shape.VALUE) if outer is not None else SHOWN


_FORGOTTEN_BY_SETS = (Shape.ELEMENTS, Shape.ITEMS, Shape.MAPPED, Shape.KEYED)

_STEPS: dict[str, Callable[..., Step]] = {
    "AnnAssign": Follower._assigned_once,
    "Arg": Follower._argument,
    "Assert": Follower._asserted,
    "Assign": Follower._assigned,
    "Attribute": Follower._attribute,
    "AugAssign": Follower._assigned_once,
    "Await": Follower._same,
    "BinaryOperation": Follower._combined,
    "BooleanOperation": Follower._same,
    "CompFor": Follower._comprehended,
    "CompIf": Follower._filtered,
    "Comparison": Follower._compared,
    "ComparisonTarget": Follower._compared_to,
    "ConcatenatedString": Follower._part,
    "Del": Follower._dropped,
    "DictComp": Follower._part,
    "DictElement": Follower._item,
    "ExceptHandler": Follower._dropped,
    "Dict": Follower._same,
    "Element": Follower._element,
    "For": Follower._looped,
    "FormattedString": Follower._part,
    "FormattedStringExpression": Follower._part,
    "GeneratorExp": Follower._part,
    "If": Follower._tested,
    "IfExp": Follower._chosen,
    "Index": Follower._index,
    "ListComp": Follower._part,
    "NamedExpr": Follower._named,
    "Return": Follower._returned,
    "SetComp": Follower._part,
    "StarredDictElement": Follower._same,
    "StarredElement": Follower._starred,
    "Subscript": Follower._subscript,
    "SubscriptElement": Follower._index,
    "UnaryOperation": Follower._negated,
    "While": Follower._tested,
}
