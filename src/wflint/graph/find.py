"""Finds the one class or function of a project that a name on the command line means.

A name is ``OrderWorkflow``, ``OrderWorkflow.run``, ``price_order``, any of these with its module or
the end of it before (``orders.pricing.price_order``), or with its file
(``orders/pricing.py::price_order``).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct, field

from wflint.callgraph.graph import Node
from wflint.config.errors import ConfigError
from wflint.facts.ids import Cls, Fn, shown_name
from wflint.files.select import shown_path
from wflint.inference.values import ClassValue, FunctionValue
from wflint.project.module import Module
from wflint.run.program_run import Examined
from wflint.system.disk import read_file

MAX_CANDIDATES = 20
"""How many of the things that an ambiguous name may mean are listed."""


class Target(Struct):
    """A class or function, and the ways in which it is reached: none if no workflow reaches it.

    ``fn`` is its file and qualname, also for a class. The ways of a class are its entry points or,
    if it has none, those of its methods.
    """

    examined: Examined
    name: str
    fn: Fn
    is_class: bool = False
    nodes: list[Node] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The name with its file, which is never ambiguous."""
        return f"{self.examined.emitter.shown(self.fn.path)}::{self.name}"


def find(projects: Sequence[Examined], text: str, cwd: Path) -> Target:
    """Return what ``text`` means in the files that were asked for.

    Raises :class:`wflint.config.errors.ConfigError` if that is nothing, or not clear.
    """
    if text.endswith(".py"):
        raise ConfigError(f"`{text}` is a file; name something in it, as in {text}::OrderWorkflow")
    file, _, name = text.rpartition("::")
    if not name.strip("."):
        raise ConfigError(f"`{text}` names no class or function")
    found: list[Target] = []
    directories: list[_Directory] = []
    for examined in projects:
        paths = _files(examined, file, cwd)
        directory = _Directory(examined, paths)
        directory.read_namesakes(name)
        directories.append(directory)
        found += directory.targets.values()
    if file and not any(directory.paths for directory in directories):
        raise ConfigError(f"`{text}`: there is no file {file} among the files that were given")
    best = _best(found, name, with_module=not file)
    if not best and "." in name and not file:
        best = [t for directory in directories for t in directory.imported(name)]
    if len(best) == 1:
        return best[0]
    if best:
        raise ConfigError(f"`{text}` may mean any of these; name one of them:", _ambiguous(best))
    raise ConfigError(_unknown(text, name, directories))


def _files(examined: Examined, file: str, cwd: Path) -> frozenset[str]:
    """The files that were asked for, or those among them that ``file`` is the end of."""
    chosen = frozenset(examined.group.chosen)
    if not file:
        return chosen
    exact = os.path.abspath(cwd / file)
    for path in (exact, os.path.realpath(exact)):
        if path in chosen:
            return frozenset({path})
    end = os.path.normpath(file).replace("\\", "/").lstrip("/")
    return frozenset(path for path in chosen if path.replace("\\", "/").endswith(f"/{end}"))


def _best(found: Iterable[Target], name: str, *, with_module: bool) -> list[Target]:
    """Those that a name fits best: the name with its module, else as it is, else the end of one."""
    ranked: dict[int, list[Target]] = {}
    for target in found:
        full = target.name
        if with_module:
            full = f"{target.examined.answer.store.load(target.fn.path).facts.name}.{full}"
        if name in (full, target.name):
            ranked.setdefault(0 if name == full else 1, []).append(target)
        elif full.endswith(f".{name}"):
            ranked.setdefault(2, []).append(target)
    return ranked[min(ranked)] if ranked else []


class _Directory:
    """The definitions in the chosen files of one project, by file and name."""

    def __init__(self, examined: Examined, paths: frozenset[str]) -> None:
        self.examined = examined
        self.store = examined.answer.store
        self.paths = paths
        self.targets: dict[tuple[str, str], Target] = {}
        self.unreadable: list[Module] = []
        for node in examined.answer.reached.order:
            self._add_reached(node)

    def _add(self, path: str, qualname: str, *, is_class: bool = False) -> Target | None:
        if path not in self.paths:
            return None
        name = shown_name(qualname)
        target = Target(self.examined, name, Fn(path, qualname), is_class)
        return self.targets.setdefault((path, name), target)

    def _add_reached(self, node: Node) -> None:
        """A function under its own name, and under the one that the class gives it."""
        names = [(node.fn.path, node.fn.qualname, False)]
        entry = self.examined.answer.reached.entries.get(node)
        head = self.store.head(node.fn)
        owner = head.owner if head is not None else ""
        on = node.receiver
        if on is not None and owner and on != Cls(node.fn.path, owner):
            method = node.fn.qualname.rpartition(".")[2]
            names.append((on.path, f"{on.qualname}.{method}", False))
        if entry is not None:
            names.append((entry.receiver.path, entry.receiver.qualname, True))
        elif owner:
            names.append((node.fn.path, owner, True))
        for path, qualname, is_class in names:
            target = self._add(path, qualname, is_class=is_class)
            if target is not None:
                target.nodes.append(node)

    def _prefer_entry_points(self) -> None:
        """Of a class with entry points, only these are meant."""
        entries = self.examined.answer.reached.entries
        for target in self.targets.values():
            own = [node for node in target.nodes if node in entries]
            if target.is_class and own:
                target.nodes = own

    # What no workflow reaches.

    def read_namesakes(self, name: str) -> None:
        """Read the files whose text may define a name, whoever uses them."""
        *parts, last = shown_name(name).split(".")
        definition = re.compile(rb"\b(?:def|class)\s+" + re.escape(os.fsencode(last)) + rb"\b")
        for path in sorted(self.paths):
            try:
                text = read_file(path)
            except OSError:
                continue  # the run has named it
            likely = all(part in path or os.fsencode(part) in text for part in parts)
            if likely and definition.search(text):
                self._add_module(self.store.load(path), last)
        self._prefer_entry_points()

    def _add_module(self, module: Module, last: str) -> None:
        if module.error is not None:
            self.unreadable.append(module)
        definition = re.compile(rf"\bdef\s+{re.escape(last)}\b")
        for qualname, head in module.facts.functions.items():
            self._add(module.path, qualname)
            if definition.search(module.source.searchable, head.start, head.end):
                self.store.body(Fn(module.path, qualname))  # so that what is in it is known
        for qualname in module.bodies:
            # What runs when a module or a class is made has a body as well, and is no function.
            if qualname != "<module>" and qualname not in module.facts.classes:
                self._add(module.path, qualname)
        for qualname in module.facts.classes:
            self._add(module.path, qualname, is_class=True)

    def imported(self, name: str) -> Iterator[Target]:
        """Yield what can be imported under a dotted name from a module that does not define it."""
        root = str(self.examined.group.project.root)
        for entity in self.examined.answer.checker.resolver.dotted(name, f"{root}/__init__.py"):
            target = None
            if isinstance(entity, FunctionValue):
                target = self._add(*entity.fn)
            elif isinstance(entity, ClassValue):
                target = self._add(*entity.cls, is_class=True)
            if target is not None:
                yield target

    def known(self) -> Iterator[tuple[str, str]]:
        """All names that are known in the files, with the dotted name of their module."""
        for path, name in self.targets:
            yield name, self.store.load(path).facts.name
        for path, module in self.store.modules.items():
            if path in self.paths:
                for qualname in (*module.facts.functions, *module.facts.classes):
                    yield shown_name(qualname), module.facts.name


# What is wrong with a name.


def _ambiguous(targets: list[Target]) -> Iterator[str]:
    targets = sorted(targets, key=lambda target: (not target.nodes, target.id))
    for target in targets[:MAX_CANDIDATES]:
        yield f"    {target.id}" + ("" if target.nodes else "  (no workflow reaches it)")
    if targets[MAX_CANDIDATES:]:
        yield f"    and {len(targets) - MAX_CANDIDATES:,} more"


def _unknown(text: str, name: str, directories: list[_Directory]) -> str:
    problem = f"there is no class or function `{text}` in the files that were given"
    unreadable = [module for directory in directories for module in directory.unreadable]
    if unreadable:
        first = min(unreadable, key=lambda module: module.path)
        shown, error = shown_path(first.path, Path.cwd()), first.error
        return f"{problem}; {shown} mentions it, but cannot be read: {error}"
    near = _similar(name, directories)
    if not near:
        return problem
    *others, last = [f"`{meant}`" for meant in near]
    return f"{problem}; did you mean {', '.join(others)}{' or ' if others else ''}{last}?"


def _similar(name: str, directories: list[_Directory]) -> list[str]:
    """Up to three known names that are written nearly like this one."""
    import difflib

    known: dict[str, str] = {}
    for directory in directories:
        for qualname, module in sorted(directory.known()):
            for written in (qualname, qualname.rpartition(".")[2], f"{module}.{qualname}"):
                known.setdefault(written, qualname)
    near = difflib.get_close_matches(name, known, n=6)
    return list(dict.fromkeys(known[written] for written in near))[:3]
