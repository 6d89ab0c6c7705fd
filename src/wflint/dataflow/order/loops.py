"""Finds out if what a loop does depends on the order in which it runs over its elements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.dataflow.def_use import names_in_target, target_names, value_for
from wflint.dataflow.order import known
from wflint.dataflow.order.body import Body, source_of
from wflint.dataflow.order.commands import Effect, effect
from wflint.dataflow.order.groups import is_mapping
from wflint.dataflow.order.keys import names_in
from wflint.dataflow.order.steps import COMMAND, NOTHING, SHOWN, OrderTaint, Sink, Step, together
from wflint.syntax.cst import cst
from wflint.wording import on_one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from wflint.dataflow.order.follow import OrderFlow


class Loop:
    """One loop whose elements come in an order that a replay does not repeat.

    ``taint`` is what is run over. For a ``while`` that takes out one element after the other,
    ``elements`` are the names that stand for one, and ``emptied`` is what they are taken from.
    """

    def __init__(
        self,
        flow: OrderFlow,
        node: cst.For | cst.While,
        taint: OrderTaint,
        elements: frozenset[str] = frozenset(),
        emptied: str = "",
    ) -> None:
        if isinstance(node, cst.For):
            elements = frozenset(t.value for t in names_in_target([node.target]))
        self.flow = flow
        self.tree = flow.tree
        self.node = node
        self.elements = elements
        self.emptied = emptied
        self.numbered = taint is OrderTaint.NUMBERED or taint.is_value
        self.body = Body(self.tree, node, elements)

    def step(self) -> Step:
        """Return what depends on the order, and where to look further."""
        steps = [self._returned(), self._last_values()]
        for node in self.body.nodes:
            look = _LOOKS.get(type(node).__name__)
            if look is not None and self.body.is_many(node):
                steps.append(look(self, node))
        return together(steps)

    # What the body does.

    def _awaited(self, node: cst.Await) -> Step:
        return COMMAND

    def _asynchronous(self, node: cst.For | cst.With) -> Step:
        return COMMAND if node.asynchronous is not None else NOTHING

    def _yielded(self, node: cst.Yield) -> Step:
        return SHOWN

    def _called(self, node: cst.Call) -> Step:
        if self.flow.tells(node):
            return NOTHING
        done = effect(node, self.flow.ctx)
        if done is not Effect.NOTHING:
            return COMMAND if done is Effect.COMMAND else SHOWN
        if self._concerns(node):
            self.flow.calls.open.append(node)
        func = node.func
        if not isinstance(func, cst.Attribute):
            return NOTHING
        method = func.attr.value
        if method in ("set_exception", "set_result") and self.body.depends(func.value):
            return SHOWN  # wakes who waits for it
        if method == "cancel" and self.flow.cancels and self.body.depends(func.value):
            return COMMAND  # runs what cleans up after it
        if not any(self.body.depends(a.value) for a in node.args) or self._is_told(node):
            return NOTHING
        if method in known.ORDERED_CHANGES:
            return self._put_into(func.value)
        if method in known.UNORDERED_CHANGES:
            return self._changed(func.value)
        return NOTHING

    def _concerns(self, call: cst.Call) -> bool:
        """True if a call gets an element, or something made of one, or is a method of it."""
        return any(map(self.body.depends, (call.func, *(arg.value for arg in call.args))))

    def _is_told(self, node: cst.CSTNode) -> bool:
        return any(isinstance(outer, cst.Raise) for _, outer in self.tree.around(node))

    def _put_into(self, receiver: cst.CSTNode) -> Step:
        """`names.append(x)`: what is made of the list after the loop."""
        name = _root(receiver)
        if name in self.body.dependent and not self._is_shared(name):
            return NOTHING  # a part of the element, or made again in each round
        if isinstance(receiver, cst.Name) and name == self.emptied:
            return NOTHING  # more to do
        if not isinstance(receiver, cst.Name):
            return self._filed(receiver)
        if self.numbered:
            return self._read_later(name, OrderTaint.VALUE)
        return self._read_later(
            name, OrderTaint.HOLDER if self._is_cut_off(name) else OrderTaint.MAPPED
        )

    def _is_cut_off(self, name: str) -> bool:
        """True if the loop may end before it has come to all elements, and a name is read then."""
        if self.body.stops:
            return True
        return any(r.value is not None and name in names_in(r.value) for r in self.body.returns)

    def _filed(self, receiver: cst.CSTNode) -> Step:
        """`groups[key].append(x)`: each element has a place of its own, or shares it."""
        key: cst.CSTNode
        match receiver:
            case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
                pass
            case cst.Call(func=cst.Attribute(), args=[cst.Arg(value=key), *_]):
                pass
            case _:
                key = receiver
        if isinstance(key, cst.Name) and key.value in self.elements:
            return NOTHING
        name = _root(receiver)
        if name and name not in ("self", "cls") and self.tree.assignments(name, self.node):
            is_whole = not self.numbered and not self._is_cut_off(name)
            groups = is_whole and is_mapping(name, self.node, self.flow)
            return self._read_later(name, OrderTaint.GROUPS if groups else OrderTaint.VALUE)
        if self.numbered or self._stops_before(name):
            return SHOWN
        return self.flow.put_into(receiver, OrderTaint.MAPPED)

    def _is_shared(self, name: str) -> bool:
        """True if a name that depends on an element is also there outside the loop."""
        return name not in self.elements and self.body.outlives(name)

    def _read_later(self, name: str, taint: OrderTaint) -> Step:
        if name in self.body.bound and not self.body.outlives(name):
            return NOTHING
        if not self.tree.assignments(name, self.node):
            return SHOWN
        uses = self.tree.later_uses(self.node, name)
        if not uses.nodes:
            return NOTHING if uses.sorted else SHOWN
        inside = [n for n in self.body.nodes if isinstance(n, cst.Name) and n.value == name]
        return Step(Sink.NOTHING, [(n, taint) for n in (*uses.nodes, *inside)])

    def _changed(self, receiver: cst.CSTNode) -> Step:
        """A set that is filled: all of it, unless the loop stops early or counts along."""
        name = _root(receiver)
        if name in self.elements:
            return NOTHING
        if self.numbered or self._stops_before(name):
            return SHOWN if self.body.outlives(name) else NOTHING
        return NOTHING

    def _stops_before(self, name: str) -> bool:
        """True if the loop may end early, so that what ``name`` holds is a matter of order."""
        return bool(self.body.stops) or (name in ("self", "cls") and bool(self.body.returns))

    def _assigned(self, node: cst.Assign | cst.AnnAssign | cst.NamedExpr) -> Step:
        if isinstance(node, cst.Assign):
            return together([self._target(t.target, node.value) for t in node.targets])
        return self._target(node.target, node.value)

    def _target(self, target: cst.CSTNode, value: cst.CSTNode | None) -> Step:
        """An attribute or an item; plain names are judged together."""
        name = _root(target)
        if isinstance(target, (cst.Name, cst.Tuple, cst.List)) or name in self.elements:
            return NOTHING
        if isinstance(target, cst.Subscript) and self._depends_on_index(target):
            if self.numbered and self.body.depends(value):
                return SHOWN
            if self._stops_before(name):
                return SHOWN
            if not self.tree.assignments(name, self.node):
                return NOTHING
            uses = self.tree.later_uses(self.node, name).nodes
            return Step(Sink.NOTHING, [(use, OrderTaint.FILLED) for use in uses])
        if name in self.body.bound and not self.body.outlives(name):
            return NOTHING
        return SHOWN if self.body.depends(value) and not _is_own_update(target, value) else NOTHING

    def _depends_on_index(self, target: cst.Subscript) -> bool:
        return any(self.body.depends(part) for part in target.slice)

    def _augmented(self, node: cst.AugAssign) -> Step:
        """`text += x` keeps the order, `total += x` does not, unless somebody looks in between."""
        name = _root(node.target)
        if name in self.elements or not isinstance(node.operator, cst.AddAssign):
            return NOTHING
        if self._builds_sequence(node):
            if not isinstance(node.target, cst.Name):
                return SHOWN if self.body.depends(node.value) else NOTHING
            return self._read_later(name, OrderTaint.MAPPED)
        if not isinstance(node.target, cst.Name) or not self.body.outlives(name):
            return NOTHING
        return SHOWN if self.body.stops or self._is_looked_at(name) else NOTHING

    def _builds_sequence(self, node: cst.AugAssign) -> bool:
        """True if text or a list grows."""
        if _is_sequence(node.value):
            return True
        if not isinstance(node.target, cst.Name):
            return False
        given = self.tree.assignments(node.target.value, node)
        return any(_is_sequence(value_for(n, node.target.value)) for n in given)

    def _is_looked_at(self, name: str) -> bool:
        """True if the body reads a running number where that can make a difference."""
        reads = [n for n in self.body.nodes if isinstance(n, cst.Name) and n.value == name]
        return any(not (self._is_counted_up(n) or self._only_fails(n)) for n in reads)

    def _is_counted_up(self, name: cst.Name) -> bool:
        outer = self.tree.up(name)
        return isinstance(outer, cst.AugAssign) and outer.target is name

    def _only_fails(self, node: cst.CSTNode) -> bool:
        """True if something is only told, or decides whether an error is raised."""
        if self.flow.is_only_told(node):
            return True
        for inner, outer in self.tree.around(node):
            match outer:
                case cst.If(test=test, orelse=None, body=cst.IndentedBlock(body=[*_, last])):
                    simple = last.body if isinstance(last, cst.SimpleStatementLine) else ()
                    return inner is test and any(isinstance(s, cst.Raise) for s in simple)
                case cst.BaseSmallStatement() | cst.BaseCompoundStatement():
                    return False
        return False

    # What is left when the loop is over.

    def _last_values(self) -> Step:
        """Names that keep the value of the last round, or of the one that ended the loop."""
        steps = [self._last_value(name) for name in sorted(self.body.bound | self.elements)]
        return together(steps)

    def _last_value(self, name: str) -> Step:

        if not self.body.outlives(name):
            return NOTHING
        uses: list[tuple[cst.CSTNode, OrderTaint]] = [
            (use, OrderTaint.VALUE) for use in self.tree.later_uses(self.node, name).nodes
        ]
        later = Step(Sink.NOTHING, uses) if uses else SHOWN
        if name in self.elements and name not in self.body.bound:
            return later if uses else NOTHING
        given = [
            (n, source)
            for n in self.body.nodes
            if self.body.is_many(n)
            and any(t.value == name for t in target_names(n))
            and (source := source_of(n)) is not None
        ]
        telling = [(n, s) for n, s in given if not self._is_fold(n, s, name)]
        if any(self.body.depends(source) for _, source in telling):
            return later
        texts = {self.flow.ctx.code(source) for _, source in telling}
        return later if len(texts) > 1 else NOTHING

    def _is_fold(self, node: cst.CSTNode, source: cst.CSTNode, name: str) -> bool:
        """`best = max(best, x)`, or `if x > best: best = x`: the same in any order."""
        if name in names_in(source) and not _is_sequence(source):
            return True
        value = self.flow.ctx.code(source)
        for _, outer in self.tree.around(node):
            if outer is self.node:
                break
            if isinstance(outer, cst.If) and _compares(outer.test, name, value, self.flow):
                return True
        return False

    def _returned(self) -> Step:
        """`return x` at the first match; the same constant everywhere is no matter of order."""
        values = [r.value for r in self.body.returns if r.value is not None]
        if any(self.body.depends(value) for value in values):
            return SHOWN
        texts = {self.flow.ctx.code(v) for v in values}
        return SHOWN if len(texts) > 1 else NOTHING


def emptying(flow: OrderFlow, source: cst.BaseExpression, call: cst.CSTNode) -> Loop | None:
    """The loop `while names: name = names.pop()` around ``call``, which takes from ``source``."""
    text = flow.ctx.code(source)
    tests = {text, f"len({text})", f"len({text}) > 0", f"bool({text})"}
    given = flow.tree.up(call)
    names = frozenset(t.value for t in target_names(given)) if given is not None else frozenset()
    for _, outer in flow.tree.around(call):
        if isinstance(outer, cst.While) and names:
            test = on_one_line(flow.ctx.code(outer.test))
            return Loop(flow, outer, OrderTaint.ELEMENTS, names, text) if test in tests else None
        if isinstance(outer, (cst.For, cst.While)):
            return None
    return None


def _root(node: cst.CSTNode) -> str:
    """The name that an expression starts with: `self` for `self.groups[key]`."""
    while True:
        if isinstance(node, (cst.Attribute, cst.Subscript)):
            node = node.value
        elif isinstance(node, cst.Call):
            node = node.func
        else:
            return node.value if isinstance(node, cst.Name) else ""


def _is_sequence(node: cst.CSTNode | None) -> bool:
    """True if an expression is surely text or a list."""
    while isinstance(node, cst.BinaryOperation):
        if _is_sequence_literal(node.right):
            return True
        node = node.left
    return _is_sequence_literal(node)


def _is_sequence_literal(node: cst.CSTNode | None) -> bool:
    kinds = (cst.BaseString, cst.List, cst.ListComp, cst.Tuple)
    return isinstance(node, kinds)


def _is_own_update(target: cst.CSTNode, value: cst.CSTNode | None) -> bool:
    """`self.most = max(self.most, x)`."""
    from wflint.syntax.walk import walk

    if value is None or _is_sequence(value):
        return False
    return any(node.deep_equals(target) for node in walk(value))


def _compares(test: cst.CSTNode, name: str, value: str, flow: OrderFlow) -> bool:
    """True if a condition compares the value with the name that gets it."""
    from wflint.syntax.walk import walk

    orders = (cst.LessThan, cst.GreaterThan, cst.LessThanEqual, cst.GreaterThanEqual)
    for node in walk(test):
        match node:
            case cst.Comparison(
                left=left, comparisons=[cst.ComparisonTarget(operator=operator, comparator=right)]
            ) if isinstance(operator, orders):
                if {flow.ctx.code(left), flow.ctx.code(right)} == {name, value}:
                    return True
    return False


_LOOKS: dict[str, Callable[..., Step]] = {
    "AnnAssign": Loop._assigned,
    "Assign": Loop._assigned,
    "AugAssign": Loop._augmented,
    "Await": Loop._awaited,
    "Call": Loop._called,
    "For": Loop._asynchronous,
    "NamedExpr": Loop._assigned,
    "With": Loop._asynchronous,
    "Yield": Loop._yielded,
}
