"""Code that stands in for a missing SDK, which no program ever runs that has workflows.

```python
try:
    from temporalio.worker import Worker
except ImportError:
    Worker = None  # never, where anything of the SDK runs
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wflint import limits
from wflint.facts.imports import ALL, MISSING, ImportStatement, caught_by, written_import
from wflint.facts.model import BindingKind, ModuleFacts
from wflint.facts.questions import SDK_MODULES, is_of_sdk
from wflint.standard_library import IN_EACH_VERSION
from wflint.syntax.guard import import_time_statements
from wflint.syntax.words import last_word

THERE = IN_EACH_VERSION | {"temporalio"}
"""Packages that can surely be imported where a workflow or an activity runs."""

_SDK = "temporalio"
_MODULES = frozenset(
    {"activity", "client", "common", "converter", "exceptions", "testing", "worker", "workflow"}
)
"""Modules that the SDK has had for as long as wflint knows it."""

_NAMES = frozenset(
    {
        *("ActivityError", "ApplicationError", "CancelledError", "ChildWorkflowError"),
        *("FailureError", "TemporalError", "TimeoutError", "WorkflowAlreadyStartedError"),
        *("Client", "RPCError", "RPCStatusCode", "ServiceError", "TLSConfig"),
        *("WorkflowFailureError", "WorkflowHandle", "WorkflowExecutionStatus"),
        *("RetryPolicy", "SearchAttributeKey", "TypedSearchAttributes", "WorkflowIDReusePolicy"),
        *("DataConverter", "Interceptor", "Replayer", "UnsandboxedWorkflowRunner", "Worker"),
        *("SandboxedWorkflowRunner", "SandboxRestrictions", "WorkflowEnvironment"),
        *("ActivityEnvironment", "ActivityCancellationType", "ParentClosePolicy"),
        *("defn", "execute_activity", "heartbeat", "in_activity", "info", "logger", "now"),
        *("query", "run", "signal", "unsafe", "update", "uuid4", "wait_condition"),
    }
)
"""Names that their modules have had for as long: an import of another may want a newer SDK."""


class StandIns(NamedTuple):
    """The parts of a ``try`` that stand in for the SDK.

    ``handlers`` never run; in the others, ``names`` are only bound where the SDK is missing.
    """

    handlers: tuple[ast.ExceptHandler, ...] = ()
    names: frozenset[str] = frozenset()


def stand_ins(node: ast.stmt, module: ModuleFacts) -> StandIns:
    """Return what stands in for the SDK in the handlers of a statement of a module."""
    if not isinstance(node, ast.Try) or not node.handlers:
        return StandIns()
    inside = list(import_time_statements(ast.Module(node.body, [])))
    imports = [one for inner in inside for one in written_imports(inner)]
    names = frozenset(
        name
        for statement in imports
        for name, target in statement.bound(module)
        if is_of_sdk(target) or (target.startswith(f"{_SDK}.") and _is_old(target))
    )
    caught = [(handler, frozenset(caught_by(handler))) for handler in node.handlers]
    if all(types.isdisjoint(MISSING | ALL) for _, types in caught):
        return StandIns()
    if not surely_work(imports) or any(isinstance(inner, ast.Raise) for inner in inside):
        return StandIns((), names)
    is_plain = all(_is_plain(inner) for inner in inside)
    dead = tuple(handler for handler, types in caught if is_plain or types <= MISSING)
    return StandIns(dead, names)


def says_with_sdk(test: ast.expr, module: ModuleFacts) -> bool | None:
    """Return what a test of a module says where the SDK is, if it asks for that."""
    negated = False
    while True:
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                negated = not negated
            case ast.Compare(
                left=inner, ops=[ast.Is() | ast.IsNot() as how], comparators=[ast.Constant(None)]
            ):
                negated = negated ^ isinstance(how, ast.Is)
            case ast.Call(func=ast.Name(id="bool"), args=[inner], keywords=[]):
                pass
            case _:
                break
        test = inner
    said = _is_there(test, module)
    return said if said is None else said ^ negated


def side_with_sdk(value: ast.expr, module: ModuleFacts) -> ast.expr:
    """Return what ``a if test else b`` is where the SDK is, if the test asks for that."""
    for _ in range(limits.ALTERNATIVES):
        said = says_with_sdk(value.test, module) if isinstance(value, ast.IfExp) else None
        if said is None or not isinstance(value, ast.IfExp):
            break
        value = value.body if said else value.orelse
    return value


def _is_there(value: ast.expr, module: ModuleFacts) -> bool | None:
    """Return whether a value is true where the SDK is installed, if that is known."""
    match value:
        case ast.Call(func=func, args=[ast.Constant(value=str(name))]) if (
            last_word(func) == "find_spec"
        ):
            return True if surely_work([ImportStatement(((name, ""),))]) else None
        case ast.Name(id=name):
            bindings = module.bindings.get(name, ())
            if len(bindings) != 1:
                return None
            only = bindings[0]
            if only.what is BindingKind.IMPORT:
                return True if only.target in SDK_MODULES else None
            return only.with_sdk
    return None


def surely_work(imports: list[ImportStatement]) -> bool:
    """True if imports work wherever the SDK is, and nowhere else."""
    modules = [name for statement in imports for name in _imported(statement)]
    if not all(name.partition(".")[0] in THERE for name in modules):
        return False
    of_sdk = [name for name in modules if name.partition(".")[0] == _SDK]
    return bool(of_sdk) and all(map(_is_old, of_sdk))


def _imported(statement: ImportStatement) -> Iterator[str]:
    """The dotted names that an import asks for, ``""`` for what is beside the module."""
    if statement.base is None:
        yield from (name for name, _ in statement.names)
    elif statement.level:
        yield ""
    else:
        yield from (f"{statement.base}.{name}" for name, _ in statement.names)


def _is_old(name: str) -> bool:
    """True if each version of the SDK that wflint knows has a name."""
    _, *parts = name.split(".")
    if not parts or parts == ["*"]:
        return True
    known = _NAMES | {"*", "workflow_sandbox"}
    return parts[0] in _MODULES and all(part in known for part in parts[1:])


def written_imports(node: ast.stmt) -> Iterator[ImportStatement]:
    """Return the imports that a statement is or, without those in it, makes by a call."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield written_import(node)
    value = node.value if isinstance(node, (ast.Assign, ast.Expr, ast.Return)) else None
    match value:
        case ast.Call(func=func, args=[given, *_]) if last_word(func) == "import_module":
            text = given.value if isinstance(given, ast.Constant) else ""
            yield ImportStatement(((str(text), ""),))


def _is_plain(node: ast.stmt) -> bool:
    """True of a statement that nothing can fail in but an import."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Pass():
            return True
        case ast.Assign(value=ast.Constant()) | ast.AnnAssign(value=ast.Constant()):
            return True
        case ast.Assign(value=ast.Call()):
            return any(True for _ in written_imports(node))
        case ast.Expr(value=ast.Constant()):
            return True
    return False


def in_handlers(handlers: Iterable[ast.ExceptHandler]) -> list[ast.stmt]:
    """Return the statements in handlers, without those in them."""
    return [statement for handler in handlers for statement in handler.body]
