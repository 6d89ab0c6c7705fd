"""What a method does with the object that it is called on, step by step."""

from __future__ import annotations

import enum

from msgspec import Struct

from wflint.model.arms import Arms

ENTERED = "async"
"""The name of a wait that often takes no time: for a lock, for room in a queue."""

FINISHED = "all_handlers_finished"
"""The name of a wait for all handlers."""


class What(enum.IntEnum):
    """The kinds of step."""

    READ = 0
    WRITE = 1
    CALL = 2  # of a method, or of what an attribute holds
    SUPER = 3  # of a method of the next class
    WAIT = 4  # others may run
    OPEN = 5  # somebody else is given the object, and may do anything with it
    CARRY = 6  # an attribute, or what a method gives, is handed over to the next run
    CONTINUE = 7  # the workflow continues as new
    GIVE = 8  # a function that may be known is given the object
    GUARD = 9  # an error may have ended it, as the state decides


class Step(Struct, frozen=True, array_like=True, gc=False):
    """One step. ``name`` is the attribute or method; of a CARRY it is :data:`PARAMETER` for what
    the method was given, and ``""`` for what may be anything. Of a wait it says what kind that is,
    of a CONTINUE which of those in the method it is, as a number from 0 on, and of a GIVE what is
    called, as it is written.

    ``is_sure`` is set if neither the state of the object nor anything that is not known decides
    whether it happens. A wait that is ``long`` surely outlasts the workflow task. ``is_later`` is
    set for what a function inside the method does, whenever it is called, ``is_glance`` for a read
    after which something may still be in the attribute. ``part`` is the attribute of the attribute
    that is read, or set if it ``sets_part``, as in ``self.order.status``. ``arms`` are those that
    it stands in. What a called method ``is_given`` are constants, or what this one was given. What
    ``is_asked`` decides how long the method waits, see :mod:`wflint.model.waited_on`.
    """

    what: What
    name: str = ""
    is_sure: bool = True
    is_later: bool = False
    awaited: bool = False
    long: bool = False
    is_glance: bool = False
    part: str = ""
    arms: Arms = ()
    sets_part: bool = False
    is_given: bool = True
    is_asked: bool = False


class Steps(Struct, frozen=True):
    """The steps of a method; ``ends`` is set if there is a way out of it but an error.

    ``in_vain`` if it never gets to where it continues as new.
    """

    steps: tuple[Step, ...] = ()
    ends: bool = True
    in_vain: bool = False
