"""Finds where names occur: first in the raw bytes of all files, then in the functions of a file."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import AnyStr

from wflint.cache.read_log import digest_of_names, found_in
from wflint.facts.ids import MODULE_BODY, Fn
from wflint.facts.model import BindingKind, Flag, FunctionBody, Ref
from wflint.files.source import UnreadableSource, decode, has_cookie
from wflint.fix.propose.loaded_words import MODULE_LEVEL, loaded_words
from wflint.project.module import Module
from wflint.project.store import Store
from wflint.syntax.cuts import LONG_VALUE, long_values
from wflint.syntax.guard import NewerSyntax, parse

_WORDS_OF_BYTES = re.compile(rb"\w+")
_WORDS = re.compile(r"\w+")
_CALLED = re.compile(r"\b(\w+)\s*\(")
_FEW = 50
"""Up to how many words a file is looked through for each, before it is taken apart."""
_FEWER = 4
"""Up to how many of them each is looked for as a word of its own, and the file stays whole."""


class Mentions:
    """Answers for one project; ``files`` are all of its files, ``read`` gives their bytes."""

    def __init__(self, store: Store, files: Sequence[str], read: Callable[[str], bytes]) -> None:
        self.store = store
        self.files = files
        self.read = read
        self._closed: list[str] = []  # files whose bytes cannot be had
        self._left_out: dict[str, frozenset[str]] = {}
        self._paths: dict[str, dict[str, None]] = {}
        self._words: dict[str, dict[str, list[int]]] = {}
        self._aliases: dict[str, dict[str, list[str]]] = {}
        self._references: dict[Fn, dict[str, list[Ref]]] = {}
        self._called: dict[Fn, dict[str, list[Ref]]] = {}
        self._outside: dict[Fn, dict[str, list[Ref]]] = {}
        self._main: dict[str, frozenset[str]] = {}
        self._made: dict[str, frozenset[str]] = {}

    def search(self, words: Iterable[str]) -> None:
        """Find the files that hold ``words``, all in one go."""
        wanted = {
            word.encode(errors="surrogatepass"): word for word in words if word not in self._paths
        }
        if not wanted:
            return
        self._paths.update((word, {}) for word in wanted.values())
        self._words.clear()
        self._references.clear()
        self._called.clear()
        closed: list[str] = []
        about = digest_of_names(wanted.values()).hex()
        for path in self.files:
            try:
                found = found_in(self.read, path, f"words {about}", partial(_found, wanted))
            except FileNotFoundError:
                continue  # a link that leads nowhere holds no code
            except OSError:
                closed.append(path)
                continue
            for word in found:
                self._paths[word][path] = None
        self._closed = closed

    def paths(self, word: str) -> Mapping[str, None]:
        """The files that hold a word that was searched for, in order."""
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
        if path not in self._left_out:
            self._left_out[path] = frozenset(_words_left_out(self.store.load(path)))
        return not words.isdisjoint(self._left_out[path])

    def names(self, word: str, path: str) -> frozenset[str]:
        """A name, and those that a module's imports give to what has it."""
        return frozenset({word, *self._names(path).get(word, ())})

    def _names(self, path: str) -> dict[str, list[str]]:
        """The names that a module's imports give to what has another one, or the same."""
        if path not in self._aliases:
            aliases: dict[str, list[str]] = {}
            for name, bindings in self.store.load(path).facts.bindings.items():
                for binding in bindings:
                    if binding.what is BindingKind.IMPORT:
                        aliases.setdefault(binding.target.rpartition(".")[2], []).append(name)
            self._aliases[path] = aliases
        return self._aliases[path]

    def holders(self, path: str, words: frozenset[str]) -> Iterator[Fn]:
        """The functions of a file that load one of the words, with those inside of them.

        The file's own code and its classes come last, if one of the words is loaded there.
        """
        index = self._index(path)
        found = {holder for word in words for holder in index.get(word, ())}
        functions = list(self.store.load(path).facts.functions) if found else []
        for number in sorted(found - {MODULE_LEVEL}):
            bodies = self.store.with_nested(Fn(path, functions[number]))
            yield from (Fn(path, body.head.qualname) for body in bodies)
        if MODULE_LEVEL in found:
            yield from (Fn(path, name) for name in self.store.module_bodies(path))

    def _index(self, path: str) -> dict[str, list[int]]:
        """Where the words that were searched for are loaded, and what imports call them."""
        if path not in self._words:
            places = loaded_words(self.store.load(path)).places
            given = (names for word, names in self._names(path).items() if word in self._paths)
            wanted = {name for names in given for name in names}
            wanted.update(word for word in places if word in self._paths)
            self._words[path] = {word: places[word] for word in wanted if word in places}
        return self._words[path]

    def _is_searched(self, word: str, path: str) -> bool:
        return word in self._paths or word in self._index(path)

    def references(self, fn: Fn, words: frozenset[str]) -> Iterator[Ref]:
        """Yield what a function calls, uses and passes on under one of the words."""
        if fn not in self._references:
            index: dict[str, list[Ref]] = {}
            for ref in _references(self.store.body(fn)):
                for word in _last_words(ref):
                    if self._is_searched(word, fn.path):
                        index.setdefault(word, []).append(ref)
            self._references[fn] = index
        known = self._references[fn]
        return (ref for word in sorted(words) for ref in known.get(word, ()))

    def called(self, fn: Fn, words: frozenset[str]) -> Iterator[Ref]:
        """Yield what a function calls by one of the words."""
        if fn not in self._called:
            index: dict[str, list[Ref]] = {}
            for call in self.store.body(fn).calls:
                target = call.target.path or (call.target.name.rpartition(".")[2],)
                if self._is_searched(target[-1], fn.path):
                    index.setdefault(target[-1], []).append(call.target)
            self._called[fn] = index
        known = self._called[fn]
        return (ref for word in sorted(words) for ref in known.get(word, ()))

    def outside_workflows(self, fn: Fn, words: frozenset[str]) -> Iterator[Ref]:
        """Yield what code calls and passes on by one of the words where it is in no workflow."""
        if fn not in self._outside:
            index = self._outside[fn] = dict[str, list[Ref]]()
            calls = (c for c in self.store.body(fn).calls if c.flags & Flag.NOT_IN_WORKFLOW)
            for ref in (ref for c in calls for ref in (c.target, *(a.value.ref for a in c.args))):
                for word in {*ref.path[-1:], ref.name.rpartition(".")[2]}:
                    index.setdefault(word, []).append(ref)
        known = self._outside[fn]
        return (ref for word in sorted(words) for ref in known.get(word, ()))

    def is_in_main(self, path: str, words: frozenset[str]) -> bool:
        """True if one of the words stands in code that runs only when the file is a script."""
        if path not in self._main:
            self._main[path] = frozenset(loaded_words(self.store.load(path)).main)
        return not words.isdisjoint(self._main[path])

    def makes(self, path: str, classes: frozenset[str]) -> bool:
        """True if the text of a file may call one of the classes, or cannot be had."""
        if self.is_unknown(path):
            return True
        if path not in self._made:
            text = self.store.load(path).source.searchable
            self._made[path] = frozenset(_CALLED.findall(text))
        return not classes.isdisjoint(self._made[path])

    def is_unknown(self, path: str) -> bool:
        """True if the text of a file cannot be had."""
        module = self.store.load(path)
        return module.is_blank and not module.source.searchable


def _found(wanted: dict[bytes, str], data: bytes) -> list[str]:
    """The words that stand in the bytes of a file."""
    text = None if data.isascii() and not has_cookie(data) else _text(data)
    if len(wanted) <= _FEW:
        held = data if text is None else text.encode("utf-8", "replace")
        wanted = {word: name for word, name in wanted.items() if word in held}
    if len(wanted) <= _FEWER:
        if text is None:
            return [name for word, name in wanted.items() if _has(data, word, _WORDS_OF_BYTES)]
        return [name for name in wanted.values() if _has(text, name, _WORDS)]
    if text is None:
        return [wanted[word] for word in wanted.keys() & set(_WORDS_OF_BYTES.findall(data))]
    words = set(_WORDS.findall(text))
    return [word for word in wanted.values() if word in words]


def _has(text: AnyStr, word: AnyStr, words: re.Pattern[AnyStr]) -> bool:
    """True if one of the words of a text is a given one."""
    start = text.find(word)
    while start >= 0:
        found = words.match(text, start)
        is_begin = start == 0 or words.match(text, start - 1) is None
        if is_begin and found is not None and found.end() == start + len(word):
            return True
        start = text.find(word, start + 1)
    return False


def _text(data: bytes) -> str:
    """The text of a file, as far as it can be told."""
    try:
        return decode(data).text
    except UnreadableSource:
        return data.decode("utf-8", "replace")


def _long_values(module: Module) -> list[tuple[int, int]]:
    """The offsets of the values in a module that are too long to be read."""
    if not _has_long_gap(module):
        return []
    try:
        return list(long_values(module.source, parse(module.source)))
    except (NewerSyntax, UnreadableSource):
        return []  # then all of it is read


def _has_long_gap(module: Module) -> bool:
    """True if so much stands between the functions of a module that a long value may be there."""
    functions = (head for head in module.facts.functions.values() if head.name != "<lambda>")
    at = 0
    for start, end in sorted((head.start, head.end) for head in functions):
        if start - at >= LONG_VALUE:
            return True
        at = max(at, end)
    return len(module.source.text) - at >= LONG_VALUE


def _words_left_out(module: Module) -> Iterator[str]:
    """Yield the words in what is too long to be read, but for those in functions."""
    text = module.source.searchable
    found = (_WORDS.finditer(text, *cut) for cut in _long_values(module))
    spans = ((head.start, head.end) for head in module.facts.functions.values())
    return _outside(chain.from_iterable(found), spans)


def _outside(words: Iterable[re.Match[str]], spans: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Yield the words that lie outside of all spans. The words are in the order of the text."""
    pending = iter(sorted(spans))
    covered = -1, -1
    for word in words:
        while word.start() >= covered[1]:
            following = next(pending, (sys.maxsize, sys.maxsize))
            covered = max(covered, following, key=lambda span: span[1])
        if word.start() < covered[0]:
            yield word.group()


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
