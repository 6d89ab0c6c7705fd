"""The public names of Temporal's Python SDK, and what to use instead of others."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wflint.rule import cst

_UNSET = (99, 0)
_OLDEST = (1, 7)
_VALUES = frozenset({"logger", "unsafe"})
"""Names of modules that are no functions."""

_DECORATORS = frozenset({"defn", "init", "query", "run", "signal", "update"})
_CAUGHT_OTHERWISE = frozenset({"CancelledError", "TimeoutError"})
"""Errors that are caught as others than those that workflow code raises."""


@dataclass(frozen=True)
class Once:
    """A name that only older versions have, from ``since`` until before ``gone``.

    ``home`` is where it comes from, ``""`` for one of the SDK's own.
    """

    since: tuple[int, int]
    gone: tuple[int, int]
    home: str

    def is_in(self, target: tuple[int, int]) -> bool:
        """True if a version has the name."""
        return target < self.gone and (target >= self.since or self.since <= _OLDEST)


@dataclass(frozen=True)
class Sdk:
    """The public names of the SDK's modules.

    ``borrowed`` has the names that a module merely imports, and where they come from; ``once`` has
    names that older versions had. ``apart`` are modules that other distributions put beside them.
    """

    newest: tuple[int, int]
    names: dict[str, frozenset[str]]
    borrowed: dict[str, dict[str, str]]
    since: dict[tuple[str, str], tuple[int, int]]
    instead: dict[tuple[str, str], str]
    renames: dict[tuple[str, str], str]
    once: dict[tuple[str, str], Once]
    given_by: dict[str, frozenset[str]]
    given_instead: dict[tuple[str, str], str]
    apart: frozenset[str] = frozenset()

    def attribute_fault(self, function: str, name: str, target: tuple[int, int], shown: str) -> str:
        """Return what is wrong with an attribute of what a function gives, or `""`.

        No version had attributes that the newest has not.
        """
        known = self.given_by.get(function)
        is_newer = self.newest < target < _UNSET
        if known is None or name in known or name.startswith("_") or is_newer:
            return ""
        return (
            f"`{shown}` does not exist in what `{function}()` gives; {self._given(function, name)}"
        )

    def _given(self, function: str, name: str) -> str:
        """Return what to use in place of an attribute: what the function's module itself has."""
        module = function.rpartition(".")[0]
        if name in self._own(module):
            call = "" if name in _VALUES else "()"
            return f"use `{module.removeprefix('temporalio.')}.{name}{call}`"
        instead = self.given_instead.get((function, name))
        if instead is not None:
            return f"use `{instead}` of it"
        near = _nearest(name, self.given_by[function], 0.75)
        is_part = name.endswith(f"_{near}")  # `next_run_id` is not `run_id`
        return f"did you mean `{near}`?" if near and not is_part else "it has nothing similar"

    def fault(self, module: str, name: str, target: tuple[int, int], shown: str = "") -> str:
        """Return what is wrong with `name` of `module` in version `target`, or `""`."""
        if name.startswith("_") or module not in self.names:
            return ""
        if f"{module}.{name}" in self.apart:
            return ""
        shown = shown or f"{module}.{name}"
        if name in self.names[module]:
            since = self.since.get((module, name))
            if since is None or since <= target:
                return ""
            return (
                f"`{shown}` is new in temporalio {_text(since)}, and the project works with "
                f"{_text(target)}; require the newer version or do without it"
            )
        if self.is_passing(module, name, target):
            return self._passing(module, name, target, shown)
        instead = self.instead.get((module, name))
        if instead is None and self.newest < target < _UNSET:
            return ""  # a release that this table does not know yet
        advice = instead or self._advice(module, name)
        return f"`{shown}` does not exist in Temporal's Python SDK; {advice}"

    def set_in_vain(self, module: str, name: str, shown: str) -> str:
        """Return what to say where `name` of `module` is set, if no version has it, else `""`."""
        is_known = name in self.names.get(module, (name,)) or (module, name) in self.once
        if is_known or name.startswith("_"):
            return ""
        near = self._near(module, name, 0.75)
        advice = self.instead.get((module, f"{name} =")) or (
            f"did you mean `{near}`?" if near else "keep it in a module of your own"
        )
        return f"the SDK has no `{shown}`, and does not read what is set here; {advice}"

    def is_passing(self, module: str, name: str, target: tuple[int, int]) -> bool:
        """True if version ``target`` has a name that the newest has not."""
        once = self.once.get((module, name))
        return once is not None and once.is_in(target)

    def _passing(self, module: str, name: str, target: tuple[int, int], shown: str) -> str:
        once = self.once[module, name]
        there = "is there only by accident" if once.home else "is there"
        advice = self.instead.get((module, name)) or self._advice(module, name)
        return (
            f"`{shown}` {there} in temporalio {_text(target)}, and gone since {_text(once.gone)}; "
            f"{advice}"
        )

    def replacement(self, module: str, name: str, target: tuple[int, int]) -> str:
        """The dotted name that can stand in the place of `name`, which is not there, or `""`.

        A function of the table of renames ends with `()`.
        """
        if name in self.names.get(module, ()):
            return ""
        new = self.renames.get((module, name), "")
        if not new and (module, name) in self.instead:
            return ""  # what has this name elsewhere, or a similar one, means something else
        new = new or self._same_name_elsewhere(module, name)
        if not new:
            near = self._near(module, name, 0.9)
            new = f"{module}.{near}" if near else ""
        home = next((m for m in sorted(self.names, reverse=True) if new.startswith(f"{m}.")), "")
        first = re.split(r"\W", new.removeprefix(f"{home}."))[0]
        return "" if home and self.fault(home, first, target) else new

    def _same_name_elsewhere(self, module: str, name: str) -> str:
        homes = [other for other in sorted(self.names) if name in self._own(other)]
        if len(homes) == 1:
            return "" if _is_for_workflows(homes[0], name) else f"{homes[0]}.{name}"
        spelt = self._spelt_otherwise(name) if not homes else []
        return spelt[0] if len(spelt) == 1 else ""

    def _spelt_otherwise(self, name: str) -> list[str]:
        """The dotted names that differ from a name in capital letters only."""
        found = (f"{other}.{own}" for other in sorted(self.names) for own in self._own(other))
        return sorted(one for one in found if one.rpartition(".")[2].lower() == name.lower())

    def _near(self, module: str, name: str, cutoff: float) -> str:
        return _nearest(name, self._own(module), cutoff)

    def _own(self, module: str) -> frozenset[str]:
        """The names that a module has for others."""
        return self.names.get(module, frozenset()) - self.borrowed.get(module, {}).keys()

    def _advice(self, module: str, name: str) -> str:
        for other in sorted(self.names):
            if name in self._own(other):
                where = "in workflow code " if _is_for_workflows(other, name) else ""
                return f"{where}use `{other}.{name}`"
        spelt = self._spelt_otherwise(name)
        if spelt:
            return f"use `{spelt[0]}`"
        once = self.once.get((module, name))
        if once is not None:
            return f"use `{once.home}`" if once.home else "do without it"
        origins = (self.borrowed[other].get(name, "") for other in sorted(self.borrowed))
        origin = next(filter(None, origins), "")
        if origin and not origin.startswith(("__future__.", "temporalio")):
            return f"use `{origin}`"
        near = self._near(module, name, 0.75)
        return f"did you mean `{near}`?" if near else f"no name in `{module}` is similar"


def _is_for_workflows(module: str, name: str) -> bool:
    """True of a function that raises outside of workflows, or a part of one."""
    return module == "temporalio.workflow" and name[0].islower() and name not in _DECORATORS


def _nearest(name: str, names: Iterable[str], cutoff: float) -> str:
    import difflib

    near = difflib.get_close_matches(name, sorted(names), 1, cutoff)
    return near[0] if near else ""


def _text(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


@functools.cache
def sdk() -> Sdk:
    table = _read_table()
    modules: dict[str, dict[str, Any]] = table["modules"]
    return Sdk(
        newest=_version(table["newest"]),
        names={module: frozenset(facts["names"]) for module, facts in modules.items()},
        borrowed={module: facts.get("borrowed", {}) for module, facts in modules.items()},
        since={
            (module, name): _version(version)
            for module, facts in modules.items()
            for version, names in facts.get("since", {}).items()
            for name in names
        },
        instead={
            (module, name): advice
            for module, names in table["instead"].items()
            for name, advice in names.items()
        },
        renames={
            (module, name): new
            if new.startswith(("asyncio.", "temporalio."))
            else f"{module}.{new}"
            for module, names in table["rename"].items()
            for name, new in names.items()
        },
        once={
            (module, name): _once(versions, home)
            for module, ranges in table["once"].items()
            for versions, names in ranges.items()
            for name, home in names.items()
        },
        given_by={
            function: frozenset(facts["names"]) for function, facts in table["given_by"].items()
        },
        given_instead={
            (function, name): new
            for function, facts in table["given_by"].items()
            for name, new in facts.get("instead", {}).items()
        },
        apart=frozenset(table["apart"]),
    )


def _once(versions: str, home: str) -> Once:
    since, _, gone = versions.partition("-")
    return Once(_version(since), _version(gone), home)


def _version(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major), int(minor)


def _read_table() -> dict[str, Any]:
    import tomli

    with open(Path(__file__).with_name("unknown_temporal_api.toml"), "rb") as stream:
        return tomli.load(stream)


def name_meant(node: cst.Attribute, around: Callable[[int], cst.CSTNode | None]) -> str:
    """Return the name that a table speaks of; ``around`` gives the nodes around it, from 1.

    That is `condition` where `wait_for` is given a function to wait for, and `raise TimeoutError`
    where that is raised.
    """
    name: str = node.attr.value
    parent = around(1)
    match parent:
        case cst.Call(func=func, args=[cst.Arg(value=cst.Lambda()), *_]) if func is node:
            return "condition" if name == "wait_for" else name
    is_raised = isinstance(around(2) if isinstance(parent, cst.Call) else parent, cst.Raise)
    return f"raise {name}" if is_raised and name in _CAUGHT_OTHERWISE else name
