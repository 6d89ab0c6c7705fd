"""What a comparison finds: one thing that runs of the old code do not survive."""

from __future__ import annotations

import enum

from msgspec import Struct

from wflint.rule.place import Place

INTERFACE, PAYLOAD, PATCH = "WFL951", "WFL952", "WFL953"


class Verdict(str, enum.Enum):
    """The verdicts on a change, the worst first."""

    __hash__ = str.__hash__

    INCOMPATIBLE = "incompatible"  # runs fail, whatever is not known
    DEPENDS = "depends"  # runs fail if their data, or what they are waiting for, is of one kind


class ChangeKind(str, enum.Enum):
    """The kinds of change."""

    __hash__ = str.__hash__

    COMMANDS = "commands"
    INTERFACE = "interface"
    PAYLOAD = "payload"


class Finding(Struct, frozen=True):
    """One thing that is wrong with a change.

    ``workflow`` is the qualname of the workflow it is about, or ``""`` if it is about none.
    ``place`` is in the new program. Where nothing is left of what it is about, it is ``None``, and
    ``path`` is the file that had it in the old one.
    """

    code: str
    verdict: Verdict
    kind: ChangeKind
    workflow: str
    message: str
    place: Place | None
    path: str = ""
