"""Runs wflint's call graph over a standard library, from a workflow that calls all of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from itertools import groupby
from pathlib import Path

from msgspec import Struct

from scripts.stdlib_names import Names, Public, followed, modules
from wflint.callgraph.graph import Edge, Node
from wflint.checking.analysis import AnalysisInput, AnalysisResult, analyse
from wflint.checking.library import LibraryViolation, at_calls
from wflint.checking.registry import load_registry
from wflint.facts.ids import Fn
from wflint.files.prefilter import Gated
from wflint.inference.resolver import Resolver
from wflint.project.installed import Installed
from wflint.rule import RuleSettings
from wflint.temporal.decorators import EntryNames

HEAD = """\
import {module}
from temporalio import workflow


@workflow.defn
class Calls:
"""


class Scope(Struct, frozen=True):
    """The part of the library that is looked at.

    ``judges`` are the codes of the rules that say what counts, ``ignored`` names of their tables
    that do not. ``left_out`` are modules that are not looked at, ``stops`` functions that calls
    from other modules are not followed into (patterns).
    """

    judges: frozenset[str]
    ignored: tuple[str, ...] = ()
    left_out: frozenset[str] = frozenset()
    stops: tuple[str, ...] = ()


class Finding(Struct, frozen=True, order=True):
    """A public name that reaches something inside.

    ``rule`` is the code of the rule whose table has ``via``, the name that is reached; ``chain``
    are the functions on the way. ``left_out`` is set when that happens only if the call leaves out
    an argument.
    """

    name: str
    rule: str
    via: str
    chain: tuple[str, ...] = ()
    left_out: bool = False


def derive(library: Path, scope: Scope, only: Iterable[str] = ()) -> list[Finding]:
    """The findings in a library, sorted; of the modules ``only``, if any are given."""
    installed = followed(library, scope.left_out)
    wanted = frozenset(only)
    found = [m for m in modules(library, scope.left_out) if not wanted or m[0] in wanted]
    blank = analyse(_question("/", [], installed))
    names = Names(Resolver(blank.store, blank.index))
    with tempfile.TemporaryDirectory() as folder:
        calls = _write_calls(Path(folder), list(names.of_modules(found)))
        files = sorted({fn.path for fn in calls})
        answer = analyse(_question(folder, files, installed))
        return _findings(answer, calls, scope)


def _question(root: str, files: list[str], installed: Installed) -> AnalysisInput:
    registry = load_registry()
    return AnalysisInput(
        root=root,
        src=(),
        files=files,
        chosen=frozenset(),
        read=lambda path: Path(path).read_bytes(),
        rules=registry.by_code,
        every_rule=registry.rules,
        codes=frozenset(),
        names=EntryNames(),
        gated=Gated(files, files),
        apis=(),
        guard_functions=frozenset(),
        safe_loggers=frozenset(),
        settings_of=lambda path: RuleSettings(),
        installed=installed,
        jobs=1,
    )


def _write_calls(folder: Path, public: list[Public]) -> dict[Fn, tuple[str, bool]]:
    """Write a workflow for each module, with a method for each call of a name.

    Gives the name for each method, and whether all arguments are given.
    """
    folder = folder.resolve()
    calls: dict[Fn, tuple[str, bool]] = {}
    for module, group in groupby(public, key=lambda public: public.module):
        lines: list[str] = []
        path = folder / f"calls_{module.replace('.', '_')}.py"
        for name in group:
            for everything in (False, True) if name.has_optional() else (False,):
                method = f"call_{len(lines)}"
                lines.append(f"    @workflow.query\n    def {method}({_body(name, everything)}\n")
                calls[Fn(str(path), f"Calls.{method}")] = (name.name, everything)
        path.write_text(HEAD.format(module=module) + "\n".join(lines))
    return calls


def _body(public: Public, everything: bool) -> str:
    arguments = public.arguments(everything)
    if not public.owner:
        return f"self, a):\n        {public.name}({arguments})"
    call = "" if public.is_property else f"({arguments})"
    method = public.name.rpartition(".")[2]
    return f'self, a, o: "{public.owner}"):\n        o.{method}{call}'


def _findings(
    answer: AnalysisResult, calls: dict[Fn, tuple[str, bool]], scope: Scope
) -> list[Finding]:
    _cut_stops(answer, scope.stops)
    hits = [
        hit
        for hit in answer.checker.violations.found.values()
        if hit.rule.code in scope.judges and not _matches(hit.name, scope.ignored)
    ]
    found: dict[tuple[str, str], Finding] = {}
    for hit in at_calls(hits, answer, lambda fn, site: 0, lambda hit, fn, site: False):
        name, everything = calls[hit.fn]
        if answer.checker.table.knows(name):
            continue
        steps = hit.steps if isinstance(hit, LibraryViolation) else []
        chain = tuple(dict.fromkeys(_shown(answer, node.fn) for node, _ in steps))
        finding = Finding(name, hit.rule.code, hit.name, chain, not everything)
        key = (name, hit.rule.code)
        known = found.get(key)
        if known is None or (known.left_out and everything):
            found[key] = finding
    both = {name for name, everything in calls.values() if everything}
    for key, finding in found.items():
        if finding.left_out and finding.name not in both:
            found[key] = Finding(finding.name, finding.rule, finding.via, finding.chain)
    return sorted(found.values())


def _shown(answer: AnalysisResult, fn: Fn) -> str:
    return f"{answer.store.load(fn.path).facts.name}.{fn.shown}"


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _cut_stops(answer: AnalysisResult, stops: tuple[str, ...]) -> None:
    """Take calls of the functions ``stops`` out of the graph, but for those of their own module."""

    @cache
    def is_stop(fn: Fn) -> bool:
        return _matches(_shown(answer, fn), stops)

    def is_cut(node: Node, edge: Edge) -> bool:
        followed = answer.index.is_followed(node.fn.path)
        return followed and edge.to.fn.path != node.fn.path and is_stop(edge.to.fn)

    answer.reached.cut(is_cut)
