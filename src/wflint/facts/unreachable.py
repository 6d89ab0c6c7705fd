"""Code that never runs, because a statement before it never comes to its end.

Only what is sure counts: a ``with`` may swallow the error that leaves it, and a function that ends
the process may be caught. Blocks lie in each other no deeper than Python allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import libcst as cst

from wflint.facts.cst_definitions import written_import
from wflint.facts.frames import State
from wflint.facts.guards import DEAD, DottedName
from wflint.facts.model import ModuleFacts
from wflint.facts.scopes import Bound, How, bind_target
from wflint.syntax.walk import children, walk

_LEAVES = frozenset({cst.Return, cst.Raise, cst.Continue, cst.Break})
_LOOPS = frozenset({cst.For, cst.While})
_LATER = frozenset({cst.FunctionDef, cst.Lambda, cst.ClassDef})
_TRUE = frozenset({"1", "True"})
_NONE = cst.Tuple([])
_SWALLOW_NOTHING = frozenset(
    {
        "asyncio.timeout",
        "builtins.open",
        "contextlib.closing",
        "contextlib.nullcontext",
        "open",
        "tempfile.NamedTemporaryFile",
        "tempfile.TemporaryDirectory",
        "temporalio.workflow.unsafe.imports_passed_through",
        "temporalio.workflow.unsafe.sandbox_unrestricted",
    }
)


def end_of(body: Sequence[cst.CSTNode], name: DottedName) -> int:
    """Return how many statements of a block may run."""
    last = len(body) - 1  # nothing stands behind it
    return next((n + 1 for n in range(last) if _never_ends(body[n], name)), len(body))


def _never_ends(node: cst.CSTNode, name: DottedName) -> bool:
    """True if control never gets to what stands behind a statement."""
    kind = type(node)  # `isinstance` is slow for LibCST's classes, which are abstract ones
    if kind is cst.SimpleStatementLine:
        return any(type(small) in _LEAVES for small in node.body)  # type: ignore[attr-defined]
    asks = _COMPOUND.get(kind)
    return asks(node, name) if asks is not None else kind in _LEAVES


def _block_never_ends(block: cst.BaseSuite, name: DottedName) -> bool:
    return any(_never_ends(statement, name) for statement in block.body)


def _no_branch_ends(node: cst.If, name: DottedName) -> bool:
    blocks: list[cst.BaseSuite] = []
    branch: cst.If | cst.Else | None = node
    while isinstance(branch, cst.If):
        blocks.append(branch.body)
        branch = branch.orelse
    if branch is None:
        return False
    return all(_block_never_ends(block, name) for block in (branch.body, *blocks))


def _try_never_ends(node: cst.Try | cst.TryStar, name: DottedName) -> bool:
    if node.finalbody is not None and _block_never_ends(node.finalbody.body, name):
        return True
    blocks = [node.body] if node.orelse is None else [node.body, node.orelse.body]
    if not any(_block_never_ends(block, name) for block in blocks):
        return False
    return all(_block_never_ends(handler.body, name) for handler in node.handlers)


def _while_never_ends(node: cst.While, name: DottedName) -> bool:
    is_for_ever = isinstance(node.test, (cst.Name, cst.Integer)) and node.test.value in _TRUE
    return is_for_ever and not _has_break(node.body)


def _has_break(body: cst.CSTNode) -> bool:
    """True if a loop may be left by a ``break``, in its body or behind a loop in it."""
    pending: list[cst.CSTNode] = [body]
    while pending:
        node = pending.pop()
        kind = type(node)
        if kind is cst.Break:
            return True
        if kind in _LOOPS:
            pending += [node.orelse] if node.orelse is not None else []  # type: ignore[attr-defined]
        elif kind not in _LATER:
            pending += children(node)
    return False


def _with_never_ends(node: cst.With, name: DottedName) -> bool:
    return _block_never_ends(node.body, name) and all(
        isinstance(item.item, cst.Call) and name(item.item.func) in _SWALLOW_NOTHING
        for item in node.items
    )


def _match_never_ends(node: cst.Match, name: DottedName) -> bool:
    if not node.cases or not _always_fits(node.cases[-1]):
        return False
    return all(_block_never_ends(case.body, name) for case in node.cases)


def _always_fits(case: cst.MatchCase) -> bool:
    pattern = case.pattern
    return isinstance(pattern, cst.MatchAs) and pattern.pattern is None and case.guard is None


_COMPOUND: dict[type[cst.CSTNode], Callable[..., bool]] = {
    cst.If: _no_branch_ends,
    cst.Match: _match_never_ends,
    cst.Try: _try_never_ends,
    cst.TryStar: _try_never_ends,
    cst.While: _while_never_ends,
    cst.With: _with_never_ends,
}


def leave_out(module: ModuleFacts, nodes: Iterable[cst.CSTNode], state: State) -> None:
    """Note what code that never runs still says of the function around it.

    A name that is bound there is a local one, and a function with a ``yield`` gives a generator.
    """
    scope = state.scope
    if scope is None:
        return
    bound = Bound(How.OTHER, block=state.block, flags=DEAD, is_elsewhere=True)
    for top in nodes:
        for node in walk(top, into_functions=False):
            if isinstance(node, cst.Yield):
                state.frame.yields = True
            elif isinstance(node, (cst.Global, cst.Nonlocal)):
                scope.declare(node)
            elif isinstance(node, cst.NamedExpr) and isinstance(node.target, cst.Name):
                scope.of_function.bind(node.target.value, bound)
            elif isinstance(node, (cst.Import, cst.ImportFrom)):
                for name, _ in written_import(node).bound(module):
                    scope.bind(name, bound)
            else:
                bind_target(scope, _target(node), bound)


def has_yield(block: cst.CSTNode) -> bool:
    """True if a block makes a generator of the function around it."""
    return any(type(node) is cst.Yield for node in walk(block, into_functions=False))


def _target(node: cst.CSTNode) -> cst.BaseExpression:
    """Return the names that a node gives a value, as a target of an assignment."""
    match node:
        case cst.AssignTarget() | cst.AnnAssign() | cst.AugAssign() | cst.Del() | cst.For():
            return node.target
        case cst.AsName() | cst.FunctionDef() | cst.ClassDef() | cst.TypeAlias():
            return node.name
        case cst.MatchAs(name=cst.Name() as name) | cst.MatchStar(name=cst.Name() as name):
            return name
    return _NONE
