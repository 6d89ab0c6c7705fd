"""Reads files of a program in a process that knows nothing but what a run was asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wflint.cache.read_log import ReadLog
from wflint.files.prefilter import Gate, Gated
from wflint.files.select import Group
from wflint.run.request import Request, Result

if TYPE_CHECKING:
    from wflint.project.spawning import ReadElsewhere


def reading_of(group: Group, gated: Gated, request: Request, cwd: Path) -> ReadElsewhere:
    """Return what reads files as a run over a program does, and can be pickled."""
    plain = replace(request, progress=None, checkpoint=None, known=None, left_before=(), jobs=1)
    return partial(_noted, replace(group, looks={}), gated, plain, cwd)


def _noted(group: Group, gated: Gated, request: Request, cwd: Path, paths: Sequence[str]) -> bytes:
    from wflint.checking.analysis import noted_of
    from wflint.run.check import needles_of, reader
    from wflint.run.program_run import ProjectRun

    read = ReadLog(reader(request, Gate(needles_of(group)).marks))
    run = ProjectRun(group, gated, read, request, cwd, Result(), None)
    return noted_of(run.question(), paths)
