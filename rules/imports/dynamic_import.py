"""Imports a module while a workflow runs.

## What breaks

The sandbox loads what a workflow needs before the workflow starts. A module that is imported only
in a function is loaded in the middle of a workflow task instead: its top level runs then, under the
restrictions for workflow code, under which many libraries fail, and within the two seconds after
which the SDK reports a deadlock. It is loaded again for each workflow.

Move the import to the top of the file, if necessary under
`workflow.unsafe.imports_passed_through()`. Where two modules import each other, also if both do so
in functions, move what both need to a third one.

## Bad

```python
from temporalio import workflow


@workflow.defn
class TotalWorkflow:
    @workflow.run
    async def run(self, text: str = "total = 3") -> int:
        import tomli

        return int(tomli.loads(text)["total"])
```

## Good

```python
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    import tomli


@workflow.defn
class TotalWorkflow:
    @workflow.run
    async def run(self, text: str = "total = 3") -> int:
        return int(tomli.loads(text)["total"])
```

Modules that are passed through anyway are not reported: the standard library, `temporalio`,
`pydantic` and what the project's workers pass through; nor are modules that the workflow has
loaded already, also by an import that comes before in the same function, and imports under
`imports_passed_through()` or `TYPE_CHECKING`.

## Fix safety

The fix moves the import to the top of the file, for all functions in it. It then happens earlier,
and under the sandbox for each workflow: the fix is unsafe. It is withheld where modules of the
project import each other in a circle, or would if all that is reported was moved, where a file of
the project can do without the module (`except ImportError`, `find_spec()`), where the name means
something else at the top of the file, and where a comment belongs to the import. Imports that
depend on something (`if`, `try`, `with`) stay, and so do calls of `importlib.import_module()`.

## What the SDK does

It warns: `Module ... was imported after initial workflow load.` It does not notice
`importlib.import_module()`, which loads the module all the same. A module that defines workflows is
no exception, although the worker has imported it. What the sandbox cannot load fails there each
time, and the workflow task with it: that is an error, and a warning where somebody catches it.

Silent, as `import-not-passed-through` is, where a library that is not part of the project makes the
client, a plugin or the runner of the Worker: it may pass anything through.

## References

* https://docs.temporal.io/develop/python/python-sdk-sandbox
* https://python.temporal.io/temporalio.workflow.unsafe.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from wflint.rule import Fixable, LateImport, Report, Rule, Scope, Severity, ValueType, cst

from ._loading import broken_by

if TYPE_CHECKING:
    from wflint.rule import CallView, Context, FindingView, FixView, ForeignModule, Repair

_BLOCK = "imports_passed_through"


class DynamicImport(Rule):
    code = "WFL302"
    name = "dynamic-import"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"
    message = (
        "`{name}` is loaded only when the workflow comes here, in the middle of a workflow task; "
        "import it at the top of the file"
    )
    _circle = (
        "`{name}` is loaded only when the workflow comes here, in the middle of a workflow task; "
        "{what}"
    )
    _broken = (
        "importing `{name}` fails here each time: the sandbox cannot load {by} ({why}); {what}"
    )
    _at_top = "import it at the top of the file, under `workflow.unsafe.imports_passed_through()`"
    _third = "it imports this module, too: move what both need to a third one, and import that"
    _unknown = (
        "`{name}` loads a module in the middle of a workflow task; import what it may be at the "
        "top of the file"
    )
    targets = frozenset({"builtins.__import__", "importlib.__import__", "importlib.import_module"})

    def visit_Import(self, node: cst.Import, ctx: Context) -> None:
        """`import a, b` in a function."""
        self._check(node, ctx)

    def visit_ImportFrom(self, node: cst.ImportFrom, ctx: Context) -> None:
        """`from a import b` in a function."""
        self._check(node, ctx)

    def _check(self, node: cst.Import | cst.ImportFrom, ctx: Context) -> None:
        if ctx.is_module_level or _is_passed_through(ctx):
            return
        for fact in ctx.imported(node):
            there = _there_by_then(fact.modules(), node, ctx)
            late = LateImport(fact.module, fact.names, there)
            ctx.report(self, node, self.message, detail=late)

    def confirm(self, view: FindingView) -> Report | None:
        """Only what is not there yet by then."""
        missing = view.missing(view.read(LateImport))
        if not missing:
            return None
        broken = broken_by(view.loads(missing))
        if broken is None:
            return self._report(missing, view)
        module, why = broken
        what = self._third if view.imports_back(missing) else self._at_top
        text = self._broken.format(name=missing, by=_by(module, missing), why=why, what=what)
        is_kept = view.may_be_caught("builtins.ImportError")
        return Report(text, Severity.WARNING if is_kept else Severity.ERROR)

    def check_call(self, view: CallView) -> Iterable[Report]:
        """`importlib.import_module("a")`."""
        argument = view.argument(0, "name")
        if argument is not None and argument.value.type is ValueType.STR:
            name = argument.value.text
            missing = "" if name.startswith(".") else view.missing(name)
            return [self._report(missing, view)] if missing else []
        return [Report(self._unknown.format(name=view.shown))]

    def _report(self, missing: str, view: CallView | FindingView) -> Report:
        message = self._circle if view.imports_back(missing) else self.message
        return Report(message.format(name=missing, what=self._third))

    def repair(self, at: FixView) -> Repair | None:
        """The statement moves to the top of the file."""
        from ._moving import moved_to_top

        return moved_to_top(at)


def _by(module: ForeignModule, missing: str) -> str:
    if module.name == missing:
        return "it"
    by = "it" if module.by == missing else f"`{module.by}`"
    return f"`{module.name}`, which {by} imports" if module.by else f"`{module.name}`"


def _there_by_then(modules: tuple[str, ...], node: cst.CSTNode, ctx: Context) -> tuple[str, ...]:
    """Those of some modules that the function has always imported before it comes to a node."""
    around_all = list(reversed(ctx.ancestors))
    functions = (n for n in around_all if isinstance(n, cst.FunctionDef))
    imports = _imports_in(next(functions, around_all[-1]), ctx)
    found: dict[str, None] = {}
    inner = node
    for around in around_all:
        if isinstance(around, cst.FunctionDef):
            break
        first, place = imports.first.get(id(around), {}), imports.places.get(id(inner), -1)
        found.update((name, None) for name in modules if first.get(name, place) < place)
        inner = around
    return tuple(found)


class _Imports(NamedTuple):
    """Where the statements of a function stand in their blocks, and where each block imports first.

    ``places`` are by the ids of statements, ``first`` by those of blocks, and by the names of
    modules and of the packages that they are in.
    """

    places: dict[int, int]
    first: dict[int, dict[str, int]]


@lru_cache(maxsize=1)
def _imports_in(root: cst.CSTNode, ctx: Context) -> _Imports:
    from wflint.rule import walk

    found = _Imports({}, {})
    for block in walk(root):
        if not isinstance(block, cst.IndentedBlock):
            continue
        first = found.first[id(block)] = {}
        for place, statement in enumerate(block.body):
            found.places[id(statement)] = place
            for name in _imported_by(statement, ctx):
                while name and name not in first:
                    first[name] = place
                    name = name.rpartition(".")[0]
    return found


def _imported_by(statement: cst.CSTNode, ctx: Context) -> Iterator[str]:
    for part in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
        if isinstance(part, (cst.Import, cst.ImportFrom)):
            for fact in ctx.imported(part):
                yield from fact.modules()


def _is_passed_through(ctx: Context) -> bool:
    for node in ctx.ancestors:
        for item in node.items if isinstance(node, cst.With) else ():
            if _BLOCK in ctx.code(item.item):
                return True
    return False
