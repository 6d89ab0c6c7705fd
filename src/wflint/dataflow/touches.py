"""Touches, as data: what a function does with the objects of its names; see ``handling.py``."""

from __future__ import annotations

import enum

from msgspec import Struct

from wflint.facts.model import Condition

ANY = "*"
"""Stands for any key."""

Keys = tuple[str, ...]


class What(str, enum.Enum):
    """The kinds of touch."""

    __hash__ = str.__hash__

    SET = "set"  # what stands at `keys` may become something else
    LOST = "lost"  # what stands there may be changed by anybody, with all that is in it
    PASS = "pass"  # it is argument `name` of the call at `site`, at `inside` of it
    ALIAS = "alias"  # `name` stands for it, or for what has it at `inside`
    RETURN = "return"  # it is returned, at `inside` of something


class Touch(Struct, frozen=True, array_like=True, gc=False, cache_hash=True):
    """Something that is done with what the name ``of`` stands for, or what it has at ``keys``.

    ``under`` is the number of the condition under which that happens.
    """

    of: str
    keys: Keys
    what: What
    name: str = ""
    site: int = -1
    inside: Keys = ()
    under: int = 0


class Handling(Struct, frozen=True, array_like=True, gc=False):
    """The uses of a function's names; the result of a call has the name ``@site``.

    ``conditions`` are those that touches stand under. ``returned`` is the parameter that the
    function surely returns. ``is_known`` is false where it is too much to tell.
    """

    touches: tuple[Touch, ...] = ()
    conditions: tuple[Condition, ...] = ()
    returned: str = ""
    is_known: bool = True
