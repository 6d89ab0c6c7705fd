"""What follows a ``try``: the ways out of the function behind it, and behind one of its handlers.

That a handler has run may be told by a local name:

```python
done = True
try:
    await charge()
except ActivityError:
    done = False
if not done:
    raise ApplicationError("not charged")
```
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial

import libcst as cst

from wflint import limits
from wflint.facts.exits import exits, exits_behind, exits_of
from wflint.facts.frames import Entry
from wflint.facts.model import Exit, Handler, Site
from wflint.facts.refs import Refs
from wflint.facts.scopes import Block, Bound, Scope
from wflint.facts.told_names import bound_to
from wflint.facts.truth import Constant, constant, truth

_PARTS = (cst.Else, cst.ExceptHandler, cst.ExceptStarHandler, cst.MatchCase)


class Following:
    """Answers what follows the ``try`` statements of one piece of code, whose walk is over.

    ``end_of`` gives the first site that is not below one.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        order: dict[int, int],
        refs: Refs,
        end_of: Callable[[Site], Site],
    ) -> None:
        self.entries = entries
        self.order = order
        self.refs = refs
        self.end_of = end_of
        self._behind: dict[int, dict[int, int]] = {}  # by block and statement
        self._numbers: dict[int, dict[int, int]] = {}  # by block and statement
        self._bindings: dict[tuple[int, str], _Bindings] = {}

    def next(self, entry: Entry) -> tuple[bool, Site]:
        """Return if what follows raises in any case, and ``until`` of a ``Try``.

        What follows also lies behind the ``if``, ``with``, ``match`` or handler that it ends.
        """
        found = 0
        for block, statement in _blocks_around(entry):
            ways = self._ways_behind(block, statement)
            found |= ways & ~Exit.ENDS
            if not ways & Exit.ENDS:
                is_left = not found & (Exit.BREAKS | Exit.CONTINUES)
                until = self.end_of(self.order[id(block)]) if is_left else -1
                return found == Exit.RAISES, until
        return False, -1

    def raises_behind(self, entry: Entry, body: Site, handler: Handler) -> bool:
        """True if what follows raises in any case when a handler of the ``try`` has run.

        ``body`` is the site of what is protected. Only a few of the statements that follow are
        looked at: who asks how it has gone does so soon.
        """
        outcome = _Outcome(self, entry, body, handler)
        found, steps = 0, 0
        for block, ended in _blocks_around(entry):
            first = self._number(block, ended) + 1
            for statement in block.body[first : first + limits.STATEMENTS_BEHIND]:
                ways = outcome.ways(statement)
                found |= ways & ~Exit.ENDS
                if not ways & Exit.ENDS:
                    return found == Exit.RAISES
                steps += 1
                if steps == limits.STATEMENTS_BEHIND or found & Exit.LEAVES:
                    return False
        return False

    def bindings(self, scope: Scope, name: str) -> _Bindings:
        """Return the bindings of a local name of a scope."""
        key = (id(scope), name)
        if key not in self._bindings:
            self._bindings[key] = _Bindings(scope.names[name])
        return self._bindings[key]

    def _ways_behind(self, block: cst.IndentedBlock, statement: cst.CSTNode) -> int:
        """Return the ways out of the statements of a block that follow one of them."""
        if id(block) not in self._behind:
            ways = exits_behind(block.body)
            self._behind[id(block)] = dict(zip(map(id, block.body), ways, strict=True))
        return self._behind[id(block)].get(id(statement), Exit.ENDS)

    def _number(self, block: cst.IndentedBlock, statement: cst.CSTNode) -> int:
        if id(block) not in self._numbers:
            self._numbers[id(block)] = {id(node): n for n, node in enumerate(block.body)}
        return self._numbers[id(block)].get(id(statement), len(block.body))


class _Bindings:
    """The bindings of one name, of which ranges of sites are asked for.

    A name is bound when its value has been walked: its number is that of the node that comes next.
    """

    def __init__(self, bindings: list[Bound]) -> None:
        self._every = sorted(bindings, key=lambda bound: bound.order)
        self._orders = [bound.order for bound in self._every]

    def between(self, start: Site, end: Site) -> list[Bound]:
        """Return those below the node at a site, whose end is given."""
        first, last = bisect_right(self._orders, start), bisect_right(self._orders, end)
        return self._every[first:last]

    def until(self, site: Site) -> Bound | None:
        """Return the last one that comes before the node at a site."""
        number = bisect_right(self._orders, site)
        return self._every[number - 1] if number else None


class _Outcome:
    """What local names say behind a ``try`` of which one handler has run."""

    def __init__(self, of: Following, tried: Entry, body: Site, handler: Handler) -> None:
        self._of = of
        self._tried = tried
        self._site = of.order[id(tried.node)]
        self._body = body
        self._handler = handler

    def ways(self, statement: cst.BaseStatement) -> int:
        """Return the ways out of a statement behind the ``try``."""
        site = self._of.order.get(id(statement), -1)
        branch: cst.BaseStatement | cst.Else | None = statement
        while isinstance(branch, cst.If) and site >= 0:
            holds = truth(branch.test, partial(self._value, site))
            if holds is None:
                break
            if holds:
                return exits(branch.body)
            branch = branch.orelse
        if isinstance(branch, cst.Else):
            return exits(branch.body)
        return exits_of(branch) if branch is not None else Exit.ENDS

    def _value(self, site: Site, name: str) -> Constant | None:
        """Return what a name surely has in the test at a site, ``None`` if it is not known."""
        of, scope = self._of, self._tried.state.scope
        if scope is None or scope is not scope.of_function or name in of.refs.rebound:
            return None
        if name not in scope.names:
            return None
        bindings = of.bindings(scope, name)
        if bindings.between(of.end_of(self._site), site) or self._is_set_at_last(bindings):
            return None
        handler, block = self._handler, self._tried.state.block
        inside = bindings.between(handler.site, handler.end)
        bound = inside[-1] if inside else bindings.until(self._site)
        if inside:
            block = self._block_of(handler.site)
        elif not self._keeps(bindings):
            return None
        value = bound_to(bound) if bound is not None and _surely_holds(bound, block) else None
        return constant(value) if value is not None else None

    def _is_set_at_last(self, bindings: _Bindings) -> bool:
        node = self._tried.node
        last = node.finalbody if isinstance(node, (cst.Try, cst.TryStar)) else None
        site = self._of.order.get(id(last), -1)
        return site >= 0 and bool(bindings.between(site, self._of.end_of(site)))

    def _keeps(self, bindings: _Bindings) -> bool:
        """True if a name is what it was when what is protected fails by something it awaits."""
        inside = bindings.between(self._body, self._of.end_of(self._body))
        block = self._tried.state.block
        return all(b.order > self._last_await and _is_in_one_round(b.block, block) for b in inside)

    @cached_property
    def _last_await(self) -> Site:
        """The site of the last thing that is awaited in what is protected."""
        return next(
            (
                site
                for site in reversed(range(self._body, self._of.end_of(self._body)))
                if _awaits(self._of.entries[site].node)
            ),
            -1,
        )

    def _block_of(self, handler: Site) -> Block | None:
        """The block of the statements of a handler."""
        node = self._of.entries[handler].node
        assert isinstance(node, (cst.ExceptHandler, cst.ExceptStarHandler))
        first = self._of.order[id(node.body.body[0])]
        return self._of.entries[first].state.block


def _surely_holds(bound: Bound, block: Block | None) -> bool:
    """True if a binding has surely run at the end of a block, in the same round of each loop."""
    if bound.block is not None and not bound.block.holds(block):
        return False
    return _is_in_one_round(block, bound.block)


def _is_in_one_round(block: Block | None, outer: Block | None) -> bool:
    """True if no loop stands between a block and one around it."""
    while block is not None and block is not outer:
        if block.is_loop:
            return False
        block = block.parent
    return True


def _awaits(node: cst.CSTNode) -> bool:
    is_async = isinstance(node, (cst.With, cst.For, cst.CompFor)) and node.asynchronous is not None
    return is_async or isinstance(node, cst.Await)


def _blocks_around(entry: Entry) -> Iterator[tuple[cst.IndentedBlock, cst.CSTNode]]:
    """Yield the blocks in which control goes on behind a statement, and what has ended there."""
    at: Entry | None = entry
    while at is not None and at.parent is not None:
        block = at.parent.node
        if not isinstance(block, cst.IndentedBlock):
            return
        yield block, at.node
        at = _left_at_end(at.parent)


def _left_at_end(block: Entry) -> Entry | None:
    """Return the statement behind which control goes on at the end of a block; ``None`` for others.

    That of a loop goes round, and behind the body of a ``try`` an error may still be caught.
    """
    at = block.parent
    while at is not None and isinstance(at.node, _PARTS):
        at = at.parent
        if at is not None and isinstance(at.node, (cst.While, cst.For)):
            return None
        if at is not None and isinstance(at.node, (cst.Try, cst.TryStar)):
            return at if at.node.finalbody is None else None
    while at is not None and isinstance(at.node, cst.If) and _is_elif(at):
        at = at.parent
    if at is None or not isinstance(at.node, (cst.If, cst.With, cst.Match)):
        return None
    return at


def _is_elif(branch: Entry) -> bool:
    above = branch.parent
    return above is not None and isinstance(above.node, cst.If)
