"""Terms of arithmetic, and conditions under which code runs."""

from __future__ import annotations

import enum

from msgspec import Struct

from wflint.facts.model.references import UNKNOWN, Ref

NONE, TRUE, FALSE = "n:", "b:True", "b:False"
"""The spelling in terms of the three constants that are names."""


class TermKind(str, enum.Enum):
    """The kinds of :class:`Term`."""

    __hash__ = str.__hash__

    CONSTANT = "constant"  # `text` is the literal, as :func:`constant` writes it
    PARAM = "param"  # the parameter `text` of the function itself
    LOCAL = "local"  # the variable `text`, which is the display in `others`
    NAME = "name"  # a name of a module: `ref`
    LOADS = "loads"  # that the module `text` can be imported
    LATER = "later"  # the variable `text` of the module, or of a class in it, that is set later
    ITEM = "item"  # what stands under the key `text` of the one in `others`
    GET = "get"  # the same, or the second of `others` where there is no such key
    OR = "or"  # the first of two `others`, or the second where that is false
    DICT = "dict"  # a dictionary that is written out: an ENTRY for each key
    ENTRY = "entry"  # in a dictionary: one of `others` under the key `text`
    SPREAD = "spread"  # in a dictionary: anything
    CALL = "call"  # what `ref` gives for the ARGUMENTs in `others`
    ARGUMENT = "argument"  # in a call: one of `others`, given as `text=`
    OPEN = "open"  # not known


class Term(Struct, frozen=True, array_like=True, gc=False, cache_hash=True):
    """An expression whose value may be known from the literals that callers pass."""

    kind: TermKind
    text: str = ""
    others: tuple[Term, ...] = ()
    ref: Ref = UNKNOWN


OPEN = Term(TermKind.OPEN)


class Asked(str, enum.Enum):
    """The questions that a :class:`Test` can ask."""

    __hash__ = str.__hash__

    TRUE = "true"  # if `term` is true
    IN = "in"  # if it is equal to one of `values`
    IS = "is"  # if it is the one of `values`, which is None, True or False
    STARTS = "starts"  # if it starts with one of them
    ENDS = "ends"
    NOT = "not"  # if the one of `others` is false
    AND = "and"  # if all of them are true
    OR = "or"  # if any is
    OPEN = "open"  # something that is not known


class Test(Struct, frozen=True, array_like=True, gc=False, cache_hash=True):
    """A test that literals may decide."""

    asked: Asked
    term: Term = OPEN
    values: tuple[Term, ...] = ()
    others: tuple[Test, ...] = ()


class Condition(Struct, frozen=True, array_like=True, gc=False, cache_hash=True):
    """Code runs only where a test is true (or not, as ``holds`` says), and ``after`` holds as well.

    That is the number of another condition of the same body; 0 for none.
    """

    test: Test
    holds: bool
    after: int = 0
