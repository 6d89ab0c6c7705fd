"""Functions of the project that only ask whether code runs in a workflow, or is replaying.

``if in_temporal(): ...`` is as good a guard as ``if workflow.in_workflow(): ...`` when
``in_temporal`` does nothing but ask that.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from wflint.facts.model import Flag, FunctionBody
from wflint.facts.questions import IN_WORKFLOW, REPLAYING
from wflint.program.entities import External, OwnFunction, Unresolved
from wflint.program.questions import answered
from wflint.program.resolve import Resolver
from wflint.program.store import Fn, Store

if TYPE_CHECKING:
    import libcst as cst

_MAX_CALLS = 6
_HARMLESS = ("builtins.", "temporalio.workflow.")


class GuardFunctions:
    """Tells what the answer "no" of a function means for the code that runs then.

    ``configured`` are the names of the setting `guard-functions`.
    """

    def __init__(self, resolver: Resolver, configured: frozenset[str]) -> None:
        self.resolver = resolver
        self.configured = configured
        self._known: dict[Fn, int] = {}

    def __call__(self, path: str, name: str) -> int:
        """The flag of code that runs when the function ``name``, called in a module, says no.

        0 when it is no guard.
        """
        if name in self.configured:
            return Flag.NOT_IN_WORKFLOW
        if not name:
            return 0
        found = self.resolver.dotted(name, path)
        if len(found) != 1 or not isinstance(found[0], OwnFunction):
            return 0
        fn = found[0].fn
        return answered(self._known, fn, 0, partial(self._meaning, fn))  # it may ask itself

    def _meaning(self, fn: Fn) -> int:
        head = self.resolver.store.head(fn)
        if head is None or head.is_async:
            return 0
        if self._says_yes_at_once(fn):
            return Flag.NOT_IN_WORKFLOW
        asked = self._asked(fn, self.resolver.store.body(fn))
        if asked & REPLAYING:
            flag = Flag.NOT_REPLAYING
        elif asked & IN_WORKFLOW:
            flag = Flag.NOT_IN_WORKFLOW
        else:
            return 0
        return flag if self._is_plain(fn, flag) else 0

    def _says_yes_at_once(self, fn: Fn) -> bool:
        """Whether a function begins with ``if in_workflow(): return True``."""
        store = self.resolver.store
        body = store.body(fn)
        found = self.resolver.resolve(body.calls[0].target, fn.path) if body.calls else ()
        if not any(isinstance(e, External) and e.name in IN_WORKFLOW for e in found):
            return False
        says_yes = partial(_begins_with_yes, store, fn)
        return store.notes(fn.path).answer(f"begins with yes {fn.qualname}", bool, says_yes)

    def _asked(self, fn: Fn, body: FunctionBody) -> set[str]:
        """The names that a function calls, if it calls nothing but harmless ones."""
        if len(body.calls) > _MAX_CALLS:
            return set()
        asked: set[str] = set()
        for call in body.calls:
            for entity in self.resolver.resolve(call.target, fn.path):
                if isinstance(entity, External) and entity.name.startswith(_HARMLESS):
                    asked.add(entity.name)
                elif not isinstance(entity, Unresolved):
                    return set()
        return asked

    def _is_plain(self, fn: Fn, flag: int) -> bool:
        """Whether a function says "no" for no other reason than that the answer is no."""
        store = self.resolver.store
        question = f"keeps answer {flag} {fn.qualname}"
        return store.notes(fn.path).answer(question, bool, lambda: _is_plain(store, fn, flag))


def _is_plain(store: Store, fn: Fn, flag: int) -> bool:
    from wflint.syntax.walk import walk

    node = store.definition(fn)
    return node is not None and all(_keeps_answer(n, flag) for n in walk(node))


def _begins_with_yes(store: Store, fn: Fn) -> bool:
    """Whether the first statement, also of a ``try``, is ``if ...(): return True``."""
    import libcst as cst

    node = store.definition(fn)
    if node is None:
        return False
    suite: cst.CSTNode = node.body
    for _ in range(2):
        statements = getattr(suite, "body", ())
        plain = [s for s in statements if not _is_text_or_import(s)]
        first = plain[0] if plain else None
        if isinstance(first, cst.If):
            return isinstance(first.test, cst.Call) and _says_yes(first.body)
        if not isinstance(first, cst.Try):
            return False
        suite = first.body
    return False


def _is_text_or_import(node: cst.CSTNode) -> bool:
    import libcst as cst

    if not isinstance(node, cst.SimpleStatementLine):
        return False
    for small in node.body:
        is_text = isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString)
        if not is_text and not isinstance(small, (cst.Import, cst.ImportFrom)):
            return False
    return True


def _keeps_answer(node: cst.CSTNode, flag: int) -> bool:
    """Whether a part of a function neither turns the answer round nor mixes it with others.

    ``in_workflow() and is_replaying()`` asks about replay, and ``in_workflow() and x`` about more.
    """
    import libcst as cst

    if isinstance(node, cst.UnaryOperation):
        return not isinstance(node.operator, cst.Not)
    if flag == Flag.NOT_REPLAYING:
        return not isinstance(node, cst.Comparison)
    if isinstance(node, cst.BooleanOperation):
        return isinstance(node.operator, cst.Or)
    if isinstance(node, cst.If):
        return isinstance(node.test, cst.Call) and _says_yes(node.body)
    return not isinstance(node, (cst.Comparison, cst.IfExp))


def _says_yes(suite: cst.BaseSuite) -> bool:
    """Whether a block is ``return True``."""
    import libcst as cst

    statement: cst.CSTNode = suite.body[-1]
    if isinstance(statement, cst.SimpleStatementLine):
        statement = statement.body[-1]
    value = statement.value if isinstance(statement, cst.Return) else None
    return isinstance(value, cst.Name) and value.value == "True"
