"""``try`` statements that ask the workflow something which raises outside of one.

Their handlers run outside of workflows only, as long as nothing else in the ``try`` can fail with
what they catch.
"""

from __future__ import annotations

import enum
from collections.abc import Container

import libcst as cst

from wflint import limits
from wflint.facts.guards import DottedName
from wflint.facts.model import Flag
from wflint.facts.questions import (
    IN_WORKFLOW,
    NEEDS_ACTIVITY,
    NEEDS_WORKFLOW,
    RAISES_OUTSIDE,
    READ_ONLY_ERROR,
    RUNNING_LOOPS,
)
from wflint.syntax.walk import walk

_NOT_IN_WORKFLOW = {
    "builtins.RuntimeError",  # a common mistake for what the SDK raises
    "temporalio.exceptions.TemporalError",
    "temporalio.workflow._NotInWorkflowEventLoopError",
}
_EVERYTHING = {"builtins.BaseException", "builtins.Exception"}

_NEVER_FAIL = {
    f"builtins.{name}" for name in ("bool", "callable", "hasattr", "isinstance", "repr", "str")
}
_KNOWN = (*sorted(RUNNING_LOOPS), "builtins.", "contextlib.suppress", "datetime.", "temporalio.")
"""Prefixes of functions that fail, if they do, because of what they are given."""

_MAY_BE_MISSING = {"continued_run_id", "cron_schedule", "parent", "retry_policy", "root"}
"""Attributes of ``workflow.info()`` that may be ``None``."""

_LOGGER = "temporalio.workflow.logger."
"""The beginning of names taken from the logger, also by way of a variable."""

_ASKING = RAISES_OUTSIDE | IN_WORKFLOW
"""Functions that only raise, or are only missing with the SDK itself, outside of workflows."""

ASKING_ACTIVITY = NEEDS_ACTIVITY - {"temporalio.activity.client"}
"""Functions that only raise outside of activities; the client is missing in others as well."""

_MAY_FAIL = (cst.Assert, cst.Del)
_DIVISIONS = (cst.Divide, cst.FloorDivide, cst.Modulo)


class Probe(enum.Enum):
    """The purpose of the handlers of a ``try``, by what its body does."""

    NONE = "none"
    ONLY_NARROW = "only narrow"
    ANY = "any"


def probe_in(body: cst.BaseSuite, name: DottedName, asking: Container[str] = _ASKING) -> Probe:
    """Return which handlers of a ``try`` can only run outside of workflows, or of activities.

    ``ONLY_NARROW`` stands for those that do not catch what a lookup or a conversion raises.
    """
    reading = _Reading(name)
    for node in walk(body):
        if isinstance(node, (cst.Await, cst.Raise)):
            return Probe.NONE
        reading.note_names(node)
        if isinstance(node, (cst.Call, cst.Attribute)):
            target = name(node.func if isinstance(node, cst.Call) else node)
            reading.asks = reading.asks or target in asking or target.startswith(_LOGGER)
            if isinstance(node, cst.Call) and not reading.is_harmless(node, target):
                return Probe.NONE
        reading.may_fail = reading.may_fail or reading.fails(node)
    if not reading.asks:
        return Probe.NONE
    return Probe.ONLY_NARROW if reading.may_fail else Probe.ANY


class _Reading:
    """The body of one ``try``; ``given`` are the local names of what the workflow gave."""

    def __init__(self, name: DottedName) -> None:
        self.name = name
        self.asks = False
        self.may_fail = False
        self.given: set[str] = set()

    def note_names(self, node: cst.CSTNode) -> None:
        match node:
            case cst.Assign(targets=targets, value=value) if self._is_given(value):
                names = [t.target.value for t in targets if isinstance(t.target, cst.Name)]
                self.given.update(names)
            case cst.AnnAssign(target=cst.Name(value=bound), value=value) if value is not None:
                self.given.update([bound] if self._is_given(value) else ())
            case cst.NamedExpr(target=cst.Name(value=bound), value=value) if self._is_given(value):
                self.given.add(bound)

    def is_harmless(self, call: cst.Call, target: str) -> bool:
        """True if a call fails for no other reason than what it is given."""
        return target.startswith(_KNOWN) if target else self._is_given(call)

    def fails(self, node: cst.CSTNode) -> bool:
        """True if a part of the body may fail inside a workflow."""
        match node:
            case cst.Call(func=func, args=args):
                target = self.name(func)
                is_conversion = target.startswith("builtins.") and target not in _NEVER_FAIL
                return is_conversion and not all(self._is_given(a.value) for a in args)
            case cst.Attribute(value=value):
                return not self.name(node) and not self._is_given(value, also_missing=False)
            case cst.Subscript(slice=parts):
                return any(not isinstance(part.slice, cst.Slice) for part in parts)
            case cst.BinaryOperation(operator=operator):
                return isinstance(operator, _DIVISIONS)
            case cst.AssignTarget(target=target):
                return isinstance(target, (cst.Tuple, cst.List))
        return isinstance(node, _MAY_FAIL)

    def _is_given(self, node: cst.BaseExpression, *, also_missing: bool = True) -> bool:
        """True for what the workflow gave, a part of it, or what a method of that gives."""
        root: cst.CSTNode = node
        while isinstance(root, (cst.Attribute, cst.Call, cst.Subscript)):
            if isinstance(root, cst.Attribute):
                if root.attr.value in _MAY_BE_MISSING and not also_missing:
                    return False
                if self.name(root).startswith(_KNOWN):
                    return True
            if isinstance(root, cst.Call):
                if self.name(root.func).startswith(_KNOWN):
                    return True
                root = root.func
            else:
                root = root.value
        if not isinstance(root, cst.Name):
            return False
        return root.value in self.given or self.name(root).startswith("temporalio.")


def asked_first(body: cst.BaseSuite, name: DottedName) -> int:
    """Return the flags of code that a block comes to when it has asked what raises elsewhere."""
    first = _first_called(body)
    if first is None:
        return 0
    asked = name(first.func)
    if asked in NEEDS_WORKFLOW or _only_asks(body, name):
        return Flag.IN_WORKFLOW
    return Flag.NOT_IN_WORKFLOW if asked in NEEDS_ACTIVITY else 0


def keeping(
    node: cst.Try | cst.TryStar, name: DottedName
) -> cst.ExceptHandler | cst.ExceptStarHandler | None:
    """Return the handler that keeps what is raised outside of workflows, or of activities."""
    for handler in node.handlers:
        if handler.type is None or keeps(caught_in(handler.type, name)):
            is_kept = not any(isinstance(n, cst.Raise) for n in walk(handler))
            return handler if is_kept else None
    return None


def keeps(caught: set[str]) -> bool:
    """True if one of some classes is that of what is raised there."""
    return not caught.isdisjoint(_EVERYTHING | _NOT_IN_WORKFLOW)


def asks_at_once(body: cst.BaseSuite) -> bool:
    """True if a block surely calls what it calls first: in its first statement."""
    first = next((s for s in body.body if not _is_import(s)), None)
    if not isinstance(first, (cst.SimpleStatementLine, cst.BaseSmallStatement)):
        return False
    return any(isinstance(n, cst.Call) for n in walk(first))


def keeps_all(node: cst.Try, name: DottedName) -> bool:
    """True if a ``try`` has a handler for all errors, and nothing is raised again."""
    caught = [set[str]() if h.type is None else caught_in(h.type, name) for h in node.handlers]
    is_wide = any(not types or not _EVERYTHING.isdisjoint(types) for types in caught)
    return is_wide and not any(isinstance(n, cst.Raise) for h in node.handlers for n in walk(h))


def _first_called(body: cst.BaseSuite) -> cst.Call | None:
    """Return what is called first: what is called, and what it is given, come before a call."""
    found: cst.Call | None = None
    parts: list[cst.CSTNode] = [body]
    while True:
        inner = (n for part in parts for n in walk(part) if isinstance(n, cst.Call))
        call = next(inner, None)
        if call is None:
            return found
        found, parts = call, [call.func, *(arg.value for arg in call.args)]


def _only_asks(body: cst.BaseSuite, name: DottedName) -> bool:
    """True if nothing is called but the workflow, which a logger is the first part of."""
    called = [name(n.func) for n in walk(body) if isinstance(n, cst.Call)]
    if not any(one in NEEDS_WORKFLOW for one in called):
        return False
    return all(one.startswith("temporalio.workflow.") or one in _NEVER_FAIL for one in called)


def catches_probe(
    handler: cst.ExceptHandler | cst.ExceptStarHandler,
    name: DottedName,
    probe: Probe,
    body: cst.BaseSuite,
) -> bool:
    """True if an ``except`` is there for nothing but what is raised outside of a workflow.

    Or if it comes to nothing inside: what may fail in the ``body`` that is tried fails again there.
    """
    if probe is Probe.NONE:
        return False
    if probe is Probe.ONLY_NARROW and _fails_again(handler, body, name):
        probe = Probe.ANY
    if handler.type is None:
        return probe is Probe.ANY
    return is_of_probe(caught_in(handler.type, name), probe)


def _fails_again(
    handler: cst.ExceptHandler | cst.ExceptStarHandler, body: cst.BaseSuite, name: DottedName
) -> bool:
    """True if a handler begins with all that may fail in what is tried: ``log(f"{rows[0]}")``."""
    statements = (s for s in handler.body.body if not _is_import(s))
    first = next(statements, None)
    if not isinstance(first, cst.SimpleStatementLine) or len(first.body) != 1:
        return False
    reading = _Reading(name)
    failing = [node for node in walk(body) if reading.fails(node)]
    there = list(walk(first))
    return len(failing) <= limits.ARGUMENTS and all(
        any(type(node) is type(one) and node.deep_equals(one) for node in there) for one in failing
    )


def _is_import(statement: cst.CSTNode) -> bool:
    inner = statement.body if isinstance(statement, cst.SimpleStatementLine) else ()
    return bool(inner) and all(isinstance(s, (cst.Import, cst.ImportFrom)) for s in inner)


def is_of_probe(caught: set[str], probe: Probe) -> bool:
    """True if classes are caught for nothing but what is raised outside of a workflow."""
    if probe is Probe.NONE:
        return False
    if probe is Probe.ONLY_NARROW:
        return caught <= _NOT_IN_WORKFLOW
    return not caught.isdisjoint(_NOT_IN_WORKFLOW | _EVERYTHING)


def suppressed(item: cst.BaseExpression, name: DottedName) -> set[str]:
    """Return the classes that ``with contextlib.suppress(...)`` is for."""
    if not isinstance(item, cst.Call) or name(item.func) != "contextlib.suppress":
        return set()
    return {name(arg.value) for arg in item.args}


def caught_in(types: cst.BaseExpression, name: DottedName) -> set[str]:
    """Return the dotted names of the classes that a handler is for."""
    elements = types.elements if isinstance(types, cst.Tuple) else None
    return {name(e.value) for e in elements} if elements is not None else {name(types)}


def expects_read_only(node: cst.Try | cst.TryStar, name: DottedName) -> bool:
    """True if a ``try`` has a handler for what the SDK raises in queries and validators."""
    types = (h.type for h in node.handlers if h.type is not None)
    return any(READ_ONLY_ERROR in caught_in(one, name) for one in types)


def asks_for_loop(body: cst.BaseSuite, name: DottedName) -> bool:
    """True if the first thing that a ``try`` body calls is what raises where no loop runs."""
    first = next((n for n in walk(body) if isinstance(n, cst.Call)), None)
    return first is not None and name(first.func) in RUNNING_LOOPS


def catches_missing_loop(
    handler: cst.ExceptHandler | cst.ExceptStarHandler, name: DottedName
) -> bool:
    """True if an ``except`` is for where no loop runs; in a workflow there always is one."""
    return handler.type is not None and name(handler.type) == "builtins.RuntimeError"
