"""The body of a function: all that happens in it."""

from __future__ import annotations

from msgspec import Struct

from wflint.facts.model.calls import Call, Finding, Operation, Use
from wflint.facts.model.conditions import Condition, Term
from wflint.facts.model.definitions import ClassFacts, FunctionHead
from wflint.facts.model.references import UNKNOWN, Ref, Site
from wflint.facts.model.values import Value


class Put(Struct, frozen=True, array_like=True, gc=False):
    """Something that is put into an attribute of an object that is not ``self``.

    ``into`` is set when it is put into a container that the attribute holds.
    """

    target: Ref
    attribute: str
    value: Ref
    into: bool = False


class Mutation(Struct, frozen=True, array_like=True, gc=False):
    """Something that changes an object that may be there before and after the function.

    ``target`` is the object: ``self`` for ``self.x = 1``, ``self.x`` for ``self.x.append(1)``.
    ``how`` is ``attribute`` (set or deleted), ``item``, ``name`` (of a ``global`` name), or the
    method that is called. ``site`` is the statement, or the call.
    """

    site: Site
    target: Ref
    how: str
    flags: int = 0
    fallback: str = ""
    under: int = 0


class Exit:
    """The ways in which control leaves a block: bits of an integer."""

    RAISES = 1
    RETURNS = 2
    BREAKS = 4
    CONTINUES = 8
    ENDS = 16  # what follows the block runs
    LEAVES = RETURNS | BREAKS | CONTINUES
    ANY = RAISES | LEAVES | ENDS


class Handler(Struct, frozen=True, array_like=True, gc=False):
    """An ``except``: the sites from ``site`` to ``end`` (exclusive).

    ``caught`` are the classes, or tuples of classes; without any it catches everything. ``raises``
    is set if there is a ``raise`` in it, and ``exits`` are the ways out of it, those of
    :class:`Exit`. Of the error, which has ``name``, it reads the attributes ``asked``, gives it to
    the calls at the sites ``given``, and does something else with it (keeps it, compares it) if
    ``kept`` is set; what only becomes a part of a text that is logged, returned or sent away does
    not count. ``tries_again`` is set if it only raises where a counter of the loop around says so,
    and ``raises_next`` if what follows the statement raises in any case once the handler has ended:
    in the same block, or behind the ``if``, ``with`` or handler that the statement ends.
    """

    site: Site
    end: Site
    caught: tuple[Ref, ...]
    name: str = ""
    raises: bool = False
    asked: tuple[str, ...] = ()
    given: tuple[Site, ...] = ()
    kept: bool = False
    exits: int = Exit.ENDS
    tries_again: bool = False
    raises_next: bool = False


class Try(Struct, frozen=True, array_like=True, gc=False):
    """A ``try``, which protects the sites from ``start`` to ``end`` (exclusive).

    A ``with contextlib.suppress(...)`` is one as well: ``is_with`` is set. ``is_group`` is set for
    ``except*``. Its ``finally`` has the sites from ``last`` to ``last_end``, if there is one; at
    the site ``leaves`` it has a ``return``, ``break`` or ``continue``, which drops every error, and
    ``always_leaves`` is set if no way leads past that. ``is_plain`` is set if what is protected is
    nothing but names and calls, so that nothing else can fail there. ``around`` is the index,
    among those of the body, of the innermost one that this one stands in: in what that protects,
    in a handler or in its ``finally``; -1 if there is none. At the site ``until`` the function has
    been left in any case; -1 if nobody knows.
    """

    site: Site
    start: Site
    end: Site
    handlers: tuple[Handler, ...] = ()
    is_group: bool = False
    is_with: bool = False
    last: Site = -1
    last_end: Site = -1
    leaves: Site = -1
    always_leaves: bool = False
    is_plain: bool = False
    flags: int = 0
    under: int = 0
    around: int = -1
    until: Site = -1


class Raise(Struct, frozen=True, array_like=True, gc=False):
    """A ``raise``: ``error`` is what it raises, as it is written: ``E``, ``E(...)``, ``error``.

    ``is_again`` is set for a plain ``raise``, and for one of the error that a handler around it has
    caught. ``is_all`` is set if the function does nothing else.
    """

    site: Site
    error: Ref = UNKNOWN
    is_again: bool = False
    is_all: bool = False
    flags: int = 0
    under: int = 0


class FunctionBody(Struct, frozen=True, array_like=True, gc=False):
    """All that a function does, in source order. Nested functions and lambdas have their own.

    ``attributes`` are the attributes that it sets on ``self``, with what they are set to; one that
    is set to several things is unknown. ``additions`` are what it puts into containers that are
    attributes of ``self``. ``reads`` are attributes that it reads or sets on objects, each once.
    ``returned`` is what it may return, ``yielded`` what it may yield. ``classes`` are the classes
    that are defined in it; the body of a class is one of its own. ``stores`` are what it puts into
    attributes of other objects. ``mutations`` are all changes of objects that outlive it.
    ``conditions`` are those that places stand under, counted from 1, each behind the one that it
    comes after; ``defaults`` are the default values of parameters that are literals. ``results``
    are the shapes of all that it returns, if one of them may be an option, or several. ``put`` is
    what it has put into the names of the module that it returns.
    """

    head: FunctionHead
    calls: tuple[Call, ...] = ()
    uses: tuple[Use, ...] = ()
    findings: tuple[Finding, ...] = ()
    attributes: dict[str, Ref] = {}
    additions: dict[str, tuple[Ref, ...]] = {}
    operations: tuple[Operation, ...] = ()
    reads: tuple[Use, ...] = ()
    returned: tuple[Ref, ...] = ()
    yielded: tuple[Ref, ...] = ()
    classes: tuple[ClassFacts, ...] = ()
    stores: tuple[Put, ...] = ()
    mutations: tuple[Mutation, ...] = ()
    tries: tuple[Try, ...] = ()
    conditions: tuple[Condition, ...] = ()
    defaults: dict[str, Term] = {}
    raises: tuple[Raise, ...] = ()
    results: tuple[Value, ...] = ()
    put: tuple[Ref, ...] = ()
