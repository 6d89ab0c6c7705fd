"""Finds where names occur: first in the raw bytes of all files, then in the functions of a file."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from wflint.facts.ids import MODULE_BODY, Fn
from wflint.facts.imports import is_main_block
from wflint.facts.model import BindingKind, Call, FunctionBody, Ref
from wflint.files.source import Source, UnreadableSource, decode, has_cookie
from wflint.project.store import Store
from wflint.syntax.guard import NewerSyntax, parse
from wflint.syntax.pieces import LONG_VALUE, long_values

_WORDS = re.compile(rb"[\w\x80-\xff]+")
_FEW = 50
"""Up to how many words a file is looked through for each, before it is taken apart."""


class Mentions:
    """Answers for one project; ``files`` are all of its files, ``read`` gives their bytes."""

    def __init__(self, store: Store, files: Sequence[str], read: Callable[[str], bytes]) -> None:
        self.store = store
        self.files = files
        self.read = read
        self._closed: list[str] = []  # files whose bytes cannot be had
        self._cut: dict[str, list[tuple[int, int]]] = {}
        self._paths: dict[str, list[str]] = {}
        self._words: dict[str, dict[str, list[tuple[int, str]]]] = {}
        self._aliases: dict[str, dict[str, list[str]]] = {}
        self._references: dict[Fn, dict[str, list[Ref]]] = {}

    def search(self, words: Iterable[str]) -> None:
        """Find the files that hold ``words``, all in one go."""
        wanted = {word.encode(): word for word in words if word not in self._paths}
        if not wanted:
            return
        self._paths.update((word, []) for word in wanted.values())
        closed: list[str] = []
        for path in self.files:
            try:
                data = _in_utf8(self.read(path))
            except FileNotFoundError:
                continue  # a link that leads nowhere holds no code
            except OSError:
                closed.append(path)
                continue
            if len(wanted) <= _FEW and not any(word in data for word in wanted):
                continue
            for found in wanted.keys() & set(_WORDS.findall(data)):
                self._paths[wanted[found]].append(path)
        self._closed = closed

    def paths(self, word: str) -> list[str]:
        """The files that hold a word that was searched for."""
        return self._paths[word]

    def closed(self) -> Iterator[str]:
        """The files that cannot even be opened, so that any word may be in them."""
        yield from self._closed

    def unread(self, path: str, words: frozenset[str]) -> Iterator[Fn]:
        """Code of a file that may hold one of the words, and that wflint could not make out.

        A qualname that is empty stands for the whole file.
        """
        module = self.store.load(path)
        if module.is_blank:
            yield Fn(path, "")
            return
        holders = {self.store.outermost(fn) for fn in self.holders(path, words)}
        yield from (Fn(path, name) for name in sorted(holders & module.unread))
        if self._is_left_out(path, words):
            yield Fn(path, MODULE_BODY)

    def _is_left_out(self, path: str, words: frozenset[str]) -> bool:
        """True if one of the words stands in what is too long to be read, as tables of data are."""
        module = self.store.load(path)
        text = module.source.text
        if len(text) < LONG_VALUE:
            return False
        pattern = rf"\b(?:{'|'.join(re.escape(word) for word in sorted(words))})\b"
        places = [match.start() for match in re.finditer(pattern, text)]
        functions = [(head.start, head.end) for head in module.facts.functions.values()]
        return _has_other(places, functions) and any(
            start <= place < end for start, end in self._left_out(path) for place in places
        )

    def _left_out(self, path: str) -> list[tuple[int, int]]:
        """The offsets of what is too long to be read."""
        if path not in self._cut:
            source = self.store.load(path).source
            try:
                self._cut[path] = list(long_values(source, parse(source)))
            except (NewerSyntax, UnreadableSource):
                self._cut[path] = []  # then all of it is read
        return self._cut[path]

    def names(self, word: str, path: str) -> frozenset[str]:
        """A name, and those that a module's imports give to what has it."""
        if path not in self._aliases:
            aliases: dict[str, list[str]] = {}
            for name, bindings in self.store.load(path).facts.bindings.items():
                for binding in bindings:
                    if binding.what is BindingKind.IMPORT:
                        aliases.setdefault(binding.target.rpartition(".")[2], []).append(name)
            self._aliases[path] = aliases
        return frozenset({word, *self._aliases[path].get(word, ())})

    def holders(self, path: str, words: frozenset[str]) -> Iterator[Fn]:
        """The functions of a file whose text holds one of the words, and the file's own code."""
        index = self._index(path)
        found = {holder for word in words for holder in index.get(word, ())}
        for _, name in sorted(found):
            bodies = self.store.with_nested(Fn(path, name))
            yield from (Fn(path, body.head.qualname) for body in bodies)
        for name in self.store.module_bodies(path):
            yield Fn(path, name)

    def _index(self, path: str) -> dict[str, list[tuple[int, str]]]:
        """For each word of a file the functions that hold it, by number and name.

        Those inside of others are left out.
        """
        if path not in self._words:
            module = self.store.load(path)
            index: dict[str, list[tuple[int, str]]] = {}
            for number, (name, head) in enumerate(module.facts.functions.items()):
                for word in set(re.findall(r"\w+", module.source.text[head.start : head.end])):
                    index.setdefault(word, []).append((number, name))
            self._words[path] = index
        return self._words[path]

    def references(self, fn: Fn, words: frozenset[str]) -> Iterator[Ref]:
        """Yield what a function calls, uses and passes on under one of the words."""
        if fn not in self._references:
            index: dict[str, list[Ref]] = {}
            for ref in _references(self.store.body(fn)):
                for word in _last_words(ref):
                    index.setdefault(word, []).append(ref)
            self._references[fn] = index
        known = self._references[fn]
        return (ref for word in sorted(words) for ref in known.get(word, ()))

    def calls(self, fn: Fn, words: frozenset[str]) -> Iterator[Call]:
        """The calls in a function of what is called by one of the words."""
        for call in self.store.body(fn).calls:
            target = call.target.path or (call.target.name.rpartition(".")[2],)
            if target[-1] in words:
                yield call

    def is_in_main(self, path: str, words: frozenset[str]) -> bool:
        """True if one of the words stands in code that runs only when the file is a script."""
        return not words.isdisjoint(_names_in_main(self.store.load(path).source))

    def holds(self, path: str, pattern: str) -> bool:
        """True if the text of a file matches a pattern, or cannot be had."""
        module = self.store.load(path)
        is_unknown = module.is_blank and not module.source.text
        return is_unknown or re.search(pattern, module.source.text) is not None


def _in_utf8(data: bytes) -> bytes:
    """The bytes of a file in UTF-8, if its own encoding is another that is known."""
    if data.isascii() and not has_cookie(data):
        return data
    try:
        return decode(data).text.encode("utf-8", "replace")
    except UnreadableSource:
        return data


def _has_other(places: Iterable[int], spans: Iterable[tuple[int, int]]) -> bool:
    """True if one of the ascending places is in none of the spans."""
    pending = iter(sorted(spans))
    covered = -1, -1
    for place in places:
        while place >= covered[1]:
            following = next(pending, None)
            if following is None:
                return True
            covered = max(covered, following, key=lambda span: span[1])
        if place < covered[0]:
            return True
    return False


def _references(body: FunctionBody) -> Iterator[Ref]:
    """Yield what a function calls, uses and passes on, without its decorators."""
    for call in body.calls:
        yield call.target
        yield from (arg.value.ref for arg in call.args if arg.site >= 0)
    yield from (use.target for use in body.uses)
    yield from (read.target for read in body.reads)
    yield from (decorator.target for decorator in body.head.decorators)


def _last_words(ref: Ref) -> set[str]:
    return {ref.name.rpartition(".")[2], *ref.path}


def _names_in_main(source: Source) -> set[str]:
    """The names in the blocks of a module that only run when it is a script."""
    if "__main__" not in source.text:
        return set()
    try:
        tree = parse(source)
    except UnreadableSource:
        return set()
    except NewerSyntax:  # where the blocks end is not known
        return set(re.findall(r"\w+", source.text[source.text.index("__main__") :]))
    blocks = (node for node in tree.body if is_main_block(node))
    nodes = [node for block in blocks for node in ast.walk(block)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}
