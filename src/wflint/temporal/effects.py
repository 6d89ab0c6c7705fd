"""Effects that running a function may have, as far as replays, handlers and activities care."""

from __future__ import annotations

import enum
from functools import lru_cache


class Effect(enum.IntFlag):
    """Effects of a call or of a function, itself or through what it calls."""

    COMMAND = enum.auto()  # the workflow task answers with a command, records one, or starts a task
    ACTS = enum.auto()  # gives a command that others see: no timer, and no marker of a version
    WAITS = enum.auto()  # the task gives way to others until something happens
    DRAWS = enum.auto()  # takes from the workflow's random numbers
    WORKFLOW_CLOCK = enum.auto()  # reads the workflow's clock
    HANDLERS = enum.auto()  # changes what the workflow answers to
    MUTATES_SELF = enum.auto()  # changes the object that its method was called on, or a part of it
    MUTATES_OTHERS = enum.auto()  # changes an object that it is given, or calls a method of
    MUTATES_SHARED = enum.auto()  # changes a module, a class, or what a module-level name holds
    RAISES = enum.auto()  # has a `raise`, but for what it has caught itself
    HEARTBEATS = enum.auto()  # sends a heartbeat of an activity
    TASK = enum.auto()  # starts a task, or several
    AWAITS_ACTIVITY = enum.auto()  # waits for the result of an activity, and fails as that does
    AWAITS_CHILD = enum.auto()  # the same for a child workflow
    AWAITS_OPERATION = enum.auto()  # the same for a Nexus operation
    AWAITS_START = enum.auto()  # waits for a child workflow or Nexus operation to be started
    AWAITS_ASYNCIO = enum.auto()  # waits in the event loop: for a timer, a condition, a task
    TIMES_OUT = enum.auto()  # waits so with a timeout
    SLEEPS = enum.auto()  # waits for nothing but a timer
    CONTINUES = enum.auto()  # continues the workflow as new
    PATCHES = enum.auto()  # asks for a patch, or deprecates one
    ASKS_ACTIVITY = enum.auto()  # asks for the running activity, and raises where there is none
    LOCAL_ACTIVITY = enum.auto()  # runs a local activity, or starts one
    UNKNOWN = enum.auto()  # calls something of which nothing is known


@lru_cache(maxsize=512)
def parts_of(effects: Effect) -> tuple[Effect, ...]:
    """Return the single effects that several consist of, in order.

    Operations on :class:`enum.Flag` are slow, so it is kept.
    """
    return tuple(effect for effect in Effect if effect & effects)
