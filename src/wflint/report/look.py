"""The look of output: what formats need besides diagnostics, and small pieces that they share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wflint.diagnostics import Applicability, Diagnostic, ShownHop
from wflint.system.printable import visible

if TYPE_CHECKING:
    from wflint.checking.registry import Registry

MARKERS = {Applicability.SAFE: "[*]", Applicability.UNSAFE: "[**]"}


@dataclass(frozen=True)
class Look:
    """The way to print.

    ``sources`` has the text of each file with a diagnostic. ``cwd`` is the folder that file names
    are relative to, and ``base`` the folder that a code host calls the top of the repository.
    ``width`` is how many columns a line for people may have.
    ``links`` says that whoever reads the colours follows links as well.
    ``registry`` describes the rules, for formats that carry their documentation.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    color: bool = False
    cwd: Path = Path()
    base: Path = Path()
    width: int = 80
    registry: Registry | None = None
    links: bool = False

    def from_base(self, filename: str) -> str:
        """A file name relative to the top of the repository, or absolute if it lies outside."""
        path = os.path.normpath(self.cwd / filename)
        if path.startswith(str(self.base).rstrip(os.sep) + os.sep):
            path = os.path.relpath(path, self.base)
        return path.replace(os.sep, "/")


def headline(diagnostic: Diagnostic) -> str:
    """Return ``path:row:column: CODE name severity [*] message``, on one line."""
    place = diagnostic.location
    return f"{visible(diagnostic.filename)}:{place.shown}: {told(diagnostic)}"


def told(diagnostic: Diagnostic) -> str:
    """Return ``CODE name severity [*] message``, on one line."""
    words = (
        diagnostic.code,
        diagnostic.name,
        diagnostic.severity.value,
        marker_of(diagnostic),
        message_of(diagnostic),
    )
    return " ".join(word for word in words if word)


def way(diagnostic: Diagnostic) -> str:
    """Return `` (from OrderWorkflow.run via price_order)``: the entry point, and what is between.

    It is ``""`` where no entry point is involved, or where the place is in it. Functions of the
    same name are told apart by their files.
    """
    if len(diagnostic.chain) < 2:
        return ""
    hops = diagnostic.chain[:-1]
    files: dict[str, set[str]] = {}
    for hop in hops:
        files.setdefault(hop.qualname, set()).add(hop.filename)
    first, *others = (
        f"{hop.qualname} in {hop.filename}" if len(files[hop.qualname]) > 1 else hop.qualname
        for hop in hops
    )
    between = " → ".join(others)
    return visible(f" (from {first}{f' via {between}' if between else ''})")


def described(diagnostic: Diagnostic) -> str:
    """Return ``name: message (from the entry point)``, for formats that give the code elsewhere."""
    return f"{diagnostic.name}: {message_of(diagnostic)}{way(diagnostic)}"


def message_of(diagnostic: Diagnostic) -> str:
    """Return the message on one line, and the number of more places in the function or file."""
    said = one_line(diagnostic.message) + _more_places(diagnostic)
    return f"{said} (in the baseline)" if diagnostic.is_known else said


def _more_places(diagnostic: Diagnostic) -> str:
    if not diagnostic.more_places:
        return ""
    from wflint.temporal.regions import Region

    whole = "file" if diagnostic.scope == Region.IMPORT.label else "function"
    return f" (and {diagnostic.more_places} more in this {whole})"


def marker_of(diagnostic: Diagnostic) -> str:
    """``[*]`` for a fix that ``--fix`` applies, ``[**]`` for one that needs ``--unsafe-fixes``."""
    return MARKERS.get(diagnostic.fix.applicability, "") if diagnostic.fix else ""


def one_line(text: str) -> str:
    """The text without line breaks and control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def lines_of(text: str) -> list[str]:
    """Return the lines of a text as an editor counts them, whatever its line ends are."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def chain_line(diagnostic: Diagnostic) -> str:
    """The functions from the entry point to the offence, or ``""``."""
    if not diagnostic.chain:
        return ""
    line = " → ".join(hop_text(hop) for hop in diagnostic.chain)
    others = others_of(diagnostic)
    return f"{line} and {others}" if others else line


def others_of(diagnostic: Diagnostic) -> str:
    """Return how many other entry points reach the place, in words, or ``""``."""
    others = diagnostic.other_entries
    return f"{others} other entry point{'s' if others > 1 else ''}" if others else ""


def hop_text(hop: ShownHop) -> str:
    """Return ``OrderWorkflow.run (orders/flow.py:31)``."""
    return visible(f"{hop.qualname} ({hop.filename}:{hop.location.line})")
