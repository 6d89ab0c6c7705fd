"""Weighs errors by what the value at fault decides.

What a value reaches is a question about the whole program, and takes trees to answer. So answers
are noted for as long as the program is the same, whatever is selected or reported of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import blake2b

from wflint.cache.witness import digest_of_names
from wflint.diagnostics import Severity
from wflint.program.analysis import Answer
from wflint.program.verdicts import Hit

_ONLY = (
    "; its value only reaches {places}, where a replay may see another value, "
    "but does not compare it with the history"
)


def weigh(answer: Answer, hits: Iterable[Hit], about: bytes) -> None:
    """Make warnings of those errors whose value is only seen to reach inputs and logs.

    Replay compares which commands a workflow gives, their types and their ids. A value that decides
    one of these breaks it; one that is only handed over does not. The message says so. ``about``
    are the settings that the program depends on.
    """
    program = _digest(answer, about)
    places: list[tuple[Hit, list[str]]] = []
    unknown: list[tuple[Hit, str]] = []
    for hit in hits:
        question = f"weighed {hit.rule.code} {hit.name} {hit.fn.qualname} {hit.site}"
        known = answer.store.notes(hit.fn.path).get(question, tuple[bytes, list[str]])
        if known is not None and known[0] == program:
            places.append((hit, known[1]))
        else:
            unknown.append((hit, question))
    if unknown:
        from wflint.program.flow.follow import harmless_places

        found = harmless_places(answer, [hit for hit, _ in unknown])
        for (hit, question), reached in zip(unknown, found, strict=True):
            answer.store.notes(hit.fn.path).put(question, (program, reached))
            places.append((hit, reached))
    for hit, reached in places:
        if reached:
            hit.severity = Severity.WARNING
            hit.message += _ONLY.format(places=_listed(reached))


def _digest(answer: Answer, about: bytes) -> bytes:
    """What stands for the program: its files, and the folders that modules are looked for in."""
    program = blake2b(about, digest_size=16)
    for path in sorted(answer.store.modules):
        program.update(os.fsencode(path) + b"\0" + answer.store.notebook.digest(path))
    for folder, names in sorted(answer.index.listings.items()):
        program.update(os.fsencode(folder) + b"\0" + digest_of_names(names))
    for path, target in sorted(answer.index.links.items()):
        program.update(os.fsencode(f"{path}\0{target}\0"))
    return program.digest()


def _listed(places: list[str]) -> str:
    *first, last = places
    return f"{', '.join(first)} and {last}" if first else last
