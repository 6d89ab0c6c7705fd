"""Texts of an editor, each decoded and parsed once for all who compare it with another one."""

from __future__ import annotations

import ast

from wflint.files.source import Source, UnreadableSource, decode
from wflint.latest import Latest
from wflint.syntax.guard import NewerSyntax, parse

_MOST = 8
"""How many texts are kept: what is typed and what was, each with and without what does nothing."""


class Texts:
    """The last texts that were asked for."""

    def __init__(self) -> None:
        self._decoded: Latest[bytes, Source] = Latest(lambda: _MOST)
        self._sources: Latest[str, Source] = Latest(lambda: _MOST)

    def decoded(self, data: bytes) -> Source:
        """The text of a file. Raises what :func:`wflint.files.source.decode` raises."""
        return self._decoded.get(data, lambda: self._same(decode(data)))

    def source(self, text: str) -> Source:
        """The source with a text."""
        return self._same(Source(text))

    def _same(self, source: Source) -> Source:
        return self._sources.get(source.text, lambda: source)


def parsed(source: Source) -> ast.Module | None:
    """The ``ast`` of a text; ``None`` if Python refuses it. Either is kept with the text."""
    if source.is_refused:
        return None
    try:
        source.tree = parse(source)
    except (NewerSyntax, UnreadableSource):
        source.is_refused = True
    return source.tree
