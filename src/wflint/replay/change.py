"""The answer of a comparison: what a change of code does to runs that have begun.

``wflint.replay.compare.compare(old, new)`` gives a :class:`Change` for each workflow that both
programs have and whose histories may not replay, the worst verdict first found.
"""

from __future__ import annotations

import enum

from msgspec import Struct

from wflint.checking.analysis import AnalysisResult
from wflint.rule.place import Place


class Program(Struct, frozen=True):
    """One side of a comparison: a project that was analysed."""

    answer: AnalysisResult


class Verdict(str, enum.Enum):
    """The verdicts on a change, the worst first."""

    __hash__ = str.__hash__

    INCOMPATIBLE = "incompatible"  # some running history fails, whatever is not known
    DEPENDS = "depends"  # it fails for some truth of what only the new code asks
    CLOSED_ONLY = "closed-only"  # only histories of closed runs fail: queries, resets
    UNKNOWN = "unknown"  # not all that matters could be read or tried
    COMPATIBLE = "compatible"


class ChangeKind(str, enum.Enum):
    """The kinds of change."""

    __hash__ = str.__hash__

    COMMANDS = "commands"
    INTERFACE = "interface"
    PAYLOAD = "payload"


class Step(Struct, frozen=True):
    """A command in a history, or one that code gives.

    ``text`` is how people would name it: ``activity reserve``. ``chain`` are the calls that lead to
    it, from the entry point on: each a function with the site of the call in it, the last one with
    that of the command. They are places of the program that gives the command.
    """

    text: str
    chain: tuple[Place, ...] = ()

    @property
    def place(self) -> Place | None:
        """The place of the command itself."""
        return self.chain[-1] if self.chain else None


class Change(Struct, frozen=True):
    """What a change does to the runs of one workflow.

    ``workflow`` is its qualname, ``type_name`` the name of its type. ``history`` are the commands
    up to the first difference, ``was`` is the command of the history that follows, and ``now``
    what the new code gives there; ``None`` for nothing. ``assumed`` are the conditions under which
    it happens, as text. ``why`` says in one sentence what is wrong; with ``UNKNOWN``, what was not
    read or tried, and ``now`` has only the way to where that is, if it is known.
    """

    workflow: str
    type_name: str
    verdict: Verdict
    kind: ChangeKind = ChangeKind.COMMANDS
    history: tuple[Step, ...] = ()
    was: Step | None = None
    now: Step | None = None
    assumed: tuple[str, ...] = ()
    why: str = ""

    @property
    def place(self) -> Place | None:
        """The place in the new program, where the difference has one."""
        return self.now.place if self.now is not None else None
