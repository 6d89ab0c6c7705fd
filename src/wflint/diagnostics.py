"""Diagnostics: one type, shared by every rule and every output format."""

from __future__ import annotations

import enum

from msgspec import Struct

SYNTAX_ERROR = "WFL001"
"""The code of what is said of a file that cannot be parsed."""


class Severity(str, enum.Enum):
    """The severity of a diagnostic. ``INFO`` rules are off unless they are selected."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    def is_at_least(self, other: str) -> bool:
        """True if this is as severe as ``other``, a severity by its value, or more."""
        return _RANKS[self.value] >= _RANKS[other]


_RANKS = {"info": 0, "warning": 1, "error": 2, "never": 3}
"""How severe each is. Nothing is as severe as ``never``, which settings know besides."""


class Applicability(str, enum.Enum):
    """The trust that a fix deserves.

    ``SAFE`` never changes what a running workflow would replay; ``UNSAFE`` may;
    ``DISPLAY`` is shown to a person and never applied.
    """

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


class Location(Struct, frozen=True, order=True, omit_defaults=True):
    """A place in a file: ``row`` and ``column`` are 1-based, the column counts characters.

    In a notebook, whose cells are one module, ``cell`` is the number of the cell, and ``above`` how
    many rows of the module are above it.
    """

    row: int
    column: int
    cell: int = 0
    above: int = 0

    @property
    def line(self) -> str:
        """The row as people are shown it: ``3``, or ``cell 2:3`` in a notebook."""
        return f"cell {self.cell}:{self.row - self.above}" if self.cell else str(self.row)

    @property
    def words(self) -> str:
        """The row in words: ``line 3``, or ``cell 2:3`` in a notebook."""
        return self.line if self.cell else f"line {self.line}"

    @property
    def shown(self) -> str:
        """Row and column as people are shown them: ``3:5``, or ``cell 2:3:5`` in a notebook."""
        return f"{self.line}:{self.column}"


class Edit(Struct, frozen=True):
    """Replace the text between two locations (end exclusive) by ``content``."""

    content: str
    location: Location
    end_location: Location


class Fix(Struct, frozen=True):
    """Edits that together mend one diagnostic; sorted by location, never overlapping."""

    applicability: Applicability
    message: str
    edits: tuple[Edit, ...]


class ShownHop(Struct, frozen=True):
    """One function of a call chain.

    ``location`` is the place inside the function where the chain goes on: the call to the next
    hop, or the offending expression in the last one.
    """

    qualname: str
    filename: str
    location: Location


class ChangeDetails(Struct, frozen=True):
    """More on a diagnostic of ``wflint diff``.

    ``workflow`` is the qualname of a workflow, or ``""`` where it is about none. ``verdict`` and
    ``kind`` are words of the manual; ``history`` has the commands up to the first difference.
    ``old_chain`` are the calls that led to the command of the history, in ``old_version``.
    """

    workflow: str
    verdict: str
    kind: str
    history: tuple[str, ...] = ()
    old_chain: tuple[ShownHop, ...] = ()
    old_version: str = ""


class OtherPlace(Struct, frozen=True):
    """A further place that a diagnostic speaks for, with what would be said there."""

    location: Location
    end_location: Location
    message: str


NOT_FIXED = " (not fixed: "
"""Begins the end of a message that says why there is no fix."""


class Diagnostic(Struct, frozen=True):
    """One offending place.

    ``filename`` is a posix path as the user would write it (relative to the working directory
    where possible). ``chain`` runs from the entry point to the function that contains the
    offence, both included; it is empty where no entry point is involved. ``other_entries`` is the
    number of further entry points that reach the place. ``fingerprint`` stays the same when lines
    move. ``more_places`` is the number of further places in the function that the diagnostic, and
    its fix, speak for.

    ``function`` is the function that the offence is in, and ``statements`` are the statements of
    all these places, the first one's first: by them it is recognised in another run. ``others`` are
    the places but the first, in the same order. ``is_known``
    is true if the baseline has it, and it is shown all the same. ``change`` is set by ``wflint
    diff``.
    """

    code: str
    name: str
    severity: Severity
    message: str
    filename: str
    location: Location
    end_location: Location
    scope: str
    chain: tuple[ShownHop, ...] = ()
    other_entries: int = 0
    fix: Fix | None = None
    fingerprint: str = ""
    more_places: int = 0
    function: str = ""
    statements: tuple[str, ...] = ()
    is_known: bool = False
    change: ChangeDetails | None = None
    others: tuple[OtherPlace, ...] = ()

    @property
    def entry(self) -> ShownHop | None:
        """The entry point that reaches the offence, or ``None``."""
        return self.chain[0] if self.chain else None

    @property
    def url(self) -> str:
        """The page that explains the rule."""
        return f"{DOCS_URL}{self.name}.md"

    def sort_key(self) -> tuple[str, int, int, str, str]:
        """The order in which diagnostics are printed: by file, place, code, message."""
        return (self.filename, self.location.row, self.location.column, self.code, self.message)


DOCS_URL = "https://github.com/wflint/wflint/blob/main/docs/rules/"
