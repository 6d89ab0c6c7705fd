"""The arms of a method: what stands in different ones never happens one after the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wflint.model.ways_out import LATER

_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp)
_TRY: tuple[type[ast.stmt], ...] = (ast.Try, getattr(ast, "TryStar", ast.Try))  # since Python 3.11
_LOOP = 0
_ENTRY = -1


class Arm(NamedTuple):
    """One of the arms of a fork. If it ``leaves``, nothing else of the method comes after it.

    ``entry`` says which one of the methods that were entered the fork is in.
    """

    fork: int
    number: int = 0
    leaves: bool = False
    entry: int = 0


Arms = tuple[Arm, ...]


def arms_in(method: ast.FunctionDef) -> dict[ast.AST, Arms]:
    """Return the arms that the nodes of a method stand in, outermost first.

    Those in a loop are only noted if they leave the method: any other may be the next to be taken.
    """
    found: dict[ast.AST, Arms] = {}
    pending = [_Place(node) for node in method.body]
    fork = _LOOP
    while pending:
        at = pending.pop()
        fork += 1
        if at.arms:
            found[at.node] = at.arms
        pending += _parts(at, fork)
    return found


def entered(arms: Arms | None, number: int) -> Arms | None:
    """Return the arms around a method that is called in some, as the one of a number.

    None if it may be called again: what it does then may follow anything.
    """
    if arms is None or any(arm.fork == _LOOP for arm in arms):
        return None
    return (*arms, Arm(_ENTRY, entry=number))


def within(around: Arms | None, inner: Arms, number: int) -> Arms:
    """Return the arms of a step in all methods that were entered; none if those may be repeated."""
    if around is None:
        return ()
    return (*around, *(arm._replace(entry=number) for arm in inner))


def may_follow(earlier: Arms, later: Arms) -> bool:
    """True if what stands in some arms may happen after what stands before it in others."""
    taken = {(arm.entry, arm.fork): arm.number for arm in earlier if arm.fork > _LOOP}
    if any(taken.get((arm.entry, arm.fork), arm.number) != arm.number for arm in later):
        return False
    entries = {0, *(arm.entry for arm in later if arm.fork == _ENTRY)}
    return not any(arm.leaves and arm.entry in entries and arm not in later for arm in earlier)


class _Place(NamedTuple):
    """A node, and what it stands in.

    ``returns`` is set if a ``return`` there ends the method, ``raises`` if an error does.
    """

    node: ast.AST
    arms: Arms = ()
    in_loop: bool = False
    returns: bool = True
    raises: bool = True


def _parts(at: _Place, fork: int) -> Iterator[_Place]:
    """Return the nodes that a node consists of."""
    node = at.node
    if isinstance(node, _TRY):
        yield from _tried(node, at, fork)  # type: ignore[arg-type]
        return
    match node:
        case ast.If(test=test, body=body, orelse=orelse):
            yield at._replace(node=test)
            yield from _arm(body, at, fork, 0)
            yield from _arm(orelse, at, fork, 1)
        case ast.IfExp(test=test, body=first, orelse=second):
            yield at._replace(node=test)
            yield from _arm([first], at, fork, 0)
            yield from _arm([second], at, fork, 1)
        case ast.Match(subject=subject, cases=cases):
            yield at._replace(node=subject)
            for number, case in enumerate(cases):
                yield from _arm([case], at, fork, number, case.body)
        case _ if isinstance(node, LATER):
            inside = at._replace(in_loop=True, returns=False, raises=False)
            yield from (inside._replace(node=inner) for inner in ast.iter_child_nodes(node))
        case ast.With() | ast.AsyncWith():
            yield from (at._replace(node=n, raises=False) for n in ast.iter_child_nodes(node))
        case _ if isinstance(node, _LOOPS):
            inside = at._replace(in_loop=True, arms=(*at.arms, Arm(_LOOP)))
            yield from (inside._replace(node=inner) for inner in ast.iter_child_nodes(node))
        case _:
            yield from (at._replace(node=inner) for inner in ast.iter_child_nodes(node))


def _tried(node: ast.Try, at: _Place, fork: int) -> Iterator[_Place]:
    """Return the parts of a ``try``: after an error in its body, any handler may come."""
    inside = at._replace(returns=at.returns and not node.finalbody, raises=False)
    yield from (inside._replace(node=inner) for inner in node.body)
    yield from _arm(node.orelse, inside, fork, 0)
    is_last = at.raises and not node.finalbody
    for number, handler in enumerate(node.handlers, start=1):
        yield from _arm([handler], inside._replace(raises=is_last), fork, number, handler.body)
    yield from (at._replace(node=inner) for inner in node.finalbody)


def _arm(
    nodes: Sequence[ast.AST],
    at: _Place,
    fork: int,
    number: int,
    block: Sequence[ast.AST] | None = None,
) -> Iterator[_Place]:
    leaves = _leaves(nodes if block is None else block, at)
    arms = at.arms if at.in_loop and not leaves else (*at.arms, Arm(fork, number, leaves))
    yield from (at._replace(node=node, arms=arms) for node in nodes)


def _leaves(block: Sequence[ast.AST], at: _Place) -> bool:
    """True if a block always ends the method: each way through it returns or raises."""
    pending = [(block, at.raises)]
    while pending:
        nodes, raises = pending.pop()
        match nodes[-1] if nodes else None:
            case ast.Return() if at.returns:
                pass
            case ast.Raise() if raises:
                pass
            case ast.If(body=body, orelse=orelse):
                pending += [(body, raises), (orelse, raises)]
            case ast.With(body=body) | ast.AsyncWith(body=body):
                pending.append((body, False))
            case _:
                return False
    return True
