"""Conditions that say when code runs: outside a workflow, only without replay, never."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from operator import and_, or_

import libcst as cst

from wflint.facts.model import Flag
from wflint.facts.questions import (
    NEVER_MISSING,
    RAISES,
    RAISES_READ_ONLY,
    RESULT,
    RUNNING_LOOPS,
    SDK_MODULES,
    VALUE,
    WHEN_YES,
    WITHOUT_SDK,
    answers,
    is_of_sdk,
)
from wflint.standard_library import IN_EACH_VERSION

NOT_FOR_WORKFLOWS = int(Flag.NOT_IN_WORKFLOW | Flag.UNRESTRICTED)
"""The flags of code whose values no workflow gets."""

DEAD = 1 << 20
"""A flag of code that never runs (``if TYPE_CHECKING``): it is not read at all."""

_TYPE_CHECKING = {"typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING"}
_UNRESTRICTED = {"temporalio.workflow.unsafe.sandbox_unrestricted"}
_DO_NOT_FAIL = (*sorted(RUNNING_LOOPS), "builtins.", "datetime.", "temporalio.")

_NEVER_OWN = (IN_EACH_VERSION | {"builtins", "temporalio"}) - {"test", "this"}
_FINDERS = {"importlib.util.find_spec"}


DottedName = Callable[[cst.CSTNode], str]
Guards = Callable[[str], int]
"""Gives the flags of code that runs when the function of a dotted name says no.

Times ``WHEN_YES`` those of code that runs when it says yes; ``RAISES`` if it does not come back in
a workflow, ``RAISES_READ_ONLY`` if it does not in a query or validator. Behind ``VALUE`` or
``RESULT``, those of code that runs when what the name stands for, or what such a function has
given, is not there.
"""


def branch_flags(test: cst.BaseExpression, name: DottedName, guards: Guards) -> tuple[int, int]:
    """The flags of code that runs when ``test`` is true, and when it is false.

    ``guards`` tells what it means when a function of the user's own says no.
    """
    negated = False
    while isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        negated = not negated
        test = test.expression
    yes, no = _plain(test, name, guards)
    return (no, yes) if negated else (yes, no)


def case_flags(node: cst.Match, name: DottedName, guards: Guards) -> list[int]:
    """The flags of code that runs in each ``case`` of ``match workflow.in_workflow():``."""
    yes, no = branch_flags(node.subject, name, guards)
    before = 0
    found: list[int] = []
    for case in node.cases:
        fits, fails = _fitting(case.pattern, yes, no)
        asked, _ = branch_flags(case.guard, name, guards) if case.guard is not None else (0, 0)
        found.append(before | fits | asked)
        before |= fails if case.guard is None else 0
    return found


def _fitting(pattern: cst.MatchPattern, yes: int, no: int) -> tuple[int, int]:
    """The flags of code that runs where a pattern fits an answer, and where it does not."""
    value = pattern.value if isinstance(pattern, (cst.MatchSingleton, cst.MatchValue)) else None
    if isinstance(value, cst.Name) and value.value in ("True", "False"):
        return (yes, no) if value.value == "True" else (no, yes)
    return 0, 0


def flags_behind_cases(node: cst.Match, name: DottedName, guards: Guards) -> int:
    """The flags of what follows a ``match``, of which cases that leave may have kept apart."""
    yes, no = branch_flags(node.subject, name, guards)
    found = before = 0
    for case in node.cases if yes or no else ():
        _, fails = _fitting(case.pattern, yes, no)
        if isinstance(case.pattern, cst.MatchAs) and case.pattern.pattern is None:
            fails = {yes: no, no: yes}.get(before, 0)  # it fits what those before it do not
        if case.guard is None:
            found |= fails if always_leaves(case.body) else 0
            before |= fails
    return found


def _plain(test: cst.BaseExpression, name: DottedName, guards: Guards) -> tuple[int, int]:
    terms, operator = terms_of(test)
    if operator is not None:
        flags = [_single(t, name, guards) for t in terms]
        if operator is cst.And:
            return _union(f[0] for f in flags), _common(f[1] for f in flags)
        return _common(f[0] for f in flags), _union(f[1] for f in flags)
    return _single(test, name, guards)


def left_flags(
    node: cst.BooleanOperation, name: DottedName, guards: Guards, known: dict[int, int]
) -> int:
    """The flags that the left side of ``a and b`` or ``a or b`` gives to the right side.

    ``known`` keeps those of the inner operations: a chain of thousands is gone through once.
    """
    operator = type(node.operator)
    side = 0 if operator is cst.And else 1
    inner: list[cst.BooleanOperation] = []
    left = node.left
    while type(left) is cst.BooleanOperation and type(left.operator) is operator:
        if id(left) in known:
            break
        inner.append(left)
        left = left.left
    flags = known[id(left)] if id(left) in known else branch_flags(left, name, guards)[side]
    for operation in reversed(inner):
        flags |= branch_flags(operation.right, name, guards)[side]
        known[id(operation)] = flags
    return flags


def _single(test: cst.BaseExpression, name: DottedName, guards: Guards) -> tuple[int, int]:
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        yes, no = _single_name(test.expression, name, guards)
        return no, yes
    return _single_name(test, name, guards)


def _single_name(test: cst.BaseExpression, name: DottedName, guards: Guards) -> tuple[int, int]:
    if isinstance(test, cst.Call):
        if _asks_if_running(test.func, name):
            return 0, Flag.NOT_IN_WORKFLOW
        called = name(test.func)
        if called in _FINDERS and _is_sdk_text(test):
            return 0, WITHOUT_SDK
        yes, no = answers(called)
        answer = guards(called) if called and not no else 0
        return yes or answer % RAISES // WHEN_YES, no or answer % WHEN_YES
    if isinstance(test, (cst.Name, cst.Attribute)):
        known = name(test)
        if known in _TYPE_CHECKING:
            return DEAD, 0
        if _is_of_sdk(test, known):
            return 0, WITHOUT_SDK
        if isinstance(test, cst.Name):  # `inside = in_workflow()`
            yes, no = answers(known) if known not in NEVER_MISSING else (0, Flag.NOT_IN_WORKFLOW)
            if yes or no:
                return yes, no
        answer = _of_value(test, known, guards)
        return answer % RAISES // WHEN_YES, answer % WHEN_YES
    if isinstance(test, cst.Comparison):
        return _compared(test, name, guards)
    return 0, 0


def _of_value(node: cst.BaseExpression, known: str, guards: Guards) -> int:
    """The answer of ``guards`` about a name: what is kept under it, or what a call has given."""
    if "." not in known or known.partition(".")[0] in _NEVER_OWN:
        return 0
    is_result = isinstance(node, cst.Call)
    if isinstance(node, cst.Name):
        is_result = known.rpartition(".")[2] != node.value
    return guards(f"{RESULT if is_result else VALUE}{known}")


def _compared(test: cst.Comparison, name: DottedName, guards: Guards) -> tuple[int, int]:
    """The flags of code behind ``info is None``, where a handler has set that outside."""
    if _is_main_test(test):
        return DEAD, 0
    missing = is_none(test)
    if missing is None:
        return 0, 0
    known = name(test.left.func if isinstance(test.left, cst.Call) else test.left)
    if isinstance(test.left, cst.Name) and any(answers(known)):
        yes, no = answers(known)
        return (no, yes) if missing else (yes, no)
    if (known in _FINDERS and _is_sdk_text(test.left)) or _is_of_sdk(test.left, known):
        never = WITHOUT_SDK
    elif known in NEVER_MISSING and isinstance(test.left, cst.Name):
        never = int(Flag.NOT_IN_WORKFLOW)
    else:
        never = _of_value(test.left, known, guards) % WHEN_YES & WITHOUT_SDK
        never *= bool(never & Flag.NOT_IN_WORKFLOW)
    return (never, 0) if missing else (0, never)


def _is_sdk_text(node: cst.BaseExpression) -> bool:
    """True of a call that is given the name of the SDK."""
    given = node.args[0].value if isinstance(node, cst.Call) and node.args else None
    text = given.raw_value if isinstance(given, cst.SimpleString) else ""
    return text in SDK_MODULES


def _is_of_sdk(node: cst.BaseExpression, known: str) -> bool:
    """True of a name that is only missing where the whole SDK is: of a module, or of a class.

    Names of objects, which begin with a small letter, may be false for other reasons.
    """
    if not isinstance(node, cst.Name) or not is_of_sdk(known):
        return False
    text = node.value.lstrip("_")
    return known in SDK_MODULES or (text[:1].isupper() and not text.isupper())


def _asks_if_running(called: cst.BaseExpression, name: DottedName) -> bool:
    """True for ``loop.is_running`` of the loop that runs in a workflow."""
    match called:
        case cst.Attribute(value=loop, attr=cst.Name(value="is_running")):
            loop = loop.func if isinstance(loop, cst.Call) else loop
            return name(loop) in RUNNING_LOOPS
    return False


def flags_behind_call(statement: cst.BaseSmallStatement, name: DottedName, guards: Guards) -> int:
    """The flags of what follows a statement, because what it calls raises elsewhere."""
    call = called_at_once(statement)
    called = name(call.func) if call is not None else ""
    if not called or called.startswith(_DO_NOT_FAIL):
        return 0
    answer = guards(called)
    behind = Flag.NOT_IN_WORKFLOW if answer & RAISES else 0
    return behind | (Flag.RECORDED if answer & RAISES_READ_ONLY else 0)


def called_at_once(statement: cst.BaseSmallStatement) -> cst.Call | None:
    """The call that a statement is, or whose result it keeps."""
    if isinstance(statement, (cst.Expr, cst.Assign, cst.AnnAssign, cst.AugAssign)):
        return statement.value if isinstance(statement.value, cst.Call) else None
    return None


def terms_of(test: cst.BaseExpression) -> tuple[list[cst.BaseExpression], type | None]:
    """``a and b and c`` as a list and its operator; nested mixtures are left as they are."""
    if not isinstance(test, cst.BooleanOperation):
        return [test], None
    operator = type(test.operator)
    terms: list[cst.BaseExpression] = []
    pending: list[cst.BaseExpression] = [test]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.BooleanOperation) and type(node.operator) is operator:
            pending += (node.right, node.left)
        else:
            terms.append(node)
    return terms, operator


def _union(flags: Iterable[int]) -> int:
    return reduce(or_, flags, 0)


def _common(flags: Iterable[int]) -> int:
    return reduce(and_, flags)


def _is_main_test(test: cst.Comparison) -> bool:
    if len(test.comparisons) != 1:
        return False
    sides = [test.left, test.comparisons[0].comparator]
    if not isinstance(test.comparisons[0].operator, cst.Equal):
        return False
    names = [s.value for s in sides if isinstance(s, cst.Name)]
    texts = [s.raw_value for s in sides if isinstance(s, cst.SimpleString)]
    return names == ["__name__"] and texts == ["__main__"]


def is_unrestricted(item: cst.WithItem, name: DottedName) -> bool:
    """True if a ``with`` item switches the sandbox off on purpose."""
    return isinstance(item.item, cst.Call) and name(item.item.func) in _UNRESTRICTED


def always_leaves(suite: cst.BaseSuite) -> bool:
    """True if a block surely ends in ``return``, ``raise``, ``continue`` or ``break``."""
    body = suite.body
    last: cst.CSTNode | None = body[-1] if body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1] if last.body else None
    return isinstance(last, (cst.Return, cst.Raise, cst.Continue, cst.Break))


def is_none(test: cst.Comparison) -> bool | None:
    """True for ``x is None``, false for ``x is not None``."""
    for target in test.comparisons if len(test.comparisons) == 1 else ():
        none = target.comparator
        if isinstance(none, cst.Name) and none.value == "None":
            if isinstance(target.operator, (cst.Is, cst.Equal)):
                return True
            if isinstance(target.operator, (cst.IsNot, cst.NotEqual)):
                return False
    return None


def shown_types(test: cst.BaseExpression, negated: bool) -> list[tuple[str, cst.BaseExpression]]:
    """Names and the classes that they are instances of when a test is true (or is false)."""
    while isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        negated = not negated
        test = test.expression
    terms, operator = terms_of(test)
    if (operator is cst.Or and not negated) or (operator is cst.And and negated):
        return []
    found: list[tuple[str, cst.BaseExpression]] = []
    for term in terms:
        inner, other = term, negated
        while isinstance(inner, cst.UnaryOperation) and isinstance(inner.operator, cst.Not):
            other = not other
            inner = inner.expression
        if not other and isinstance(inner, cst.Call) and len(inner.args) == 2:
            func, what = inner.func, inner.args[0].value
            asks = isinstance(func, cst.Name) and func.value == "isinstance"
            if asks and isinstance(what, cst.Name):
                found.append((what.value, inner.args[1].value))
    return found
