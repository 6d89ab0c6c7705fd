"""Who calls a function: workflow code only, or somebody else as well?

`workflow.now()` and its like raise outside of workflows. So a repair that writes them must know
that activities, clients, tests and scripts do not call the function too. They are looked for by
name in all files of the project: first in the raw bytes, then in the functions that hold the name.
"""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from wflint.facts.imports import is_main_block
from wflint.facts.model import FunctionBody, Ref
from wflint.program.analysis import Answer
from wflint.program.entities import External, OwnClass, OwnFunction, OwnModule
from wflint.program.store import MODULE_BODY, Cls, Fn, shown_name
from wflint.rule import Fixable
from wflint.source import Source, UnreadableSource
from wflint.syntax.guard import NewerSyntax, parse

_DUNDER = re.compile(r"__\w+__")
_WORDS = re.compile(rb"[\w\x80-\xff]+")
_FEW = 50
"""Up to how many words a file is looked through for each, before it is taken apart."""


class Callers:
    """Answers for one analysed project.

    ``files`` are all of its files, ``read`` gives their bytes.
    """

    def __init__(self, answer: Answer, files: Sequence[str], read: Callable[[str], bytes]) -> None:
        self.answer = answer
        self.files = files
        self.read = read
        self._entries = {node.fn for node in answer.reached.entries}
        self._reached = {node.fn for node in answer.reached.order}
        self._callers = _callers_of(answer)
        self._mentions: dict[str, list[str]] = {}
        self._words: dict[str, dict[str, list[tuple[int, str]]]] = {}
        self._aliases: dict[str, dict[str, list[str]]] = {}
        self._references: dict[Fn, dict[str, list[Ref]]] = {}
        self._outside: dict[Fn, Fn | None] = {}

    def outside(self, fn: Fn) -> Fn | None:
        """Something outside of workflow code that may call ``fn``, be it through other functions.

        ``None`` when every caller that can be found is workflow code.
        """
        if fn not in self._outside:
            if not self._mentions:  # one search in all files for all that will be asked
                hits = self.answer.verdicts.hits.values()
                fixable = {hit.fn for hit in hits if hit.rule.fix is not Fixable.NONE}
                self._search({self._word(other) for other in self._above(fixable)})
            self._find_outside(self._above({fn}))
        return self._outside[fn]

    def _above(self, functions: Iterable[Fn]) -> set[Fn]:
        """Functions and all through which workflow code reaches them, as far as not known yet."""
        pending = [fn for fn in functions if fn not in self._outside]
        seen = set(pending)
        while pending:
            function = pending.pop()
            if function not in self._entries:  # those only the SDK calls
                callers = self._callers.get(function, ())
                new = [c for c in callers if c not in seen and c not in self._outside]
                seen.update(new)
                pending += new
        return seen

    def _find_outside(self, functions: set[Fn]) -> None:
        """Find out for ``functions``, all of whose callers are among them or known already."""
        self._search({self._word(fn) for fn in functions} - self._mentions.keys())
        found: dict[Fn, Fn] = {}
        callees: dict[Fn, list[Fn]] = {}
        for fn in sorted(functions - self._entries):
            stranger = next(self._strangers(fn), None)
            for caller in self._callers.get(fn, ()):
                callees.setdefault(caller, []).append(fn)
                stranger = stranger or self._outside.get(caller)
            if stranger is not None:
                found[fn] = stranger
        pending = deque(found)
        while pending:
            caller = pending.popleft()
            for fn in callees.get(caller, ()):
                if fn not in found:
                    found[fn] = found[caller]
                    pending.append(fn)
        self._outside.update((fn, found.get(fn)) for fn in functions)

    def _word(self, fn: Fn) -> str:
        """The name by which others can call a function: of a constructor that of its class."""
        outermost = self.answer.store.outermost(fn)
        owner, _, name = shown_name(outermost).rpartition(".")
        return owner.rpartition(".")[2] if _DUNDER.fullmatch(name) and owner else name

    def _search(self, words: set[str]) -> None:
        """Find the files that hold ``words``, all in one go."""
        if not words:
            return
        self._mentions.update((word, []) for word in words)
        wanted = {word.encode(): word for word in words}
        for path in self.files:
            try:
                data = self.read(path)
            except OSError:
                continue
            if len(wanted) <= _FEW and not any(word in data for word in wanted):
                continue
            for found in wanted.keys() & set(_WORDS.findall(data)):
                self._mentions[wanted[found]].append(path)

    def _strangers(self, fn: Fn) -> Iterator[Fn]:
        word = self._word(fn)
        outermost = Fn(fn.path, self.answer.store.outermost(fn))
        if outermost != fn:
            if outermost not in self._reached:
                yield outermost
            return  # only the function around it can call it, or hand it to somebody
        for path in self._mentions[word]:
            words = self._names_of(word, path)
            for other in self._holders(path, words):
                if other not in self._reached and self._refers(other, fn, words):
                    yield other
            source = self.answer.store.load(path).source
            if not words.isdisjoint(_names_in_main(source)) and self._knows_home(path, fn):
                yield Fn(path, MODULE_BODY)

    def _names_of(self, word: str, path: str) -> frozenset[str]:
        """A name, and those that a module's imports give to what has it."""
        if path not in self._aliases:
            aliases: dict[str, list[str]] = {}
            for name, bindings in self.answer.store.load(path).facts.bindings.items():
                for binding in bindings:
                    if binding.what == "import":
                        aliases.setdefault(binding.target.rpartition(".")[2], []).append(name)
            self._aliases[path] = aliases
        return frozenset({word, *self._aliases[path].get(word, ())})

    def _holders(self, path: str, words: frozenset[str]) -> Iterator[Fn]:
        """The functions of a file, and its own code, whose text holds one of the words."""
        store = self.answer.store
        index = self._index(path)
        holders = {holder for word in words for holder in index.get(word, ())}
        for _, name in sorted(holders):
            yield from (Fn(path, body.head.qualname) for body in store.with_nested(Fn(path, name)))
        for name in store.module_bodies(path):
            yield Fn(path, name)

    def _index(self, path: str) -> dict[str, list[tuple[int, str]]]:
        """For each word of a file the functions that hold it, by number and name.

        Those inside of others are left out.
        """
        if path not in self._words:
            module = self.answer.store.load(path)
            index: dict[str, list[tuple[int, str]]] = {}
            for number, (name, head) in enumerate(module.facts.functions.items()):
                for word in set(re.findall(r"\w+", module.source.text[head.start : head.end])):
                    index.setdefault(word, []).append((number, name))
            self._words[path] = index
        return self._words[path]

    def _refers(self, other: Fn, fn: Fn, words: frozenset[str]) -> bool:
        """Whether a function calls ``fn``, or hands it on."""
        if other not in self._references:
            index: dict[str, list[Ref]] = {}
            for ref in _references(self.answer.store.body(other)):
                for word in {ref.name.rpartition(".")[2], *ref.path}:
                    index.setdefault(word, []).append(ref)
            self._references[other] = index
        known = self._references[other]
        refs = (ref for word in sorted(words) for ref in known.get(word, ()))
        return any(self._is_meant(ref, other, fn) for ref in refs)

    def _is_meant(self, ref: Ref, other: Fn, fn: Fn) -> bool:
        owner = self.answer.store.body(other).head.owner
        receiver = Cls(other.path, owner) if owner else None
        found = self.answer.verdicts.resolver.resolve(ref, other.path, receiver)
        for entity in found:
            match entity:
                case OwnFunction():
                    if entity.fn == fn:
                        return True
                case OwnClass():
                    if self._is_class_of(entity.cls, fn):
                        return True
                case External() | OwnModule():
                    pass
                case _:
                    if self._knows_home(other.path, fn):
                        return True
        return False

    def _is_class_of(self, cls: Cls, fn: Fn) -> bool:
        owner = fn.qualname.rpartition(".")[0]
        order, _ = self.answer.verdicts.resolver.order(cls)
        return bool(owner) and Cls(fn.path, owner) in order

    def _knows_home(self, path: str, fn: Fn) -> bool:
        """Whether something of unknown type may be what has ``fn``: the file names its home."""
        if path == fn.path:
            return True
        store = self.answer.store
        owner = fn.qualname.rpartition(".")[0].rpartition(".")[2]
        home = store.load(fn.path).facts.name.rpartition(".")[2]
        text = store.load(path).source.text
        return any(re.search(rf"\b{re.escape(name)}\b", text) for name in (owner, home) if name)


def _names_in_main(source: Source) -> set[str]:
    """The names in the blocks of a module that only run when it is a script."""
    if "__main__" not in source.text:
        return set()
    try:
        tree = parse(source)
    except (NewerSyntax, UnreadableSource):
        return set()
    blocks = (node for node in tree.body if is_main_block(node))
    nodes = [node for block in blocks for node in ast.walk(block)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}


def _callers_of(answer: Answer) -> dict[Fn, tuple[Fn, ...]]:
    found: dict[Fn, dict[Fn, None]] = {}
    for node, edges in answer.reached.edges.items():
        for edge in edges:
            found.setdefault(edge.to.fn, {})[node.fn] = None
    return {fn: tuple(sorted(callers)) for fn, callers in found.items()}


def _references(body: FunctionBody) -> Iterator[Ref]:
    """What a function calls, uses and hands on."""
    for call in body.calls:
        yield call.target
        yield from (arg.value.ref for arg in call.args)
    yield from (use.target for use in body.uses)
    yield from (read.target for read in body.reads)
    yield from (decorator.target for decorator in body.head.decorators)
