"""Loads modules on demand: text, skeleton, and the bodies of single functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from wflint import limits
from wflint.cache.fact_cache import FactCache, Notes
from wflint.cache.read_log import ReadLog
from wflint.facts.ids import MODULE_BODY, Cls, Fn
from wflint.facts.model import ClassFacts, FunctionBody, FunctionHead
from wflint.facts.sharing import Sharing
from wflint.faults import Faults
from wflint.files.source import UnreadableSource
from wflint.latest import Latest
from wflint.progress import Tell
from wflint.project import trees
from wflint.project.loading import Loading
from wflint.project.module import Module, special_names
from wflint.project.module_reading import ReadBodies
from wflint.project.trees import Span
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.facts.bodies import BodyReader, Reading


class Store:
    """All modules that were asked for, by path.

    ``suspects`` are the codes of rules that may find something outside workflow code, by path.
    ``read`` gives the bytes of a file, ``names`` its dotted name and whether it is a package, and
    ``reading`` what bodies are read with (only asked for when one is read). ``fact_cache`` has what
    is known already, ``guards`` is that of ``reading``. ``otherwise`` has the readings and guards
    with which bodies were read for other purposes.
    """

    def __init__(
        self,
        read: Callable[[str], bytes],
        names: Callable[[str], tuple[str, bool]],
        reading: Callable[[], Reading],
        fact_cache: FactCache | None = None,
    ) -> None:
        self.fact_cache = fact_cache or FactCache(ReadLog(read).digest)
        self._loading = Loading(read, names, self.fact_cache)
        self.guards: Callable[[str, str], int] = lambda path, name: 0
        self._reading = reading
        self.faults = Faults()
        self.modules: dict[str, Module] = {}
        self.special_names: set[str] = set()  # of attributes that run code when they are read
        self.asks_for_any = False  # whether any class has a `__getattr__`
        self.mentions: Callable[[str], Iterable[str]] = lambda _: ()
        self.is_test: Callable[[str], bool] = lambda _: False
        self.suspects: dict[str, tuple[str, ...]] = {}
        self._readers: Latest[Fn, BodyReader | None] = Latest(lambda: limits.KEPT_READERS, _let_go)
        self._walked: Latest[Fn, BodyReader | None] = Latest(lambda: limits.KEPT_READERS, _let_go)
        self._shared = Sharing()
        self._definitions: Latest[Fn, cst.FunctionDef | cst.Lambda | None] = Latest(
            lambda: limits.KEPT_DEFINITIONS
        )
        self._mentioned: set[str] = set()
        self._question = "bodies"
        self.otherwise: dict[str, tuple[Callable[[], Reading], Callable[[str, str], int]]] = {}
        self.progress: Tell | None = None
        self._lent: list[tuple[Module, str]] | None = None  # read for the time being
        self._is_plain = False

    def load(self, path: str) -> Module:
        """The module in a file. What is wrong with it is in its ``error``, never raised."""
        module = self.modules.get(path)
        if module is None:
            module = self._load_guarded(path)
        return module

    def _load_guarded(self, path: str) -> Module:
        with self.faults.at(path):
            module = self.modules[path] = self._loading.module(path)
            self._note_special(module)
            return module
        module = self.modules[path] = self._loading.blank(path)  # wflint failed on it
        module.is_blank = True
        return module

    def let_go(self, path: str) -> None:
        """Forget the text of a file, which has changed in a way that leaves all answers true."""
        self.modules.pop(path, None)
        self._readers.clear()
        self._walked.clear()
        self._definitions.clear()
        self.fact_cache.let_go(path)

    def _note_special(self, module: Module) -> None:
        classes = module.facts.classes.values()
        self.special_names.update(special_names(classes))
        self.asks_for_any |= any("__getattr__" in cls.methods for cls in classes)

    def load_mentions(self, word: str) -> None:
        """Load the modules of the project in which a class has a base of some name."""
        if word not in self._mentioned:
            self._mentioned.add(word)
            for path in self.mentions(word):
                self.load(path)

    def notes(self, path: str) -> Notes:
        """Return the notes on a file."""
        return self._loading.notes(path)

    def notes_in_program(self, path: str) -> Notes:
        """Return the notes on a file that depend on the program around it."""
        return self._loading.notes_in_program(path)

    def is_noted(self, path: str) -> bool:
        """True if a file was read before, by this run or another one."""
        return bool(self.notes(path).answers)

    def check(self, path: str) -> None:
        """See what is wrong with a file, without loading it if nothing is."""
        notes = self.notes(path)
        if notes.get("sound", bool):
            return
        from wflint.syntax.guard import NewerSyntax, parse

        try:
            parse(self._loading.source(path))
        except (OSError, UnreadableSource, NewerSyntax):
            self.load(path)
        else:
            notes.put("sound", True)

    def text(self, path: str) -> str:
        """The text of a file, which need not be loaded, to search in; empty if it cannot be had.

        Its lines end with ``\\n``, and offsets are those of the file.
        """
        if path in self.modules:
            return self.modules[path].source.searchable
        try:
            return self._loading.source(path).searchable
        except (OSError, UnreadableSource):
            return ""

    def class_facts(self, cls: Cls) -> ClassFacts | None:
        """The facts of a class; ``None`` if there is no such class."""
        module = self.load(cls.path)
        found = module.facts.classes.get(cls.qualname)
        return found if found is not None else module.local_classes.get(cls.qualname)

    def head(self, fn: Fn) -> FunctionHead | None:
        """A function without its body; ``None`` if there is no such function."""
        module = self.load(fn.path)
        head = module.facts.functions.get(fn.qualname)
        if head is not None:
            return head
        body = module.bodies.get(fn.qualname)
        return body.head if body is not None else None

    def body(self, fn: Fn) -> FunctionBody:
        """Return what a function does. A body that cannot be read is empty and marks the module."""
        module = self.load(fn.path)
        if fn.qualname not in module.bodies:
            self._read_body(module, self.outermost(fn))
        known = module.bodies.get(fn.qualname)
        return known or module.put(fn.qualname, FunctionBody(FunctionHead(fn.qualname)))

    def with_nested(self, fn: Fn) -> list[FunctionBody]:
        """Return what a function does, and the functions nested in it."""
        first = self.body(fn)
        module = self.load(fn.path)
        return [first, *(module.bodies[name] for name in module.inside(fn.qualname))]

    def bodies_of_piece(self, piece: Fn) -> list[FunctionBody]:
        """All bodies that are read with an outermost function, or with the code of a module."""
        if piece.qualname != MODULE_BODY:
            return self.with_nested(piece)
        bodies = self.load(piece.path).bodies.items()
        return [b for n, b in bodies if self.outermost(Fn(piece.path, n)) == MODULE_BODY]

    def module_bodies(self, path: str) -> list[str]:
        """The names of the pieces of code that run when a module is imported."""
        return [MODULE_BODY, *self.load(path).facts.classes]

    def _read_body(self, module: Module, qualname: str) -> None:
        head = module.facts.functions.get(qualname) or FunctionHead(qualname)
        module.put(qualname, FunctionBody(head))
        question = f"{self._question} {qualname}"
        known = self._known_bodies(module, question)
        if known is None and self._is_plain:
            question = f"plain {question}"
            known = self._known_bodies(module, question)
        if known is None:
            try:
                with self.faults.at(module.path, qualname):
                    known = self._find_bodies(module, qualname, question)
            except UnreadableSource as error:
                module.error = module.error or error
            except BaseException:
                del module.bodies[qualname]  # it may be asked for again, from elsewhere
                raise
        if known is None:
            module.unread.add(qualname)
        for body in known.bodies if known is not None else ():
            self._note_classes(module, module.put(body.head.qualname, body))
            if self._lent is not None:
                self._lent.append((module, body.head.qualname))

    def _known_bodies(self, module: Module, question: str) -> ReadBodies | None:
        known = module.notes.get(question, ReadBodies)
        if known is None or not self._answers_are_same(module.path, known.asked):
            return None
        return known

    @contextmanager
    def reading_plainly(self) -> Iterator[None]:
        """Read bodies without asking rules: for code that they have nothing to do with."""
        before, self._is_plain = self._is_plain, True
        try:
            yield
        finally:
            self._is_plain = before

    @contextmanager
    def reading_otherwise(
        self,
        kind: str,
        reading: Callable[[], Reading],
        guards: Callable[[str, str], int],
        sides: int = 0,
    ) -> Iterator[None]:
        """Read bodies for one purpose, with other ``guards``, and forget them afterwards.

        Those that have been read already are taken as they are, but for functions that have code
        with one of the flags ``sides``. ``kind`` says in the notes how they were read.
        """
        self.otherwise[kind] = reading, guards
        before = self._question, self._reading, self.guards
        aside = [*self._set_aside(sides)] if sides else []
        self._question, self._reading = f"bodies {kind}", reading
        self.guards, self._lent = guards, []
        try:
            yield
        finally:
            for module, qualname in self._lent:
                module.bodies.pop(qualname, None)
            for module, body in aside:
                module.put(body.head.qualname, body)
            self._question, self._reading, self.guards = before
            self._lent = None

    def _set_aside(self, sides: int) -> Iterator[tuple[Module, FunctionBody]]:
        """Take away what is known of functions that have code with one of some flags."""
        for module in self.modules.values():
            having = [n for n, body in module.bodies.items() if _has_side(body, sides)]
            for piece in sorted({self.outermost(Fn(module.path, n)) for n in having}):
                if piece == MODULE_BODY:
                    continue
                for name in (piece, *module.inside(piece)):
                    body = module.bodies.pop(name, None)
                    if body is not None:
                        yield module, body

    def _find_bodies(self, module: Module, qualname: str, question: str) -> ReadBodies:
        """Read the bodies of an outermost function from its text, and note them."""
        asked: dict[str, int] = {}
        failed = len(self.faults)
        reader = self._reader(module, qualname, asked)
        frames = reader.walker.frames if reader is not None else ()
        found = ReadBodies([frame.body() for frame in frames], asked)
        if reader is not None:
            reader.refs.detach()
        if len(self.faults) == failed:  # what rules did not find is no answer
            module.notes.put(question, found)
        return found

    def reader_as_if(self, module: Module, qualname: str) -> BodyReader | None:
        """A reader of an outermost function of a module that is not one of these."""
        self._definitions.clear()  # these are of the module as it is loaded
        try:
            return self._reader(module, qualname, {})
        finally:
            self._definitions.clear()

    def _answers_are_same(self, path: str, asked: Mapping[str, int]) -> bool:
        """True if what a function was read with still holds; it may stand in other modules."""
        return all(self.guards(path, name) == flags for name, flags in asked.items())

    def _note_classes(self, module: Module, body: FunctionBody) -> None:
        for facts in body.classes:
            module.local_classes[facts.qualname] = facts
            self.special_names.update(special_names([facts]))
            self.asks_for_any |= "__getattr__" in facts.methods

    def fresh_reader(self, fn: Fn) -> BodyReader | None:
        """A reader of the outermost function around ``fn`` for somebody who rewrites its code.

        With gc off its trees stay until ``reader.refs.detach()`` is called.
        """
        return self._reader(self.load(fn.path), self.outermost(fn), light=False)

    def reader(self, fn: Fn) -> BodyReader | None:
        """A reader that has read the outermost function around ``fn``; the last few are kept.

        Its trees are light where they can be: good for what code means.
        """
        piece = Fn(fn.path, self.outermost(fn))
        return self._readers.get(piece, lambda: self._reader(self.load(fn.path), piece.qualname))

    def _reader(
        self,
        module: Module,
        qualname: str,
        asked: dict[str, int] | None = None,
        *,
        light: bool = True,
        only_nodes: bool = False,
    ) -> BodyReader | None:
        """A reader that has read the outermost function ``qualname`` (or ``<module>``).

        ``asked`` is filled with the names that were asked about, and the answers. With
        ``only_nodes`` it has found the nodes, and not looked at them.
        """
        from wflint.facts.bodies import NO_VISITORS, BodyReader

        reading = self._reading()
        if asked is not None:
            reading = replace(reading, guard_functions=partial(self._ask, asked))
        visitors = NO_VISITORS
        if asked is not None and not self._is_plain:  # else what rules find is known, or not wanted
            visitors = reading.visitors_for(module.source.text)
        definition = partial(self._definition, module)
        reader = BodyReader(
            module.facts, module.path, reading, definition, self.faults, self._shared, visitors
        )
        return reader if trees.read(reader, module, qualname, light, only_nodes) else None

    def _ask(self, asked: dict[str, int], path: str, name: str) -> int:
        if name not in asked:
            asked[name] = self.guards(path, name)
        return asked[name]

    def definition(self, fn: Fn) -> cst.FunctionDef | cst.Lambda | None:
        """The tree of a function."""
        return self._definition(self.load(fn.path), fn.qualname)

    def _definition(self, module: Module, qualname: str) -> cst.FunctionDef | cst.Lambda | None:
        """The tree of a function of a module, for rules that look into it."""
        fn = Fn(module.path, qualname)
        return self._definitions.get(fn, lambda: trees.definition(module, qualname))

    def outermost(self, fn: Fn) -> str:
        """The qualname of the function or method that a nested function stands in.

        For what runs when the module is imported, class bodies included, that is ``<module>``.
        """
        facts = self.load(fn.path).facts
        name = fn.qualname
        while name not in facts.functions and "." in name:
            name = name.rpartition(".")[0]
        if name in facts.functions:
            return name
        is_body = name in facts.classes or name == MODULE_BODY
        return MODULE_BODY if is_body else fn.qualname

    def locate(self, fn: Fn, sites: set[int]) -> dict[int, Span]:
        """The offsets (start, end) in the file of sites of a function; (0, 0) of unknown ones."""
        piece = self.outermost(fn)
        question, notes = f"spans {piece}", self.notes(fn.path)
        known = notes.get(question, dict[int, Span]) or {}
        missing = {site for site in sites if site not in known and site >= 0}
        if missing:
            with self.faults.at(fn.path, piece):
                found = self._locate(fn, missing)
                # In place: those who ask for one site at a time would else copy all of them.
                known.update({**dict.fromkeys(missing, (0, 0)), **found})
                notes.put(question, known)
        return {site: known.get(site, (0, 0)) for site in sites}

    def span(self, fn: Fn, site: int) -> Span:
        """The offsets (start, end) in the file of a site of a function; (0, 0) of an unknown one.

        The first question finds those of all calls and errors, as the code is read for each.
        """
        if site < 0:
            return 0, 0
        piece = Fn(fn.path, self.outermost(fn))
        known = self.notes(fn.path).get(f"spans {piece.qualname}", dict[int, Span]) or {}
        if site not in known:
            known = self.locate(piece, {site} if known else {site, *self._sites(piece)})
        return known[site]

    def _sites(self, piece: Fn) -> Iterator[int]:
        for body in self.with_nested(piece):
            yield body.head.site
            yield from (place.site for places in (body.calls, body.raises) for place in places)

    def _locate(self, fn: Fn, sites: set[int]) -> dict[int, Span]:
        piece = Fn(fn.path, self.outermost(fn))
        walk = partial(self._reader, self.load(fn.path), piece.qualname, only_nodes=True)
        reader = self._readers.kept(piece) or self._walked.get(piece, walk)
        if reader is None:
            return {}
        found = trees.locate(reader, sites)
        count = len(reader.walker.entries)
        missing = {site for site in sites - found.keys() if site < count}
        if missing:
            with suppress(UnreadableSource):  # LibCST may refuse what Python accepts
                whole = walk(light=False)
                if whole is not None:
                    found |= trees.locate(whole, missing)
                    whole.refs.detach()
        return found


def _has_side(body: FunctionBody, sides: int) -> bool:
    return any(one.flags & sides for places in (body.calls, body.uses) for one in places)


def _let_go(reader: BodyReader | None) -> None:
    if reader is not None:
        reader.refs.detach()
