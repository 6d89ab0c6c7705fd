"""Uses a name that Temporal's Python SDK does not have.

## What breaks

`workflow.side_effect`, `workflow.get_version` or `ApplicationFailure` exist in the SDKs of other
languages, and `workflow.get_logger` exists in none. In a function such names fail only when the
line is reached, perhaps long after the worker has started.

Names that are newer than the project's version of the SDK are also reported, unless the code checks
for them with `hasattr()` or catches the error. That version is `target-sdk`, or the newest that the
lock file or the requirements near the file admit: 1.7 for `temporalio==1.7.0`, 1.8 for
`temporalio<1.9`. Names that this version has, but newer ones do not, are a warning:
`workflow.timedelta` was there up to 1.27, because the module happened to import it. What the file
itself puts into the module is not reported.

## Bad

```python
from temporalio import workflow


@workflow.defn
class TokenWorkflow:
    @workflow.run
    async def run(self) -> str:
        return str(workflow.side_effect(lambda: "token"))
```

## Good

```python
from temporalio import workflow


@workflow.defn
class TokenWorkflow:
    @workflow.run
    async def run(self) -> str:
        return str(workflow.uuid4())
```

## Fix safety

The fix replaces the wrong name by the right one, if there is one. That may take other arguments or
work in another way, so the fix is unsafe. A wrong name that is imported is renamed in the whole
file. Where the file needs the old name, it stays as an alias (`import ApplicationError as
ApplicationFailure`). Names without a counterpart, such as `workflow.side_effect`, are left alone.

## What the SDK does

The use raises `AttributeError: module 'temporalio.workflow' has no attribute ...`. In a workflow
that fails the workflow task, which is tried again and again. An import of the name raises
`ImportError`, so the module cannot be loaded at all.

## References

* https://python.temporal.io/temporalio.workflow.html
* https://github.com/temporalio/sdk-python/releases
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from wflint.rule import Fixable, Report, Rule, RuleSettings, Scope, Severity, cst

from ._sdk import name_meant, sdk

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView, FixView, Repair

_MODULES = frozenset({"activity", "common", "exceptions", "wf", "worker", "workflow"})
_IMPORT = re.compile(
    r"[ \t]*(?:from[ \t]+temporalio([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\r\n]+)"
    r"|import[ \t]+temporalio([\w.]*))"
)
_NOT_NAMES = re.compile(r"\bas\s+\w+|#[^\r\n]*")
_WORKER_METHODS = frozenset(
    {"config", "is_running", "is_shutdown", "run", "shutdown", "task_queue"}
)
"""Methods of a variable called `worker`; reading such functions would be in vain."""

_OF_INFO = re.compile(r"info(?<!\winfo)(?:\(\))?\.([a-z]\w*)")
_MISSING = ("AttributeError", "ImportError", "ModuleNotFoundError")


@functools.cache
def _use_of(module: str) -> re.Pattern[str]:
    """Match `module.name`; the module may itself be an attribute of `temporalio` only."""
    is_top = rf"(?:(?<![\w.]{module})|(?<=temporalio\.{module}))"
    return re.compile(rf"{module}{is_top}\.([A-Za-z]\w*)")


def _names_taken_from(module: str, source: str) -> set[str]:
    return set(_use_of(module).findall(source))


@functools.lru_cache(maxsize=2)
def _imports(source: str) -> list[tuple[str, str, str]]:
    """The lines that import from the SDK: the package, with what it is asked for, or a module."""
    places = (found.start() for found in re.finditer("temporalio", source))
    lines = {max(source.rfind("\n", 0, at), source.rfind("\r", 0, at)) + 1 for at in places}
    imports = (_IMPORT.match(source, line) for line in sorted(lines))
    return [(one[1] or "", one[2] or "", one[3] or "") for one in imports if one]


def _imported_modules(source: str) -> frozenset[str]:
    """Those of the usual names under which a file imports modules of the SDK."""
    words: set[str] = set()
    for package, names, plain in _imports(source):
        words.update(re.findall(r"\w+", f"{package} {names} {plain}"))
    aliases = re.findall(r"import[ \t]+temporalio[\w.]*[ \t]+as[ \t]+(\w+)", source)
    return _MODULES & words.union(aliases)


class UnknownTemporalApi(Rule):
    code = "WFL214"
    name = "unknown-temporal-api"
    severity = Severity.ERROR
    scope = Scope.ANY
    fix = Fixable.UNSAFE
    since = "0.1"
    words = ("temporalio",)

    @classmethod
    def suspicious(cls, source: str, settings: RuleSettings) -> bool:
        """True if a text seems to use a name that the SDK does not have."""
        table, target = sdk(), settings.newest_sdk
        known = _MODULES if "import" not in source else _imported_modules(source)
        for module in sorted(known):
            path = "temporalio.workflow" if module == "wf" else f"temporalio.{module}"
            harmless = _WORKER_METHODS if module == "worker" else frozenset()
            taken = _names_taken_from(module, source) - harmless
            if any(table.fault(path, name, target) for name in taken):
                return True
        members = frozenset().union(*table.given_by.values())
        if any(name not in members for name in _OF_INFO.findall(source)):
            return True
        for package, names, plain in _imports(source):
            path = f"temporalio{package or plain}"
            wanted = re.findall(r"\w+", _NOT_NAMES.sub("", names))
            if _path_fault(path, target) or any(table.fault(path, n, target) for n in wanted):
                return True
        return False

    def visit_Attribute(self, node: cst.Attribute, ctx: Context) -> None:
        """`workflow.side_effect`, however `workflow` was imported."""
        if isinstance(node.value, (cst.Call, cst.Name)):
            self._look_at_given(node, ctx)
        module = ctx.dotted_name(node.value)
        if module is None or not module.startswith("temporalio"):
            return
        name, target = node.attr.value, ctx.settings.newest_sdk
        meant = name_meant(node, ctx.parent)
        if not sdk().fault(module, name, target) or isinstance(ctx.parent(), cst.AssignTarget):
            return
        if not _is_guarded(ctx):
            message = sdk().fault(module, meant, target, ctx.code(node))
            passing = sdk().is_passing(module, name, target)
            severity = Severity.WARNING if passing else None
            detail = ctx.code(node.value), (name,)
            ctx.report(self, node, message, severity, node.value, detail=detail)

    def _look_at_given(self, node: cst.Attribute, ctx: Context) -> None:
        """`workflow.info().is_signal_received`, also through a variable."""
        given = node.value
        if isinstance(given, cst.Name):
            assigned = ctx.assigned(given)
            given = assigned if assigned is not None else given
        if not isinstance(given, cst.Call) or isinstance(ctx.parent(), cst.AssignTarget):
            return
        name, target = node.attr.value, ctx.settings.newest_sdk
        function = ctx.dotted_name(given.func) or ""
        message = sdk().attribute_fault(function, name, target, ctx.code(node))
        if message and not _is_guarded(ctx):
            ctx.report(self, node, message, subject=given.func, detail=(function, ()))

    def visit_Import(self, node: cst.Import, ctx: Context) -> None:
        """`import temporalio.worker.deployment_config`."""
        for alias in node.names:
            message = _path_fault(alias.evaluated_name, ctx.settings.newest_sdk)
            if message and not _is_guarded(ctx):
                ctx.report(self, node, message, detail=(alias.evaluated_name, ()))

    def visit_ImportFrom(self, node: cst.ImportFrom, ctx: Context) -> None:
        """`from temporalio.workflow import side_effect`."""
        if node.module is None or node.relative or isinstance(node.names, cst.ImportStar):
            return
        module, target = ctx.code(node.module), ctx.settings.newest_sdk
        message, wrong = _path_fault(module, target), []
        if not message:
            names = [alias.evaluated_name for alias in node.names]
            wrong = [name for name in names if sdk().fault(module, name, target)]
            message = "; ".join(sdk().fault(module, name, target) for name in wrong)
        if message and not _is_guarded(ctx):
            passing = bool(wrong) and all(sdk().is_passing(module, n, target) for n in wrong)
            severity = Severity.WARNING if passing else None
            ctx.report(self, node, message, severity, detail=(module, tuple(wrong)))

    def confirm(self, view: FindingView) -> Report | None:
        """Not what the file itself has put into the module."""
        module, names = view.read(tuple[str, tuple[str, ...]])
        owner, source = module.rpartition(".")[2], view.source()
        if names and all(_is_put(name, owner, source) for name in names):
            return None
        return Report(view.message, view.severity)

    def repair(self, at: FixView) -> Repair | None:
        """The right name, where one can stand in the place of the wrong one."""
        from ._renames import renamed

        return renamed(at)


def _path_fault(module: str, target: tuple[int, int]) -> str:
    """Return what is wrong with the path of an imported module."""
    parts = module.split(".")
    for length in range(1, len(parts)):
        message = sdk().fault(".".join(parts[:length]), parts[length], target)
        if message:
            return message
    return ""


def _is_put(name: str, module: str, source: str) -> bool:
    """True if a text sets an attribute of a module, by an assignment or by `setattr()`."""
    if f"{module}.{name}" not in source and "setattr" not in source:
        return False
    assigned = rf"\b{module}\.{name}[ \t]*(?::[^=\r\n]+)?=(?!=)"
    given = rf"\bsetattr\(\s*(?:\w+\.)*{module}\s*,\s*[\"']{name}[\"']"
    return re.search(f"{assigned}|{given}", source) is not None


def _is_guarded(ctx: Context) -> bool:
    """True if the code around allows for an SDK without the name."""
    for node in ctx.ancestors:
        if isinstance(node, (cst.Try, cst.TryStar)):
            caught = [h.type for h in node.handlers]
            if any(t is None or any(name in ctx.code(t) for name in _MISSING) for t in caught):
                return True
        elif isinstance(node, (cst.If, cst.IfExp)):
            test = ctx.code(node.test)
            if "hasattr(" in test or "__version__" in test:
                return True
        elif isinstance(node, cst.With):
            items = " ".join(ctx.code(item.item) for item in node.items)
            if "suppress(" in items and any(name in items for name in _MISSING):
                return True
    return False
