"""Code that never runs, because a statement before it never comes to its end.

Only what is sure counts: a ``with`` may swallow the error that leaves it, and a function that ends
the process may be caught. Blocks lie in each other no deeper than Python allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import libcst as cst

from wflint.facts.cst_definitions import written_import
from wflint.facts.exits import exits_of
from wflint.facts.frames import State
from wflint.facts.guards import DEAD, DottedName
from wflint.facts.model import Exit, ModuleFacts
from wflint.facts.scopes import Bound, How, bind_target
from wflint.syntax.walk import walk

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
    if last <= 0:
        return len(body)

    def swallows(node: cst.With) -> bool:
        return not all(
            isinstance(item.item, cst.Call) and name(item.item.func) in _SWALLOW_NOTHING
            for item in node.items
        )

    ended = (n + 1 for n in range(last) if not exits_of(body[n], swallows) & Exit.ENDS)
    return next(ended, len(body))


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
