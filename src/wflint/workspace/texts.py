"""Texts of an editor, each decoded and parsed once for all who compare it with another one."""

from __future__ import annotations

import re

from wflint.files.source import Source, UnreadableSource, decode
from wflint.latest import Latest
from wflint.project.module_reading import why_not_newer
from wflint.syntax.guard import NewerSyntax, parse_once
from wflint.workspace.moves import changed_rows

_MOST = 8
"""How many texts are kept: what is typed and what was, each with and without what does nothing."""

_BRACKETS = re.compile(r"was never closed$|^unmatched '|does not match opening")
_QUOTES = re.compile(r"""["'\\]""")


class Texts:
    """The last texts that were asked for."""

    def __init__(self) -> None:
        self._decoded: Latest[bytes, Source] = Latest(lambda: _MOST)
        self._sources: Latest[str, Source] = Latest(lambda: _MOST)
        self._readable: Source | None = None  # the last one that Python could read

    def decoded(self, data: bytes) -> Source:
        """The text of a file. Raises what :func:`wflint.files.source.decode` raises."""
        return self._decoded.get(data, lambda: self._same(decode(data)))

    def source(self, text: str) -> Source:
        """The source with a text."""
        return self._same(Source(text))

    def why_unreadable(
        self, source: Source, name: str, is_package: bool
    ) -> UnreadableSource | None:
        """Return what is said of the text of a module; ``None`` if it can be read after all."""
        if parse_once(source) is not None:
            return None
        if isinstance(source.refused, UnreadableSource):
            return source.refused
        assert isinstance(source.refused, NewerSyntax)
        readable = (one for one in self._sources.newest_first() if one.tree is not None)
        self._readable = next(readable, self._readable)
        said = source.refused.refused
        if self._readable and _is_wrong_in_any_syntax(source, said.message, self._readable):
            return said
        return why_not_newer(name, is_package, source, source.refused)

    def _same(self, source: Source) -> Source:
        return self._sources.get(source.text, lambda: source)


def _is_wrong_in_any_syntax(source: Source, message: str, other: Source) -> bool:
    """True if what Python says against a text is so however new the syntax that one knows.

    That is said of brackets where the text is like the ``other`` one, which Python can read, but
    for rows without quotes: newer syntax may end strings elsewhere.
    """
    if not _BRACKETS.search(message):
        return False
    lines, new = other.text.split("\n"), source.text.split("\n")
    gone, come = changed_rows(lines, new).cut(lines, new)
    return not any(map(_QUOTES.search, (*gone, *come)))
