"""The answer of a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from wflint.run.request import Result

if TYPE_CHECKING:
    from wflint.run.program_run import Examined


class Answer(Struct):
    """The diagnostics of a folder, and the programs in it as the analysis has left them.

    ``folder`` is the absolute path of the folder, ``texts`` are the unsaved contents that the
    answer is about, by absolute path.
    """

    folder: str
    result: Result
    programs: list[Examined]
    texts: Mapping[str, bytes]
