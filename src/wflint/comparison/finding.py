"""What a comparison finds: one thing that runs of the old code do not survive."""

from __future__ import annotations

from msgspec import Struct

from wflint.callgraph.graph import DEFINITION, END
from wflint.diagnostics import ShownHop
from wflint.replay.change import ChangeKind, Verdict
from wflint.rule.fix import Answered
from wflint.rule.place import Place

__all__ = [
    "COMMANDS",
    "INTERFACE",
    "PATCH",
    "PAYLOAD",
    "ChangeKind",
    "Finding",
    "Verdict",
    "written",
]

COMMANDS, INTERFACE, PAYLOAD, PATCH = "WFL950", "WFL951", "WFL952", "WFL953"


class Finding(Struct, frozen=True):
    """One thing that is wrong with a change.

    ``workflow`` is the qualname of the workflow it is about, or ``""`` if it is about none.
    ``place`` is in the new program. Where nothing is left of what it is about, it is ``None``, and
    ``path`` is the file that had it in the old one. ``history`` has the commands up to the first
    difference, and ``chain`` the calls that lead to the place. ``old_chain`` are
    those that led to the command of the history, in ``old_version``. ``answer`` has its fix.
    """

    code: str
    verdict: Verdict
    kind: ChangeKind
    workflow: str
    message: str
    place: Place | None
    path: str = ""
    history: tuple[str, ...] = ()
    chain: tuple[Place, ...] = ()
    old_chain: tuple[ShownHop, ...] = ()
    old_version: str = ""
    answer: Answered = Answered()


def written(place: Place) -> Place:
    """Return where people find a place: nothing stands at the end of a function."""
    return place._replace(site=DEFINITION) if place.site == END else place
