"""A map of workflows as plain data: what all formats print.

Things are known by their places in the lists of the :class:`Map`; -1 stands for none.
"""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

NONE = -1


class Place(Struct, frozen=True, order=True):
    """A line of a file; row 0 is the file as a whole."""

    filename: str
    row: int


class Mark(Struct, frozen=True, order=True):
    """A diagnostic at a line."""

    row: int
    code: str
    name: str
    severity: str
    message: str


class GapMark(Struct, frozen=True, order=True):
    """A call at a line that could not be followed."""

    row: int
    written: str
    reason: str


class Function(Struct, frozen=True):
    """A function that workflows reach, and the others that it calls."""

    name: str
    place: Place
    marks: tuple[Mark, ...] = ()
    gaps: tuple[GapMark, ...] = ()
    calls: tuple[int, ...] = ()


class MapStep(Struct, frozen=True):
    """A step of a flow; ``kind`` is as in :class:`wflint.replay.outline.StepKind`.

    ``name`` is that of what it is about, ``target`` the id of what it starts (``a3`` is the
    activity number 3, ``w3`` a workflow), ``flow`` the number of the function that is called.
    ``often`` says how often it ran in the histories that were given; -1 if none were.
    """

    kind: str
    text: str
    row: int = 0
    name: str = ""
    options: tuple[tuple[str, str], ...] = ()
    gives: str = ""
    target: str = ""
    flow: int = NONE
    steps: tuple[MapStep, ...] = ()
    often: int = NONE


class Flow(Struct, frozen=True):
    """The steps of a function. ``size`` counts them, with all that they hold."""

    function: int
    name: str
    place: Place
    steps: tuple[MapStep, ...]
    size: int


class EntryPoint(Struct, frozen=True):
    """A method that the SDK calls. Queries and validators have no flow: they give no commands.

    ``often`` is as in :class:`MapStep`.
    """

    kind: str
    name: str
    place: Place
    flow: int = NONE
    function: int = NONE
    often: int = NONE


class Use(Struct, frozen=True):
    """Something that a workflow starts, and the places where it does.

    An option that is not the same in all of them has several values. ``registered`` are the task
    queues of Workers that know what is started.
    """

    kind: str
    name: str
    target: str
    options: tuple[tuple[str, str], ...]
    places: tuple[Place, ...]
    registered: tuple[str, ...] = ()


class State(Struct, frozen=True):
    """An attribute that several methods of a workflow share."""

    name: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]


class Workflow(Struct, frozen=True):
    """A workflow. ``flows`` and ``functions`` are all that its entry points reach."""

    name: str
    qualname: str
    place: Place
    entries: tuple[EntryPoint, ...] = ()
    queues: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    state: tuple[State, ...] = ()
    flows: tuple[int, ...] = ()
    functions: tuple[int, ...] = ()
    marks: tuple[Mark, ...] = ()


class Activity(Struct, frozen=True):
    """An activity, and the workflows that use it."""

    name: str
    qualname: str
    place: Place
    is_async: bool
    queues: tuple[str, ...] = ()
    users: tuple[int, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def shown(self) -> str:
        """The name that people know it by."""
        return self.name or self.qualname


class Worker(Struct, frozen=True):
    """A Worker; ``more`` says what of its lists is not known.

    Where ``queue`` is not known, ``written`` is the code that says it.
    """

    queue: str
    place: Place
    workflows: tuple[int, ...]
    activities: tuple[int, ...]
    more: str = ""
    marks: tuple[Mark, ...] = ()
    written: str = ""


class Chunk(Struct, frozen=True):
    """Some lines of a file, from ``row`` on."""

    row: int
    lines: tuple[str, ...]


class File(Struct, frozen=True):
    """The lines of a file that are shown, and links: a label, and the address around a number.

    Rows of a notebook count through all its cells: ``cells`` has the row before each of them, and
    the number of the cell.
    """

    name: str
    chunks: tuple[Chunk, ...] = ()
    links: tuple[tuple[str, str, str], ...] = ()
    cells: tuple[tuple[int, int], ...] = ()


class Map(Struct):
    """All that a map shows, each list in the order of files and lines.

    ``histories`` is the number of histories that it shows as well, -1 if none were asked for;
    ``remarks`` say what is not in it.
    """

    title: str = ""
    commit: str = ""
    workflows: list[Workflow] = []
    activities: list[Activity] = []
    workers: list[Worker] = []
    functions: list[Function] = []
    flows: list[Flow] = []
    files: list[File] = []
    remarks: list[str] = []
    histories: int = NONE

    @property
    def labels(self) -> list[str]:
        """The names of the workflows, with the file where several have the same."""
        often = Counter(workflow.qualname for workflow in self.workflows)
        return [
            w.qualname if often[w.qualname] == 1 else f"{w.qualname} ({w.place.filename})"
            for w in self.workflows
        ]
