"""The table of names that rules report, and of names that are known to be fine."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from wflint.diagnostics import Severity
from wflint.rule.base import Api, ApiKind, Property, Report, Rule

if TYPE_CHECKING:
    from wflint.rule.call_view import CallView


class ApiEntry(Struct, frozen=True):
    """One name of the table. Without a ``rule`` it is known to be fine in a workflow."""

    name: str
    rule: Rule | None = None
    api: Api = Api()

    @property
    def properties(self) -> frozenset[Property]:
        """The properties of the name."""
        own = self.rule.names_are if self.rule is not None else frozenset()
        return own | {Property.BLOCKS} if self.api.blocks else own

    def is_of(self, codes: Container[str]) -> bool:
        """True if one of the rules with these codes speaks of the name."""
        return self.rule is not None and self.rule.code in codes

    def judge(self, view: CallView) -> Report | None:
        """Return what to report of a call or use of the name, if anything."""
        return self.rule.judge(view, self.api) if self.rule is not None else None


_PLAIN_DATA = frozenset(
    {"adapters", "cookies", "event_hooks", "extensions", "headers", "params", "proxies"}
)
"""Attributes of clients that only hold data."""


class ApiTable:
    """Looks names up; the most specific entry speaks.

    ``a.b.c`` is an entry for that name, ``a.b.*`` for every name below ``a.b``. An entry of kind
    ``use`` or ``any`` speaks for what is done with the named object as well (``os.environ`` for
    ``os.environ.get``). The ``entries`` are added to those of ``known``, and override them.
    """

    def __init__(self, entries: Iterable[ApiEntry], known: ApiTable | None = None) -> None:
        self._exact: dict[str, ApiEntry] = {} if known is None else known._exact.copy()
        self._below: dict[str, ApiEntry] = {} if known is None else known._below.copy()
        self._known = known
        self._own = tuple(entries)
        for entry in self._own:
            if entry.name.endswith(".*"):
                self._below[entry.name[:-2]] = entry
            else:
                self._exact[entry.name] = entry

    def lookup(self, name: str, *, is_call: bool = True, base: int = 0) -> ApiEntry | None:
        """The entry that speaks for ``name``; one that says "fine" gives ``None``.

        ``base`` is the length of the least specific name that may speak. To call ``a.B.__init__``
        is to make an ``a.B``, as subclasses do.
        """
        made = name.removesuffix(".__init__")
        entry = self._exact.get(name) or self._entry(made, min(base, len(made)))
        if entry is None or entry.rule is None:
            return None
        if entry.api.kind == ApiKind.CALL and not is_call:
            return None
        return entry

    @cached_property
    def last_words(self) -> frozenset[str]:
        """The last words of names that may belong to rules; ``b`` for all below ``a.b``."""
        known = self._known.last_words if self._known is not None else frozenset[str]()
        names = (entry.name.removesuffix(".*") for entry in self._own if entry.rule is not None)
        return known.union(name.rpartition(".")[2] for name in names)

    def knows(self, name: str, base: int = 0) -> bool:
        """True if any entry is about ``name``, even one that says that it is fine."""
        return self._entry(name, base) is not None

    def _entry(self, name: str, base: int) -> ApiEntry | None:
        exact = self._exact.get(name)
        if exact is not None:
            return exact
        if base and not _PLAIN_DATA.isdisjoint(name[base:].split(".")[1:-1]):
            return None  # a method of plain data of the object, `client.headers.get()`
        prefix = name
        while True:
            prefix = prefix.rpartition(".")[0]
            if not prefix or len(prefix) < base:
                return None
            below = self._below.get(prefix)
            if below is not None:
                return below
            whole = self._exact.get(prefix)
            if whole is not None and (whole.rule is None or whole.api.kind != ApiKind.CALL):
                return whole


def rule_entries(rule: Rule) -> Iterator[ApiEntry]:
    """The names that a rule brings: its ``apis`` and the TOML ``tables`` beside its file.

    A table has ``match``, names to report, and ``except``, names below them that are fine. Instead
    of spelling each method of a class that can be imported from several places, it has the classes
    in ``of``, the names of their methods to report in ``methods``, and of those that are fine in
    ``plain``. ``blocks`` lists those of the names, or names below them, that keep the calling
    thread until something has happened; it is true if all do. What calls give is told by
    ``gives``, see :func:`rule_results`.
    """
    for name, api in rule.apis.items():
        yield ApiEntry(name, rule, api)
    for table in rule.tables:
        for library in read_table(rule, table):
            api = Api(
                use=library.get("use", ""),
                message=library.get("message", ""),
                severity=Severity(library["severity"]) if "severity" in library else None,
                kind=ApiKind(library.get("kind", "call")),
                blocks=library.get("blocks") is True,
            )
            for name in (*library.get("match", ()), *_methods(library, "methods")):
                yield ApiEntry(name, rule, api)
            if not api.blocks:
                blocking = replace(api, blocks=True)
                yield from (ApiEntry(name, rule, blocking) for name in library.get("blocks", ()))
            for name in (*library.get("except", ()), *_methods(library, "plain")):
                yield ApiEntry(name)


def _methods(library: Mapping[str, Any], key: str) -> Iterator[str]:
    return (f"{of}.{name}" for of in library.get("of", ()) for name in library.get(key, ()))


def rule_results(rules: Iterable[Rule]) -> dict[str, str]:
    """Return the classes of results of names in the tables, where the name does not say it.

    ``gives`` maps them to a class. A key without a dot is a method of each class in ``of``, and
    ``self`` that class again. ``a.b.__decorated__`` is what the decorator ``a.b`` makes of a
    function. See :func:`wflint.inference.library_types.result_of` for ``a.b.*``.
    """
    found: dict[str, str] = {}
    for rule in rules:
        for table in rule.tables:
            for library in read_table(rule, table):
                found.update(_results(library))
    return found


def _results(library: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, given in library.get("gives", {}).items():
        if "." in name:
            yield name, given
            continue
        for of in library["of"]:
            yield f"{of}.{name}", of if given == "self" else given


def read_table(rule: Rule, name: str) -> list[dict[str, Any]]:
    """The ``[[library]]`` entries of a TOML table beside a rule's file."""
    file = sys.modules[type(rule).__module__].__file__
    assert file is not None
    return _read(Path(file).parent / name)


@lru_cache(maxsize=64)
def _read(path: Path) -> list[dict[str, Any]]:
    import tomli

    with open(path, "rb") as stream:
        return list(tomli.load(stream).get("library", ()))
