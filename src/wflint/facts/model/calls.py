"""What is noted in a body: calls, uses, operations, decorators, findings of rules."""

from __future__ import annotations

from msgspec import Struct

from wflint.facts.model.conditions import Term
from wflint.facts.model.references import Ref, Site
from wflint.facts.model.values import SPREAD, Value


class Arg(Struct, frozen=True, array_like=True, gc=False):
    """An argument: positional, ``keyword=``, or spread (``star`` is ``*`` or ``**``).

    ``term`` is set where it can be told what literal it is, or comes from.
    """

    value: Value
    keyword: str = ""
    star: str = ""
    site: Site = -1
    term: Term | None = None


class Call(Struct, frozen=True, array_like=True, gc=False):
    """A call. ``written`` is the callee as the source has it (``self.helper``), for messages.

    ``fallback`` is, for ``x or f()`` and ``if x is None: x = f()``, the parameter ``x``, and
    ``.x`` for a field ``self.x`` that a generated constructor has just stored; it is empty when
    ``x`` is surely something, and counts only with ``Flag.OPTIONAL``. ``bound_to`` is the name that
    the value is assigned to, in the body of a class. ``under`` is, here and elsewhere,
    the number of the condition under which the place runs; 0 where there is none.
    """

    site: Site
    target: Ref
    written: str
    args: tuple[Arg, ...] = ()
    flags: int = 0
    fallback: str = ""
    bound_to: str = ""
    under: int = 0


class Use(Struct, frozen=True, array_like=True, gc=False):
    """A name or attribute that is read, written or passed on, but not called."""

    site: Site
    target: Ref
    written: str
    flags: int = 0
    fallback: str = ""
    under: int = 0


_ASYNC_METHODS = frozenset({"__aenter__", "__aiter__", "__anext__", "__await__"})


class Operation(Struct, frozen=True, array_like=True, gc=False):
    """Something that calls methods without looking like a call: ``with``, a loop, an operator.

    ``methods`` are the methods of ``operand`` that it calls, in order. Of ``a|b`` it is the first
    that there is. A ``with`` has its block at the sites from ``start`` to ``end`` (exclusive).
    """

    site: Site
    operand: Ref
    methods: tuple[str, ...]
    flags: int = 0
    fallback: str = ""
    under: int = 0
    start: Site = -1
    end: Site = -1

    @property
    def awaits(self) -> bool:
        """True for ``async with``, ``async for`` and ``await``."""
        return not _ASYNC_METHODS.isdisjoint(self.methods)

    @property
    def is_await(self) -> bool:
        """True for ``await``."""
        return self.methods == ("__await__",)


class Finding(Struct, frozen=True, array_like=True, gc=False):
    """Something a rule saw; it counts only if the function runs in the rule's scope.

    ``subject`` is the name whose meaning the finding rests on: when it turns out to be the user's
    own code (a first-party module called ``random``), the finding is dropped. ``asked`` is an
    expression whose type the rule wants to know before it decides, and ``detail`` what the rule has
    noted for itself, packed; see :meth:`wflint.rule.base.Rule.confirm`. ``awaited`` are the
    functions for whose results the place waits.
    """

    code: str
    site: Site
    message: str
    severity: str = ""
    subject: Ref | None = None
    flags: int = 0
    asked: Ref | None = None
    detail: bytes = b""
    awaited: tuple[Ref, ...] = ()
    under: int = 0


class Decorator(Struct, frozen=True, array_like=True, gc=False):
    """``target`` is the decorator, or what is called to get it; ``keywords`` name its keyword
    arguments, with :data:`SPREAD` for what is spread into it, ``values`` are what these are given,
    ``first`` is what is given by position first; ``called`` is true for ``@d(...)``."""

    target: Ref
    called: bool = False
    keywords: tuple[str, ...] = ()
    written: str = ""
    values: tuple[Value, ...] = ()
    first: Value | None = None

    def option(self, name: str) -> Value | None:
        """Return what a keyword argument is given, if there is one of that name."""
        given = zip(self.keywords, self.values, strict=True)
        return next((value for keyword, value in given if keyword == name), None)

    @property
    def last_word(self) -> str:
        """The last word of its name: ``cached_property`` of ``@functools.cached_property``."""
        return (self.target.path or (self.target.name,))[-1]

    @property
    def is_open(self) -> bool:
        """True if it may be given options that do not stand there by name."""
        return SPREAD in self.keywords
