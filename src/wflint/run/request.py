"""The contract between the command line and the run: requests and results.

Plain data. The command line fills a :class:`Request`, ``wflint.run.check.check``
turns it into a :class:`Result`, and the report modules print that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec
from msgspec import Struct

from wflint.baseline.entry import Entry
from wflint.diagnostics import Diagnostic, Location, ShownHop
from wflint.progress import Tell

if TYPE_CHECKING:
    from wflint.project.prefetch import Method
    from wflint.revision.snapshot import Snapshot
    from wflint.run.program_run import Examined

BaselineUse = Literal["read", "make", "ignore"]


class Known(Struct, frozen=True):
    """Findings of another run that are not reported; ``reason`` says why, in the summary."""

    reason: str
    entries: list[Entry]


class Making(Protocol):
    """Makes something of each project, which is kept with the result of a run."""

    @property
    def about(self) -> str:
        """What it is, and all that it depends on besides the project and the request."""

    def make(self, examined: Examined) -> object:
        """Make it of a project after its analysis, as plain data that can be kept."""

    def restore(self, made: object) -> None:
        """Take over what an earlier run has made of a project, in the types of msgpack."""


class Request(Struct, frozen=True):
    """One run.

    ``paths`` are files and folders as the user wrote them; ``-`` stands for ``stdin``.
    ``config`` holds the values of ``--config``: file names or ``key = value`` lines.
    ``overrides`` holds settings given by flags, under the names they have in a config file.
    ``texts`` has the bytes of files, by absolute path, that go before what is on disk.
    With ``mended`` they are what fixes make of the files, so that what is found in them is kept.
    ``whole`` asks for the diagnostics of all files of the projects that ``paths`` lie in.
    ``cache`` allows to take over what an earlier run found, and to leave something for later ones.
    ``baseline`` says what the setting of that name is for: ``make`` allows that there is no file
    yet. ``show_baselined`` also reports what a baseline has. With ``mended``, ``left_before`` are
    the known findings that were not found before the fixes. ``known`` are the findings of another
    run. ``snapshot`` has the Python files of a revision, in place of those on disk.
    ``progress`` is told how far the run has come. ``verbose`` asks for all notes.
    ``cwd`` is the working directory, by default that of the process. ``checkpoint`` is called at
    each step of the analysis, and may raise what ends it. ``start_method`` says how processes
    begin that read files, by default as it suits the system. ``making`` makes more of each project
    than its result. If ``asks`` is not set, code is read and followed, and no rule is asked about
    it. With ``only_known`` nothing is analysed that no earlier run has.
    """

    paths: tuple[str, ...] = (".",)
    stdin: bytes | None = None
    stdin_filename: str | None = None
    config: tuple[str, ...] = ()
    isolated: bool = False
    overrides: dict[str, object] = {}
    no_ignores: bool = False
    show_gaps: bool = False
    texts: Mapping[str, bytes] = {}
    mended: bool = False
    whole: bool = False
    jobs: int | None = None
    cache: bool = False
    baseline: BaselineUse = "read"
    show_baselined: bool = False
    left_before: tuple[Entry, ...] = ()
    known: Known | None = None
    snapshot: Snapshot | None = None
    progress: Tell | None = None
    cwd: str | None = None
    checkpoint: Callable[[], None] | None = None
    verbose: bool = False
    start_method: Method | None = None
    making: Making | None = None
    asks: bool = True
    only_known: bool = False


class Gap(Struct, frozen=True, order=True):
    """A call on a workflow path that could not be resolved.

    ``written`` is the call as the source has it, on one line; ``reason`` says why, as the end of a
    sentence about it.
    """

    filename: str
    location: Location
    written: str
    reason: str


class EntryGaps(Struct, frozen=True):
    """The gaps on the paths from one entry point, sorted. Its location is its definition."""

    entry: ShownHop
    gaps: tuple[Gap, ...]

    def sort_key(self) -> tuple[str, Location, str]:
        """The order in which entry points are printed: by file and place."""
        return (self.entry.filename, self.entry.location, self.entry.qualname)


class Stats(Struct):
    """Counts of what a run looked at.

    ``files`` were checked; ``workflows`` and ``activities`` are defined in them, and of the
    functions in them ``functions`` were reached from entry points. ``all_workflows`` are those of
    the whole program. ``read`` files were parsed.
    ``suppressed`` diagnostics were hidden by comments; ``held_back`` counts the other hidden ones
    by the setting that hides them. ``gaps`` is the number of calls in the checked files that could
    not be resolved.
    """

    files: int = 0
    workflows: int = 0
    activities: int = 0
    functions: int = 0
    read: int = 0
    suppressed: int = 0
    held_back: dict[str, int] = {}
    gaps: int = 0
    seconds: float = 0.0
    all_workflows: int = 0

    def hold_back(self, reason: str, number: int = 1) -> None:
        """Count diagnostics that are not shown, by what hides them."""
        self.held_back[reason] = self.held_back.get(reason, 0) + number


class BaselineState(Struct):
    """A baseline, held against a run. Paths are absolute.

    Of its entries ``known`` were found, with the places that they have now, ``stale`` ones are
    surely gone, and the run says nothing about ``unjudged`` ones. ``new`` was found besides.
    """

    path: str
    shown: str
    known: list[Entry] = []
    stale: list[Entry] = []
    unjudged: list[Entry] = []
    new: list[Entry] = []


class Result(Struct):
    """The result of a run.

    ``problems`` are lines for stderr that say what could not be done: with any of them the exit
    code is 2. ``warnings`` are lines for stderr that change nothing; ``notes`` are lines that only
    ``--verbose`` shows. ``sources`` has the text of each file that has a diagnostic, and ``paths``
    its absolute path, by the name that diagnostics give it; ``fail_on`` has the lowest severity
    that makes the run fail, which is otherwise a warning. ``gaps`` is filled on request.

    ``held`` are the diagnostics of rules that ran which the settings hide, without their words;
    ``is_partial`` is true where more may be hidden behind a file that does not parse.
    ``baselines`` are those in use, ``left`` the known findings that were not found; ``said`` are
    lines for stderr about what was done besides. ``made`` is what was made of each project.
    """

    diagnostics: list[Diagnostic] = []
    stats: Stats = msgspec.field(default_factory=Stats)
    problems: list[str] = []
    warnings: list[str] = []
    notes: list[str] = []
    sources: dict[str, str] = {}
    paths: dict[str, str] = {}
    fail_on: dict[str, str] = {}
    gaps: list[EntryGaps] = []
    held: list[Diagnostic] = []
    is_partial: bool = False
    baselines: list[BaselineState] = []
    said: list[str] = []
    left: list[Entry] = []
    made: list[Any] = []

    @property
    def fails(self) -> bool:
        """True if a diagnostic is severe enough to make the exit code 1."""
        lowest = self.fail_on
        return any(
            d.severity.is_at_least(lowest.get(d.filename, "warning"))
            for d in self.diagnostics
            if not d.is_known
        )
