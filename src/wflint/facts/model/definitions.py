"""The heads of functions, and classes."""

from __future__ import annotations

import enum

from msgspec import Struct

from wflint.facts.model.calls import Decorator
from wflint.facts.model.references import UNKNOWN, Ref, Site
from wflint.facts.model.values import Value


class ParamKind(str, enum.Enum):
    """The ways in which a parameter can be given."""

    __hash__ = str.__hash__

    POSITIONAL = "positional"  # maybe by keyword, too
    KEYWORD = "keyword"  # only so
    VAR_POSITIONAL = "*"
    VAR_KEYWORD = "**"
    SELF = "self"  # the receiver of a method
    CLS = "cls"  # that of a class method


class Param(Struct, frozen=True, array_like=True, gc=False):
    """A parameter.

    ``default`` is what a default value refers to, if that is worth knowing, or ``None``.
    """

    name: str
    annotation: Ref = UNKNOWN
    has_default: bool = False
    kind: ParamKind = ParamKind.POSITIONAL
    default: Ref = UNKNOWN


class FunctionHead(Struct, frozen=True, array_like=True, gc=False):
    """A function without its body.

    ``qualname`` is the dotted name inside the module; ``owner`` the qualname of the class it is a
    method of. ``start`` and ``end`` are the character offsets of the whole definition, decorators
    included; for one inside another function they are those of the outermost, and ``site`` is its
    own place in that. The body of one that is ``too_deep`` must not be parsed.
    """

    qualname: str
    owner: str = ""
    is_async: bool = False
    is_generator: bool = False
    decorators: tuple[Decorator, ...] = ()
    params: tuple[Param, ...] = ()
    returns: Ref = UNKNOWN
    start: int = 0
    end: int = 0
    too_deep: bool = False
    site: Site = -1

    @property
    def name(self) -> str:
        """The last part of the qualname, without the number of an alternative."""
        return self.qualname.rpartition(".")[2].partition("#")[0]


class ClassFacts(Struct, frozen=True, array_like=True, gc=False):
    """A class: bases and decorators in order, methods by name, class attributes.

    A method that is defined in several branches has further entries: ``name#2``, ...

    ``attributes`` maps an attribute to what it holds (an annotated one: an instance of the
    annotation); ``fields`` are the annotated ones in order. ``params`` are its type parameters.
    ``makes_defaults`` is set when a field may have a function that makes its default value.
    ``values`` are the attributes that may be options, as they are written.
    """

    qualname: str
    bases: tuple[Ref, ...] = ()
    decorators: tuple[Decorator, ...] = ()
    methods: dict[str, FunctionHead] = {}
    attributes: dict[str, Ref] = {}
    fields: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    metaclass: Ref = UNKNOWN
    makes_defaults: bool = False
    values: dict[str, Value] = {}
