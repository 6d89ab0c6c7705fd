"""The gate: which files are worth reading at all, told by their raw bytes.

Most files of a project neither define workflows nor talk to Temporal. They are read only when
workflow code calls into them; here their bytes are merely searched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec import Struct, field

# Plain texts, because `in` searches bytes ten times as fast as a regular expression.
_NAMED = (b"temporalio", b"defn")
_ENTRY_POINTS = (
    b"defn",
    b"workflow.run",
    b"workflow.signal",
    b"workflow.query",
    b"workflow.update",
    b"workflow.init",
    b"WorkflowInboundInterceptor",
    b"WorkflowOutboundInterceptor",
    b"PayloadConverter",
    b"FailureConverter",
)
_OTHER_SPELLINGS = re.compile(
    rb"\bworkflow\s+as\s"  # `from temporalio import workflow as wf`
    rb"|\btemporalio\.workflow\s+import\s"
    rb"|=\s*(?:temporalio\.)?workflow\s*(?:[\r\n]|\Z)"
)
"""How decorators are spelled without ``workflow.`` in front; looked for where Temporal is named."""

SANDBOX = (
    b"passthrough",
    b"sandboxed",  # `sandboxed=False`, `UnsandboxedWorkflowRunner`
    b"invalid_module_members",
    b"with_child_unrestricted",
    b"Plugin",
    b"Worker(",
    b"Worker as",
    b"workflows=",
)
"""Texts without which a file that talks to Temporal says nothing to the sandbox."""


NAMED, CANDIDATE, CONFIGURING, HANDING = 1, 2, 4, 8

_HANDING = ((b"orker",), (b"orkflow", b"ORKFLOW"))
"""A file that has the Worker of a library run workflows has one text of each."""


class Gated(Struct):
    """The files that pass the prefilter, as absolute paths in the order of the files.

    ``named`` mention Temporal, ``candidates`` among them may define entry points, ``configuring``
    may set up the sandbox. ``handing``, which need not mention Temporal, may give workflows to
    others that run them. ``unreadable`` files are given with the reason.
    """

    named: list[str] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)
    configuring: list[str] = field(default_factory=list)
    handing: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)


class Gate:
    """Searches the bytes of files; ``needles`` are texts that count besides wflint's own."""

    def __init__(self, needles: Iterable[str]) -> None:
        own = tuple(needle.encode("utf-8", "surrogateescape") for needle in needles)
        self._named, self._entry_points = (*_NAMED, *own), (*_ENTRY_POINTS, *own)

    def marks(self, data: bytes) -> int:
        """Return what is found in the bytes of a file, as flags."""
        marks = HANDING if all(_has_any(data, texts) for texts in _HANDING) else 0
        if not _has_any(data, self._named):
            return marks
        marks |= NAMED
        if _has_any(data, self._entry_points) or _OTHER_SPELLINGS.search(data):
            marks |= CANDIDATE
        if _has_any(data, SANDBOX):
            marks |= CONFIGURING
        return marks


def gate(files: Iterable[str], marks_of: Callable[[str], int]) -> Gated:
    """Sort ``files`` by their marks, which those of :meth:`Gate.marks` are."""
    gated = Gated()
    for path in files:
        try:
            marks = marks_of(path)
        except OSError as error:
            gated.unreadable[path] = error.strerror or str(error)
            continue
        if marks & HANDING:
            gated.handing.append(path)
        if marks & NAMED:
            gated.named.append(path)
            if marks & CANDIDATE:
                gated.candidates.append(path)
            if marks & CONFIGURING:
                gated.configuring.append(path)
    return gated


def _has_any(data: bytes, texts: tuple[bytes, ...]) -> bool:
    for text in texts:  # noqa: SIM110 - `any` takes twice as long, and this is done for all files
        if text in data:
            return True
    return False
