"""Diagnostics of a text that cannot be parsed, once it has become another such text."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from wflint.diagnostics import SYNTAX_ERROR, Diagnostic, Location
from wflint.files.source import Source, UnreadableSource
from wflint.run.emit import Found
from wflint.run.fingerprint import with_fingerprints
from wflint.run.program_run import Examined
from wflint.run.statements import rows_as_text
from wflint.syntax.tokens import plain_lines
from wflint.workspace.answer import Answer


def is_only_broken(answer: Answer, filename: str) -> bool:
    """True if an answer says of a file that it cannot be parsed, and nothing else."""
    result = answer.result
    texts = (*result.problems, *result.warnings, *result.notes)
    return not (
        any(filename in text for text in texts)
        or any(_is_about(one, filename) for one in result.held)
        or any(_is_about(d, filename) and d.code != SYNTAX_ERROR for d in result.diagnostics)
    )


def with_error(
    base: Answer, program: Examined, filename: str, source: Source, error: UnreadableSource
) -> Answer:
    """The answer when another error is found in the text of a file of a program."""
    place = Location(error.row, max(1, error.column))
    row = rows_as_text(plain_lines(source.text), place.row, place.row)

    def renewed(one: Diagnostic) -> Diagnostic:
        if one.filename != filename:
            return one
        said = replace(one, message=error.message, location=place, end_location=place)
        if not one.statements:
            return said
        said = replace(said, statements=(row,))
        root = program.group.project.root
        return with_fingerprints([said], root, Path(base.folder))[0]

    result = base.result
    sources = dict(result.sources)
    if filename in sources:
        sources[filename] = source.text
    found = [Found(f.path, renewed(f.diagnostic), f.hit) for f in program.found]
    return replace(
        base,
        result=replace(
            result,
            diagnostics=list(map(renewed, result.diagnostics)),
            sources=sources,
            stats=replace(result.stats),
        ),
        programs=[replace(p, found=found) if p is program else p for p in base.programs],
    )


def _is_about(one: Diagnostic, filename: str) -> bool:
    return one.filename == filename or any(hop.filename == filename for hop in one.chain)
