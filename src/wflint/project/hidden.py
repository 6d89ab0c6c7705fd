"""Files that no import leads to, because a package beside them has their name."""

from __future__ import annotations

from collections.abc import Callable

from wflint.files.prefilter import Gated
from wflint.project.module_index import ModuleIndex


def hidden_files(gated: Gated, index: ModuleIndex, read: Callable[[str], bytes]) -> tuple[str, ...]:
    """Return those of the files that name Temporal that Python never runs.

    As a script it runs them, so what asks for `__main__` is none of them.
    """
    hidden = (path for path in gated.named if index.is_hidden(path))
    return tuple(path for path in hidden if b"__main__" not in read(path))


def without(gated: Gated, hidden: tuple[str, ...]) -> Gated:
    """Return what the gate let through, without some files."""
    named, candidates, configuring, handing = (
        [path for path in paths if path not in hidden]
        for paths in (gated.named, gated.candidates, gated.configuring, gated.handing)
    )
    return Gated(named, candidates, configuring, handing, gated.unreadable)
