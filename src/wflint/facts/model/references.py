"""What an expression refers to, as far as its own module tells."""

from __future__ import annotations

import enum

from msgspec import Struct

Site = int


class Kind(str, enum.Enum):
    """The kinds of root that a :class:`Ref` can have."""

    __hash__ = str.__hash__  # an enum's own is written in Python

    GLOBAL = "global"  # a module-level name of the same module, maybe a builtin
    IMPORT = "import"  # an absolute dotted name, bound by an import inside a function
    LOCAL = "local"  # a nested function or lambda; `name` is its qualname
    SELF = "self"  # the instance that a method of class `name` was called on
    CLS = "cls"  # the class that a classmethod of class `name` was called on
    SUPER = "super"  # `super()` inside class `name`
    PARAM = "param"  # a parameter; what its callers pass may be known
    DECLARED = "declared"  # the first of `others`, declared to be `of`
    INSTANCE = "instance"  # an instance of the class `of`
    RESULT = "result"  # what calling `of` gives: an instance when `of` is a class
    UNAWAITED = "unawaited"  # what the call `of` itself gives: a coroutine, if it is of `async def`
    PARTIAL = "partial"  # functools.partial(of, ...)
    EITHER = "either"  # one of `others`
    OR = "or"  # the first of two `others`, or the second where there is none
    KEYWORD = "keyword"  # in a call: `of`, given as `name=`
    ITEM = "item"  # `of[others]`: a generic class with its parameters, or a value looked up
    ELEMENT = "element"  # what a loop over `of` gives
    PART = "part"  # the part number `name` of the tuple `of`
    ENTERED = "entered"  # what `with of as x` gives
    TYPEVAR = "typevar"  # the type variable `name`; `of` is its bound, if it has one
    OPERATION = "operation"  # what the operator `name` gives for `others`
    LITERAL = "literal"  # a literal; `name` is its builtin type, `others` some of its elements
    UNKNOWN = "unknown"  # anything else


class Ref(Struct, frozen=True, array_like=True, gc=False, cache_hash=True):
    """A reference that an expression makes: a root and the attributes taken from it.

    ``datetime.now`` is ``Ref(GLOBAL, "datetime", ("now",))``, however ``datetime`` was imported.
    ``others`` are further parts: of a call its plain positional arguments, of a type its
    parameters, of a container its elements. ``owner`` is the qualname of the function whose
    parameter it is; ``of`` is then what its annotation says.
    """

    kind: Kind
    name: str = ""
    path: tuple[str, ...] = ()
    of: Ref | None = None
    others: tuple[Ref, ...] = ()
    owner: str = ""


SLICE = "slice"
"""The operation that gives a new collection of the same type, with some of the same elements."""

AFTER_INIT = frozenset({"__post_init__", "__attrs_post_init__", "model_post_init"})
"""Methods that a generated constructor calls when it has stored what it was given."""

UNKNOWN = Ref(Kind.UNKNOWN)
NOTHING = Ref(Kind.LITERAL, "None")

SQLITE = "sqlite"
"""The scheme of the URL of a database that runs in the process.

A text that begins with it is a literal with this one among its parts.
"""
SQLITE_URL = Ref(Kind.LITERAL, "str", others=(Ref(Kind.LITERAL, SQLITE),))
