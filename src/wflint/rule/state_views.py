"""The views of what a workflow's object holds, and of how much its methods do."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from wflint.rule.place import Place
from wflint.temporal.regions import Region


class Access(NamedTuple):
    """A method that writes or reads an attribute, and its kind; none if no handler calls it so."""

    method: str
    kind: Region


class StateView(Struct, frozen=True):
    """An attribute of a workflow's object.

    ``in_class`` is set if the body of the class gives it a value. ``writers`` set it, or change
    what it holds; ``readers`` only look at it. Both are methods of the class and of its bases.
    """

    name: str
    in_class: bool = False
    writers: tuple[Access, ...] = ()
    readers: tuple[Access, ...] = ()


class DroppedState(NamedTuple):
    """Attributes that are lost at a call of ``continue_as_new()``, which stands at ``place``.

    Handlers of messages change them, and the run method reads them.
    """

    names: tuple[str, ...]
    place: Place


class WorkflowSize(NamedTuple):
    """What the methods of a workflow hold: calls that give commands, handlers, and branches."""

    commands: int = 0
    handlers: int = 0
    branches: int = 0
