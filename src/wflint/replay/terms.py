"""Command terms: what a function does with commands, and nothing else.

Arguments, timeouts and logs leave no trace, so that an edit of these leaves a term as it was. Names
and conditions are open in the parameters of the function; who runs a term (:mod:`machine`) fills
them in. Two terms are equal if they do the same, wherever they stand: places do not count, and
functions that are called are compared by what they do (:class:`Callee`).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from wflint.callgraph.graph import Node
from wflint.replay.marks import NO_ASIDE, NOWHERE, Aside, At


class Callee:
    """A function that a term calls: equal to others that do the same.

    ``digest`` stands for what it does, with all that it calls, once that is known.
    """

    __slots__ = ("digest", "name", "node")

    def __init__(self, node: Node, name: str) -> None:
        self.node = node
        self.name = name
        self.digest = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Callee) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<{self.digest}>"


class Term(Struct, frozen=True, gc=False, cache_hash=True):
    """Something that a function does."""


class Text(Term, frozen=True):
    """A text that is known: the name of an activity, a string."""

    text: str


class Data(Term, frozen=True):
    """A value of which only the code is known.

    ``pieces`` is that code, with a gap for each of ``parts``: names, and what does something.
    It is ``loose`` if it must stand in brackets where it is a part of other code.
    """

    pieces: tuple[str, ...]
    parts: tuple[Term, ...] = ()
    loose: bool = False


NOTHING = Data(("None",))

WHOLE = "<value>"
"""The local name of a value that code matches or takes apart, and does not name."""


class Var(Term, frozen=True):
    """A local name."""

    name: str


class Field(Term, frozen=True):
    """An attribute of an object that a local name holds."""

    name: str
    attribute: str


class Let(Term, frozen=True):
    """A local name is given a value; of several, the one number ``part``."""

    name: str
    of: Term
    part: int = -1


class Put(Term, frozen=True):
    """An attribute of an object that a local name holds is given a value."""

    name: str
    attribute: str
    of: Term
    at: At = NOWHERE


class Add(Term, frozen=True):
    """Something is put into a list that a local name or attribute holds."""

    into: Term
    of: Term
    spread: bool = False


class Seq(Term, frozen=True):
    """One after the other; the value is that of the last one."""

    parts: tuple[Term, ...] = ()


class Many(Term, frozen=True):
    """A list or tuple that is written out."""

    parts: tuple[Term, ...]


class Star(Term, frozen=True):
    """What stands there for the elements of a list."""

    of: Term


class Command(Term, frozen=True):
    """A command.

    ``kind`` is what replay compares first, ``name`` and ``ident`` what it compares besides. One
    that ``starts`` is given at once and is a handle; of others there is a coroutine. One that
    ``draws`` takes its id from the seeded generator, and of one that is to be awaited ``twice``
    the start is awaited first.
    """

    kind: str
    name: Term | None = None
    ident: Term | None = None
    starts: bool = False
    draws: bool = False
    twice: bool = False
    at: At = NOWHERE
    aside: Aside = NO_ASIDE


class Tick(Term, frozen=True):
    """`asyncio.sleep(0)`: others run first."""

    at: At = NOWHERE


class Await(Term, frozen=True):
    """The value of a coroutine, handle or task is waited for."""

    of: Term


class Call(Term, frozen=True):
    """A function of the program is called; ``inner`` if it sees the local names of its caller."""

    callee: Callee
    args: tuple[tuple[str, Term], ...] = ()
    is_async: bool = False
    inner: bool = False
    at: At = NOWHERE


class Unresolved(Term, frozen=True):
    """A call that leads to code which is not known, and which is waited for."""

    code: Term
    why: str
    at: At = NOWHERE


class Spawn(Term, frozen=True):
    """A task is made of a coroutine; of a list of them, one of each."""

    of: Term
    group: str = ""
    at: At = NOWHERE


class Gather(Term, frozen=True):
    """Tasks are made of several coroutines, and waited for together.

    If it ``keeps`` errors, these are among the results; else the first one is raised at once.
    """

    parts: tuple[Term, ...]
    keeps: bool = False
    at: At = NOWHERE


class Race(Term, frozen=True):
    """Several things are waited for, until one of them is done, or all (``every``)."""

    of: Term
    every: bool = False
    timed: bool = False
    at: At = NOWHERE


class WaitFor(Term, frozen=True):
    """Something is waited for with a timeout."""

    of: Term
    timed: bool = True
    at: At = NOWHERE


class Condition(Term, frozen=True):
    """`wait_condition`: something is to become true."""

    test: Term
    timed: bool = False
    at: At = NOWHERE


class Cancel(Term, frozen=True):
    """A task or handle is cancelled."""

    of: Term
    at: At = NOWHERE


class Patch(Term, frozen=True):
    """`patched` or `deprecate_patch`."""

    name: Term
    deprecated: bool = False
    at: At = NOWHERE


class Draw(Term, frozen=True):
    """A draw from the seeded generator of the workflow."""

    kind: str
    at: At = NOWHERE


class Replaying(Term, frozen=True):
    """True on replay, false where the history is made."""


class Not(Term, frozen=True):
    """The opposite of a test."""

    of: Term


class Alt(Term, frozen=True):
    """One of two, as a test says."""

    test: Term
    then: Term
    orelse: Term = Seq()
    at: At = NOWHERE


class Loop(Term, frozen=True):
    """A loop over data.

    ``over`` is what it goes over, ``times`` is how often, where that is written out; -1 if not.
    ``gives`` is set for a comprehension, whose values are a list.
    """

    name: str
    over: Term
    body: Term
    times: int = -1
    gives: bool = False
    orelse: Term = Seq()
    at: At = NOWHERE


class While(Term, frozen=True):
    """A loop with a test."""

    test: Term
    body: Term
    orelse: Term = Seq()
    at: At = NOWHERE


class Handler(Term, frozen=True):
    """An `except`: the last words of the names of what it catches, and what it does."""

    names: tuple[str, ...]
    body: Term
    at: At = NOWHERE


class Try(Term, frozen=True):
    """A `try`."""

    body: Term
    handlers: tuple[Handler, ...] = ()
    orelse: Term = Seq()
    last: Term = Seq()


class Group(Term, frozen=True):
    """`async with TaskGroup() as name`: its tasks are waited for at the end."""

    name: str
    body: Term
    at: At = NOWHERE


class Deadline(Term, frozen=True):
    """`async with asyncio.timeout(...)`: a timer runs as long as the block does."""

    body: Term
    at: At = NOWHERE


BLOCK = "<block>"
"""The local name, in a generator, of the block of the `with` that it is entered by."""


class Within(Term, frozen=True):
    """`with` over a generator of the program that is a context manager; ``name`` stands after `as`.

    The block runs where the generator yields.
    """

    call: Call
    name: str
    body: Term


class Yield(Term, frozen=True):
    """The `yield` of a generator that is a context manager."""

    of: Term = NOTHING
    at: At = NOWHERE


class Exit(Term, frozen=True):
    """A way out: return, raise, break, continue, or continue_as_new."""

    kind: str
    of: Term = NOTHING
    name: str = ""
    at: At = NOWHERE


class Unknown(Term, frozen=True):
    """Code that could not be read, and why; ``inner`` is what it may call, where that is known."""

    why: str
    at: At = NOWHERE
    inner: Term = Seq()


def parts_of(term: Term) -> list[Term]:
    """Return the terms that a term is made of, in order."""
    found: list[Term] = []
    for name in term.__struct_fields__:
        value = getattr(term, name)
        if isinstance(value, Term):
            found.append(value)
        elif isinstance(value, tuple):
            for each in value:
                if isinstance(each, Term):
                    found.append(each)
                elif isinstance(each, tuple):
                    found.extend(inner for inner in each if isinstance(inner, Term))
    return found


def all_terms(term: Term) -> Iterator[Term]:
    """Yield a term and all that it is made of, in order."""
    pending = [term]
    while pending:
        each = pending.pop()
        yield each
        pending.extend(reversed(parts_of(each)))
