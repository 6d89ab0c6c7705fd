"""Uses the memory address or the hash of an object in workflow code.

## What breaks

`id()` is a memory address, and a replay puts its objects elsewhere. `hash()` of text, bytes, dates,
enum members and plain objects differs in every process, because Python salts it or takes it from
the address. A bucket, a key or an order that rests on one comes out differently on replay. So does
the text of a bare `object()`, which shows its address.

Sort and group by something the object carries: a name, a number, an id from the input. For a stable
digest use `hashlib`.

## Bad

```python
from temporalio import workflow


@workflow.defn
class ShardWorkflow:
    @workflow.run
    async def run(self, customer: str = "ada") -> int:
        return hash(customer) % 8
```

## Good

```python
import hashlib

from temporalio import workflow


@workflow.defn
class ShardWorkflow:
    @workflow.run
    async def run(self, customer: str = "ada") -> int:
        return hashlib.sha256(customer.encode()).digest()[0] % 8
```

## What the SDK does

Nothing: the sandbox does not see `id()` and `hash()`, neither in the workflow's own module nor in
one that is passed through. Not reported are ids that only tell objects apart (two of them compared,
or kept in a set or as keys of a mapping), hashes of numbers and of what is made of numbers, and a
`__hash__` method of one's own.

## References

* https://docs.temporal.io/workflow-definition#deterministic-constraints
* https://docs.python.org/3/reference/datamodel.html#object.__hash__
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_ID = "`id()` is a memory address, which differs on replay; use a value that the object carries"
_HASH = (
    "`hash()` of this value differs from process to process; use `hashlib`, or a value that the "
    "object carries"
)
_TEXT = (
    "the text of a bare `object()` shows its memory address, which differs on replay; "
    "use a name of your own"
)
_KEY = "`key={key}` sorts by what differs on every replay; sort by a value that the objects carry"

_IDENTITIES = {"builtins.id": "id", "builtins.hash": "hash"}
_SORTS = frozenset(
    {"builtins.max", "builtins.min", "builtins.sorted", "heapq.nlargest", "heapq.nsmallest"}
)
_TEXTS = frozenset({"builtins.ascii", "builtins.format", "builtins.repr", "builtins.str"})
_LOOKUPS = frozenset({"add", "discard", "get", "pop", "remove", "setdefault"})
_STABLE_TYPES = frozenset(
    {
        "builtins.bool",
        "builtins.float",
        "builtins.int",
        "builtins.len",
        "datetime.timedelta",
        "decimal.Decimal",
        "uuid.UUID",
    }
)


class ObjectIdentity(Rule):
    code = "WFL116"
    name = "object-identity"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    since = "0.1"
    differs_on_replay = True
    message = "`{name}` differs on replay; use a value that the object carries"

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """`id(x)`, `hash(x)`, `str(object())`, and `key=id` where something is sorted."""
        name = ctx.dotted_name(node.func)
        severity = Severity.ERROR if _is_sorted_by(ctx) else None
        if key := _identity_key(node, name, ctx):
            ctx.report(self, node, _KEY.format(key=key), Severity.ERROR)
        elif name == "builtins.map" and len(node.args) == 2:
            mapped = _IDENTITIES.get(ctx.dotted_name(node.args[0].value) or "")
            if mapped is not None:
                message = _ID if mapped == "id" else _HASH
                ctx.report(self, node, message, severity, subject=node.args[0].value)
        elif len(node.args) != 1:
            return
        elif name == "builtins.id" and not (_is_compared(ctx) or _only_tells_apart(node, ctx)):
            ctx.report(self, node, _ID, severity, subject=node.func)
        elif name == "builtins.hash" and _is_telling_hash(node.args[0].value, ctx):
            of = node.args[0].value
            ctx.report(self, node, _HASH, severity, subject=node.func, asked=of)
        elif name in _TEXTS and _is_bare_object(node.args[0].value, ctx):
            ctx.report(self, node, _TEXT, subject=node.func)

    def confirm(self, view: FindingView) -> Report | None:
        """Drop what turns out to be the hash of a value that is the same everywhere."""
        types = view.types()
        if types and all(t.hashed_by == "value" for t in types):
            return None
        return super().confirm(view)

    def visit_FormattedStringExpression(
        self, node: cst.FormattedStringExpression, ctx: Context
    ) -> None:
        """`f"{x}"` where `x` is a bare `object()`."""
        if _is_bare_object(node.expression, ctx):
            ctx.report(self, node.expression, _TEXT)


def _identity_key(call: cst.Call, name: str | None, ctx: Context) -> str | None:
    """`id` or `hash`, if the call sorts by it."""
    is_sort = isinstance(call.func, cst.Attribute) and call.func.attr.value == "sort"
    if not is_sort and name not in _SORTS:
        return None
    for arg in call.args:
        if arg.keyword is not None and arg.keyword.value == "key":
            return _IDENTITIES.get(ctx.dotted_name(arg.value) or "")
    return None


def _is_sorted_by(ctx: Context) -> bool:
    """True if the place is in `key=lambda x: ...` of something that sorts."""
    outer = ctx.in_statement
    for function, arg, call in zip(outer, outer[1:], outer[2:], strict=False):
        match function, arg, call:
            case cst.Lambda(), cst.Arg(keyword=cst.Name(value="key")), cst.Call(func=func):
                method = func.attr.value if isinstance(func, cst.Attribute) else ""
                return method == "sort" or ctx.dotted_name(func) in _SORTS
    return False


def _is_compared(ctx: Context) -> bool:
    """`id(a) == id(b)` asks whether two things are the same: so they are on replay, or not."""
    parent = ctx.parent()
    comparison = ctx.parent(2) if isinstance(parent, cst.ComparisonTarget) else parent
    match comparison:
        case cst.Comparison(
            left=cst.Call(func=left),
            comparisons=[
                cst.ComparisonTarget(
                    operator=cst.Equal() | cst.NotEqual(), comparator=cst.Call(func=right)
                )
            ],
        ):
            name = ctx.dotted_name(left)
            return name in _IDENTITIES and name == ctx.dotted_name(right)
    return False


def _only_tells_apart(call: cst.Call, ctx: Context) -> bool:
    """Ids that only tell objects apart: looked up, or kept under a name that is only looked up."""
    from wflint.rule import children, walk

    root = next(iter(ctx.ancestors), call)
    nodes = walk(root)
    up = {id(child): node for node in nodes for child in children(node)}
    return _is_looked_up(call, up) or _is_kept_to_look_up(call, nodes, up)


def _is_looked_up(node: cst.CSTNode, up: dict[int, cst.CSTNode]) -> bool:
    """`id(x) in seen`, `seen.add(id(x))`, `memo[id(x)]`, `memo.get((id(x), name))`."""
    parent = up.get(id(node))
    match parent:
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=operator)]):
            return left is node and isinstance(operator, (cst.In, cst.NotIn))
        case cst.Arg():
            outer = up.get(id(parent))
            method = outer.func if isinstance(outer, cst.Call) else None
            return isinstance(method, cst.Attribute) and method.attr.value in _LOOKUPS
        case cst.DictElement(key=key) | cst.DictComp(key=key):
            return key is node
        case cst.Element():
            outer = up.get(id(parent))
            if isinstance(outer, cst.Tuple):
                return _is_looked_up(outer, up)
            return isinstance(outer, cst.Set)
    return isinstance(parent, (cst.Index, cst.SetComp))


def _is_kept_to_look_up(
    node: cst.CSTNode, nodes: list[cst.CSTNode], up: dict[int, cst.CSTNode]
) -> bool:
    """`key = id(x)` or `key = (id(x), name)`, where every use of `key` looks something up."""
    parent = up.get(id(node))
    match parent:
        case cst.Element():
            outer = up.get(id(parent))
            return isinstance(outer, cst.Tuple) and _is_kept_to_look_up(outer, nodes, up)
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            pass
        case cst.AnnAssign(target=cst.Name(value=name)):
            pass
        case _:
            return False
    uses = [n for n in nodes if isinstance(n, cst.Name) and n.value == name]
    return all(_is_looked_up(n, up) or _is_assigned(n, up) for n in uses)


def _is_assigned(name: cst.Name, up: dict[int, cst.CSTNode]) -> bool:
    parent = up.get(id(name))
    return isinstance(parent, (cst.AssignTarget, cst.AnnAssign)) and parent.target is name


def _is_telling_hash(value: cst.BaseExpression, ctx: Context) -> bool:
    """True if the hash differs on replay, and is used for more than hashing and comparing."""
    if "__hash__" in ctx.function.qualname.split(".") or isinstance(ctx.parent(), cst.Expr):
        return False
    return not (_is_compared(ctx) or _has_stable_hash(value, ctx))


def _has_stable_hash(value: cst.BaseExpression, ctx: Context) -> bool:
    match value:
        case cst.Integer() | cst.Float() | cst.Name(value="True" | "False" | "None"):
            return True
        case cst.UnaryOperation(expression=operand):
            return _has_stable_hash(operand, ctx)
        case cst.Tuple(elements=elements):
            return all(_has_stable_hash(element.value, ctx) for element in elements)
    return ctx.type_of(value) in _STABLE_TYPES


def _is_bare_object(value: cst.BaseExpression, ctx: Context) -> bool:
    made = ctx.assigned(value) if isinstance(value, cst.Name) else value
    return isinstance(made, cst.Call) and ctx.dotted_name(made.func) == "builtins.object"
