"""Finds the places where code depends on the order of a set, as far as one module tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from wflint import limits
from wflint.dataflow.def_use import tree_of
from wflint.dataflow.order import known
from wflint.dataflow.order.alone import is_alone
from wflint.dataflow.order.filled import is_filled_with_harmless
from wflint.dataflow.order.follow import OrderFlow
from wflint.dataflow.order.loops import emptying
from wflint.dataflow.order.steps import OrderTaint, Sink
from wflint.facts.model import Kind, Ref
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.facts.context import Context

_CONSUMING = (
    known.KEEPING | known.MAPPING | known.NUMBERING | known.KEYING | known.TEXTS
) | known.GATHERS
_BY_KEY = known.SORTING | known.CHOOSING
_CONSUMING_METHODS = frozenset({"extend", "extendleft", "format", "join", "writelines"})
_SETS = frozenset({"builtins.frozenset", "builtins.set", "typing.FrozenSet", "typing.Set"})
_OPERATORS = frozenset({"BitAnd", "BitOr", "BitXor", "Subtract"})
_ALGEBRA = frozenset({"copy", "difference", "intersection", "symmetric_difference", "union"})
_NOT_SETS = frozenset(
    {(name,) for name in ("format", "items", "join", "keys", "lower", "split", "strip", "values")}
)
"""Methods that surely give something else."""


class Place(NamedTuple):
    """A place that depends on the order of ``expr``. ``how`` says in which way; see the rule.

    ``source`` is the function that made the set, if that is what was looked for. ``open`` are the
    calls that make a command of it if their functions issue one, and ``left`` the ways by which it
    gets out of the function, as :class:`OrderFlow` has them.
    """

    expr: cst.BaseExpression
    how: str
    sink: Sink
    source: cst.BaseExpression | None = None
    open: tuple[cst.CSTNode, ...] = ()
    left: tuple[tuple[str, bool], ...] = ()


def places(node: cst.CSTNode, ctx: Context) -> Iterator[Place]:
    """The places that a visited node makes depend on an order.

    The expressions are those that may be sets: their types are known only when linking.
    """
    if ctx.function.qualname == "<module>":
        return
    for expr, how in _consumed(node, ctx):
        if not may_be_set(expr, ctx) or (how == "text" and _is_another_type(expr, ctx)):
            continue
        tree = tree_of(ctx, node)
        if is_alone(expr, node, ctx, tree):
            continue
        flow = OrderFlow(ctx, tree, leaves=node)
        sink = _popped(expr, node, flow) if how == "pop" else flow.sink(expr)
        open_calls = tuple(flow.calls.open) if sink < Sink.COMMAND else ()
        left = tuple(flow.left) if sink < Sink.COMMAND else ()
        if sink is not Sink.NOTHING and is_filled_with_harmless(expr, sink, flow):
            sink = Sink.NOTHING
        if (open_calls or left) and is_filled_with_harmless(expr, Sink.COMMAND, flow):
            open_calls = left = ()
        if sink is not Sink.NOTHING or open_calls or left:
            yield Place(expr, how, sink, open=open_calls, left=left)


def places_of(node: cst.CSTNode, ctx: Context, makers: frozenset[str]) -> Iterator[Place]:
    """The places that depend on the order of a set that one of some functions has made."""
    if ctx.function.qualname == "<module>":
        return
    for expr, how in _consumed(node, ctx):
        source = _maker(expr, ctx, makers)
        if source is not None:
            tree = tree_of(ctx, node)
            flow = OrderFlow(ctx, tree, cancels=True)
            sink = _popped(expr, node, flow) if how == "pop" else flow.sink(expr)
            yield Place(expr, how, sink, source)


def _maker(
    expr: cst.BaseExpression, ctx: Context, makers: frozenset[str]
) -> cst.BaseExpression | None:
    """The function whose result an expression is, or is a part of: `all_tasks() - {mine}`."""
    pending: list[cst.BaseExpression | None] = [expr]
    for _ in range(limits.ORDER_STEPS):
        node = pending.pop() if pending else None
        match node:
            case cst.Name():
                pending.append(ctx.assigned(node))
            case cst.BinaryOperation():
                pending += [node.right, node.left]
            case cst.SetComp(elt=cst.Name(value=name), for_in=loop) if (
                isinstance(loop.target, cst.Name) and loop.target.value == name
            ):
                pending.append(loop.iter)
            case cst.Call():
                if ctx.dotted_name(node.func) in makers:
                    return node.func
                if isinstance(node.func, cst.Attribute) and node.func.attr.value in _ALGEBRA:
                    pending.append(node.func.value)
    return None


def _consumed(node: cst.CSTNode, ctx: Context) -> Iterator[tuple[cst.BaseExpression, str]]:
    """The expressions that a node goes through one by one, or shows."""
    if type(node) is cst.Call:  # most are, and LibCST's abstract classes make `match` slow
        yield from _given(node, ctx)
        return
    match node:
        case cst.For(asynchronous=None):
            yield node.iter, "loop"
        case cst.ListComp() | cst.SetComp() | cst.DictComp() | cst.GeneratorExp():
            yield from ((expr, "order") for expr in _comprehended(node))
        case cst.Assign(targets=[*targets]) if any(_unpacks(t.target) for t in targets):
            yield node.value, "first"
        case cst.StarredElement() if not isinstance(ctx.parent(), cst.Set):
            yield node.value, "order"
        case cst.FormattedStringExpression():
            yield node.expression, "text"
        case cst.AugAssign(operator=cst.AddAssign()):
            yield node.value, "order"
        case cst.From():
            yield node.item, "order"
        case cst.BinaryOperation(left=cst.SimpleString(), operator=cst.Modulo()):
            yield node.right, "text"


def _comprehended(node: cst.BaseComp) -> Iterator[cst.BaseExpression]:
    """Yield what a comprehension runs over."""
    loop: cst.CompFor | None = node.for_in
    while loop is not None:
        if loop.asynchronous is None:
            yield loop.iter
        loop = loop.inner_for_in


def _given(call: cst.Call, ctx: Context) -> Iterator[tuple[cst.BaseExpression, str]]:
    func = call.func
    method = func.attr.value if isinstance(func, cst.Attribute) else ""
    if method == "pop" and isinstance(func, cst.Attribute) and not call.args:
        yield func.value, "pop"
        return
    if not call.args:
        return
    name = ctx.dotted_name(func) or ""
    if name in _BY_KEY:
        how = "tie"
    elif name in _CONSUMING:
        how = "text" if name in known.TEXTS else "wait" if name in known.GATHERS else "order"
    else:
        how = "text" if method in ("format", "join") else "order"
    takes = name in _CONSUMING or name in _BY_KEY or method in _CONSUMING_METHODS
    takes = takes and name != "asyncio.gather"  # only the elements of what is spread are waited for
    for arg in call.args:
        if arg.star == "*" or (takes and arg.keyword is None and not arg.star):
            yield arg.value, how


def _unpacks(target: cst.BaseExpression) -> bool:
    """`a, b = ...`; a single name gets the only element there is."""
    if not isinstance(target, (cst.Tuple, cst.List)):
        return False
    return len(target.elements) > 1


def may_be_set(expr: cst.BaseExpression, ctx: Context) -> bool:
    """True if an expression can turn out to be a set in which the order is open."""
    if isinstance(expr, cst.Set):
        is_one = len(expr.elements) == 1 and type(expr.elements[0]) is cst.Element
        return not is_one and not all(_is_number(e.value) for e in expr.elements)
    if isinstance(expr, cst.Name) and isinstance(made := ctx.assigned(expr), cst.Set):
        return not all(_is_number(e.value) for e in made.elements)
    ref = ctx.ref(expr)
    if ref.kind in (Kind.UNKNOWN, Kind.LOCAL, Kind.PARTIAL):
        return False
    if ref.kind is Kind.LITERAL and not ref.path:
        return ref.name in ("set", "frozenset")
    if ref.kind is Kind.OPERATION and ref.name not in _OPERATORS:
        return False
    if ref.kind is Kind.RESULT and ref.of is not None and ref.of.path[-1:] in _NOT_SETS:
        return False
    name = ctx.type_of(expr)
    if name is not None and name.startswith("builtins."):
        return name in _SETS
    return not _is_judged_elsewhere(ref)


def _is_another_type(expr: cst.BaseExpression, ctx: Context) -> bool:
    """True if something that is made text is declared as something else, or not at all.

    Most of what stands in f-strings is; to ask what all callers give would take long.
    """
    ref = ctx.ref(expr)
    if ref.kind is Kind.PARAM and ref.of is None:
        return True
    name = ctx.type_of(expr)
    return name is not None and name not in _SETS


def _is_number(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.UnaryOperation):
        node = node.expression
    return isinstance(node, (cst.Integer, cst.Float))


def _is_judged_elsewhere(ref: Ref) -> bool:
    """True if something comes from `asyncio.wait()` or `asyncio.all_tasks()`."""
    pending = [ref]
    while pending:
        part = pending.pop()
        last = part.path[-1] if part.path else part.name.rpartition(".")[2]
        if part.kind in (Kind.GLOBAL, Kind.IMPORT) and last in ("all_tasks", "wait"):
            return True
        pending += [*part.others, *([part.of] if part.of is not None else [])]
    return False


def _popped(expr: cst.BaseExpression, call: cst.CSTNode, flow: OrderFlow) -> Sink:
    """`while names: name = names.pop()` is a loop; any other `pop()` takes an arbitrary one."""
    loop = emptying(flow, expr, call)
    if loop is not None:
        return flow.finish(loop.step())
    if isinstance(flow.tree.up(call), cst.Expr):
        return Sink.SHOWN
    return flow.sink(call, OrderTaint.VALUE)
