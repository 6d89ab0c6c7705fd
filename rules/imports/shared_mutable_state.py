"""Changes state of a module or class in workflow code.

## What breaks

A module that is passed through the sandbox exists once in each worker, and so does every module
where workflows run without a sandbox. A list, a counter or a setting that such a module or one of
its classes keeps is seen by all workflows of the worker, in whatever order they happen to run, and
it is not reset for a replay: the workflow finds what other workflows, or its own first run, have
left there. A worker that replays it tomorrow starts with an empty list.

So does the module of an interceptor or a converter: a sandbox takes the Worker's own class, and
what it imports with it. The SDK makes an object of an interceptor for each workflow, which can keep
what belongs to that.

In a module that the sandbox loads again for each workflow, the state is the workflow's own. It
works until the module is passed through or the sandbox is switched off, so that is a warning only.
So it is in tests, which note in such a list what workflows have done.

Keep the state in the workflow: `self.seen = []` in `__init__`. A list in the body of a class
belongs to the class, also when it is reached by `self.seen.append(...)`. An object that a module
holds may also change itself: `BUDGET.spend()` is reported where `spend` does `self.used += 1`.

## Bad

```python
from temporalio import workflow


@workflow.defn
class VisitWorkflow:
    seen: list[str] = []

    @workflow.run
    async def run(self) -> int:
        self.seen.append(workflow.info().workflow_id)
        return len(self.seen)
```

## Good

```python
from temporalio import workflow


@workflow.defn
class VisitWorkflow:
    def __init__(self) -> None:
        self.seen: list[str] = []

    @workflow.run
    async def run(self) -> int:
        self.seen.append(workflow.info().workflow_id)
        return len(self.seen)
```

A store of results that the function computes from its arguments alone, such as
`functools.lru_cache` or a dict that it fills under a missing key and reads, is not reported, nor is
an object that is made on first use, nor an object that is never read, such as a logger with its own
buffer. The stored result of an awaited activity is reported: only the first workflow of a worker
schedules the activity. Also reported is a cached function that calls `workflow.info()` or
`workflow.now()`, because all other workflows get the result of the first.

## What the SDK does

Nothing is caught. In sandboxed modules the state is silently new for each workflow.

## References

* https://docs.temporal.io/develop/python/python-sdk-sandbox
* https://github.com/temporalio/sdk-python#passthrough-modules
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity, cst, on_one_line, shortened

from ._caches import is_cache_asked, is_cache_filled

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_LIST = frozenset(["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"])
_DICT = frozenset(["clear", "pop", "popitem", "setdefault", "update"])
_SET = frozenset(["add", "clear", "discard", "pop", "remove", "update"]) | frozenset(
    f"{name}_update" for name in ("difference", "intersection", "symmetric_difference")
)
_DEQUE = _LIST | frozenset(["appendleft", "extendleft", "popleft", "rotate"])
_CHANGERS: dict[str, frozenset[str]] = {
    "builtins.bytearray": _LIST,
    "builtins.dict": _DICT,
    "builtins.list": _LIST,
    "builtins.set": _SET,
    "collections.Counter": _DICT | {"subtract"},
    "collections.OrderedDict": _DICT | {"move_to_end"},
    "collections.defaultdict": _DICT,
    "collections.deque": _DEQUE,
}
"""Containers, with the methods that change them."""

_ALL_CHANGERS = frozenset[str]().union(*_CHANGERS.values())
_KEEPERS = ("attribute", "result", "value")
_ENVIRONMENT = "os.environ"  # see environment
_CONSTANTS = ("False", "None", "True")
_LOOKED_AT = 20
"""How many statements of a block are looked at to see what is made only once."""
_ONCE = " once"
"""Follows the kind of change where something is made that is not there yet."""
_FREES = "__del__"  # see weakref-gc
_ASKS_WORKFLOW = re.compile(
    r"temporalio\.workflow\.(info|instance|memo|new_random|now|random|time|time_ns|uuid4|uuid7)"
)


class SharedMutableState(Rule):
    code = "WFL311"
    name = "shared-mutable-state"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    message = (
        "`{name}` changes {use}, which all workflows of a worker share; keep it in the workflow "
        "instead"
    )
    _isolated = (
        "`{name}` changes {use}, which only the sandbox keeps apart for each workflow; keep it in "
        "the workflow instead"
    )

    # What changes something.

    def visit_Assign(self, node: cst.Assign, ctx: Context) -> None:
        """`name = ...` under `global`, `owner.name = ...`, `container[key] = ...`."""
        for target in node.targets:
            self._target(target.target, node, ctx)

    def visit_AnnAssign(self, node: cst.AnnAssign, ctx: Context) -> None:
        """The same with an annotation."""
        if node.value is not None:
            self._target(node.target, node, ctx)

    def visit_AugAssign(self, node: cst.AugAssign, ctx: Context) -> None:
        """`name += ...` and so on."""
        self._target(node.target, node, ctx)

    def visit_Del(self, node: cst.Del, ctx: Context) -> None:
        """`del container[key]`."""
        self._target(node.target, node, ctx)

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """`container.append(...)`, `setattr(owner, ...)`, and what cached functions ask."""
        if ctx.is_module_level or ctx.function.name == _FREES:
            return
        name = ctx.dotted_name(node.func)
        if name in ("builtins.setattr", "builtins.delattr") and node.args:
            self._report(node.args[0].value, "attribute", node, ctx)
        elif name and _ASKS_WORKFLOW.fullmatch(name) and _is_cached(ctx):
            what = f"the cached `{ctx.function.name}()` keeps the answer of the first workflow"
            ctx.report(self, node, what, subject=node.func, detail="cached")
        elif isinstance(node.func, cst.Attribute) and node.func.attr.value in _ALL_CHANGERS:
            if node.func.attr.value == "setdefault" and is_cache_asked(node, ctx):
                return
            self._report(node.func.value, node.func.attr.value, node, ctx)

    def _target(self, target: cst.CSTNode, node: cst.CSTNode, ctx: Context) -> None:
        if ctx.is_module_level or ctx.function.name == _FREES:
            return
        if isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                self._target(element.value, node, ctx)
        elif isinstance(target, cst.Name):
            if ctx.is_global(target):
                self._report_made(target, target, "name", node, ctx)
        elif isinstance(target, (cst.Attribute, cst.Subscript)):
            how = "item" if isinstance(target, cst.Subscript) else "attribute"
            if ctx.may_outlive(target.value) and ctx.dotted_name(target) != _ENVIRONMENT:
                self._report_made(target, target.value, how, node, ctx)

    def _report_made(
        self, target: cst.CSTNode, changed: cst.CSTNode, how: str, node: cst.CSTNode, ctx: Context
    ) -> None:
        """Report a change; of something set only once, only what is awaited for it can be wrong."""
        if not _is_filled_once(target, node, ctx):
            self._report(changed, how, node, ctx)
        elif awaited := _awaited(node):
            self._report(changed, f"{how}{_ONCE}", node, ctx, awaited)

    def _report(
        self,
        changed: cst.CSTNode,
        how: str,
        node: cst.CSTNode,
        ctx: Context,
        awaited: Sequence[cst.CSTNode] = (),
    ) -> None:
        """Ask where the changed object lives; what is surely local is not worth asking."""
        if ctx.may_outlive(changed):
            shown = shortened(on_one_line(ctx.code(node)), 60)
            ctx.report(self, node, shown, asked=changed, detail=how, awaited=awaited)

    # What it changes.

    def confirm(self, view: FindingView) -> Report | None:
        """Only what outlives the workflow."""
        how = view.read(str)
        if how == "cached":
            if not view.is_passed_through():
                return None
            return Report(f"{view.message} for all others; ask the workflow where it is needed")
        if how.endswith(_ONCE) and not view.waits_for_command():
            return None
        shared = view.shared()
        if shared is None or shared.module.partition(".")[0] in ("os", "temporalio"):
            return None
        if not self._changes(view, how.removesuffix(_ONCE), shared.kind):
            return None
        owner = f"`{shared.name}`"
        if shared.kind == "result":
            owner = f"the result of the cached `{shared.name}()`"
        elif shared.kind != "module":
            owner += f" of `{shared.module}`"
        if shared.is_shared:
            severity = Severity.WARNING if view.is_in_tests else None
            return Report(self.message.format(name=view.message, use=owner), severity)
        isolated = self._isolated.format(name=view.message, use=owner)
        return Report(isolated, Severity.WARNING)

    def _changes(self, view: FindingView, how: str, kind: str) -> bool:
        """True if objects of this kind can be changed in this way."""
        if how == "name":
            return kind == "value"
        if how == "attribute":
            return kind in ("class", "function", "module") or (
                kind in _KEEPERS and self._is_own(view)
            )
        if kind not in _KEEPERS:
            return False
        names = [view_type.name for view_type in view.types()]
        if not names or any(name not in _CHANGERS for name in names):
            return False
        return how == "item" or all(how in _CHANGERS[name] for name in names)

    def _is_own(self, view: FindingView) -> bool:
        types = view.types()
        return bool(types) and all(view_type.own is not None for view_type in types)


def _is_cached(ctx: Context) -> bool:
    """True if the function is decorated with `functools.cache` or `functools.lru_cache`."""
    last = {d.last_word for d in ctx.function.decorators}
    return bool(last & {"cache", "lru_cache"})


def _is_filled_once(target: cst.CSTNode, node: cst.CSTNode, ctx: Context) -> bool:
    """True if an assignment sets what does not exist yet.

    `if _client is None: _client = make()`, or `_known[key] = value` in a function that returns
    `_known[key]` or `value`. An empty container is no result but the beginning of a collection.
    """
    if not isinstance(node, (cst.Assign, cst.AnnAssign)) or node.value is None:
        return False
    name = ctx.code(target)
    if isinstance(target, cst.Subscript):
        returned = ctx.returned()
        container = ctx.code(target.value)
        is_made = isinstance(node.value, cst.Name) and node.value.value not in _CONSTANTS
        kept = is_made and ctx.code(node.value) in returned
        kept = kept or any(text.startswith(f"{container}[") for text in returned)
        return kept or is_cache_filled(target, node.value, ctx)
    if isinstance(node.value, (cst.Dict, cst.List, cst.Set)) and not node.value.elements:
        return False
    return any(name in names for names in _missing(ctx))


def _awaited(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The functions that are called in what an assignment waits for."""
    from wflint.rule import walk

    waits = (part for part in walk(node) if isinstance(part, cst.Await))
    return [n.func for wait in waits for n in walk(wait) if isinstance(n, cst.Call)]


def _missing(ctx: Context) -> Iterator[set[str]]:
    """Yield the names that are not set yet where an assignment stands, with those set beside them.

    `if not self._loaded: ...`, and what follows `if self._loaded: return` or the `assert` of that.
    """
    around = [*ctx.ancestors, None]
    for node, inner in pairwise(around):
        if isinstance(node, cst.If) and inner is node.body:
            for name in _tested(node.test, ctx, is_there=False):
                yield {name} | _set_beside(name, node.body, ctx)
        if isinstance(node, cst.IndentedBlock):
            for statement in node.body[:_LOOKED_AT]:
                if statement is inner:
                    break
                for name in _surely_missing_after(statement, ctx):
                    yield {name} | _set_beside(name, node, ctx)


def _surely_missing_after(statement: cst.CSTNode, ctx: Context) -> Iterator[str]:
    """Yield the names that are not set wherever the code goes on after a statement."""
    from wflint.rule import always_leaves

    if isinstance(statement, cst.If) and always_leaves(statement.body):
        yield from _tested(statement.test, ctx, is_there=True)
    elif isinstance(statement, cst.SimpleStatementLine):
        for small in statement.body:
            if isinstance(small, cst.Assert):
                yield from _tested(small.test, ctx, is_there=False)


def _tested(test: cst.BaseExpression, ctx: Context, is_there: bool) -> Iterator[str]:
    """The names that are something, or are not, where a test leads."""
    both = cst.Or if is_there else cst.And
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, both):
        pending: list[cst.BaseExpression] = [test]
        while pending:
            term = pending.pop()
            if isinstance(term, cst.BooleanOperation) and isinstance(term.operator, both):
                pending += (term.right, term.left)
            elif not isinstance(term, cst.BooleanOperation):
                yield from _tested(term, ctx, is_there)
    elif isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        if not is_there:
            yield ctx.code(test.expression)
    elif isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        operator = test.comparisons[0].operator
        is_none = ctx.code(test.comparisons[0].comparator) == "None"
        if is_none and isinstance(operator, cst.IsNot if is_there else cst.Is):
            yield ctx.code(test.left)
    elif is_there and isinstance(test, (cst.Name, cst.Attribute)):
        yield ctx.code(test)


def _set_beside(name: str, block: cst.BaseSuite, ctx: Context) -> set[str]:
    """Return all that a block sets, if it sets a name."""
    from wflint.rule import walk

    found = {
        ctx.code(part.target)
        for statement in block.body[:_LOOKED_AT]
        if isinstance(statement, (cst.SimpleStatementLine, cst.Try, cst.With))
        for part in walk(statement, into_functions=False)
        if isinstance(part, cst.AssignTarget)
    }
    return found if name in found else set()
