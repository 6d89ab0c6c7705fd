"""Reads the files of a project that may define entry points, and finds those."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from wflint.callgraph.entry.entry_points import Entry, EntryPoints
from wflint.callgraph.entry.frameworks import given_to_frameworks
from wflint.callgraph.entry.in_house import InHouse
from wflint.callgraph.entry.listed import listed_workflows
from wflint.checking.elsewhere import rules_for_any_code, suspects_in
from wflint.facts.ids import Cls
from wflint.faults import EVERYWHERE
from wflint.project.prefetch import prefetch
from wflint.project.store import Store
from wflint.rule.base import Rule

if TYPE_CHECKING:
    from wflint.checking.analysis import AnalysisInput, AnalysisResult


def read_files(question: AnalysisInput, answer: AnalysisResult, roots: EntryPoints) -> list[str]:
    """Read the files that passed the gate. Return those that define entry points."""
    gated, store = question.gated, answer.store
    candidates = frozenset(gated.candidates)
    others = [p for p in gated.named if p in question.chosen and p not in candidates]
    reader = _Reader(question, store, roots, rules_for_any_code(question))
    answer.warnings = prefetch(
        store,
        [*gated.candidates, *others],
        partial(reader.read, candidates),
        question.jobs,
        question.progress,
        question.read_elsewhere,
        question.start_method,
    )
    defining = _defining_files(question, roots)
    for path in defining:
        if path not in candidates:
            reader.read(frozenset(defining), path)
    return defining


def read_share(
    question: AnalysisInput, store: Store, roots: EntryPoints, paths: Iterable[str]
) -> None:
    """Read some of the files that passed the gate, so that what they say is noted."""
    candidates = frozenset(question.gated.candidates)
    reader = _Reader(question, store, roots, rules_for_any_code(question))
    for path in paths:
        reader.read(candidates, path)


def _defining_files(question: AnalysisInput, roots: EntryPoints) -> list[str]:
    """The candidates, and the files whose classes only other code makes workflows, in order."""
    gated, by_call = question.gated, roots.by_call
    in_house = InHouse(roots.applied)
    candidates = in_house.find(gated.candidates, question.files, question.read)
    for path in candidates:
        with roots.resolver.store.faults.at(path):
            by_call.read(in_house.pieces(path))
    with roots.resolver.store.faults.at(EVERYWHERE):
        by_call.listed |= listed_workflows(roots, candidates, gated.configuring, question.is_test)
        by_call.in_frameworks |= given_to_frameworks(
            roots, gated.configuring, question.files, question.read
        )
    wanted = {*candidates, *(cls.path for cls in by_call.classes())}
    wanted |= {fn.path for fn in by_call.in_frameworks}
    return [path for path in question.files if path in wanted]


class _Reader(NamedTuple):
    """Reads files that passed the gate, as far as they will surely be needed."""

    question: AnalysisInput
    store: Store
    roots: EntryPoints
    for_any_code: Sequence[Rule]

    def read(self, candidates: frozenset[str], path: str) -> None:
        """Read the module and the bodies of its entry points, of one of the ``candidates``.

        Of a file without entry points it is only whether it can be read at all, and which of the
        rules for any code may find something in it.
        """
        store, suspects = self.store, list[str]()
        with store.faults.at(path):
            if path in self.question.chosen:
                suspects = [code for code in self._suspects(path) if code in self.question.codes]
                store.suspects[path] = tuple(suspects)
        with store.faults.at(path):
            if path in candidates:
                module = store.load(path)
                for entry in self.roots.find(module).entries:
                    store.body(entry.fn)
            elif suspects:  # it will be read for them
                store.load(path)
            else:
                store.check(path)

    def _suspects(self, path: str) -> list[str]:
        settings = self.question.settings_of(path)
        return self.store.notes(path).answer(
            "suspects",
            list[str],
            lambda: suspects_in(self.for_any_code, settings, self.store.text(path)),
        )


def find_entries(
    candidates: list[str], answer: AnalysisResult, roots: EntryPoints
) -> tuple[list[Entry], list[Cls]]:
    """Return the entry points and the workflows of the candidates, in the order of the files."""
    entries: list[Entry] = []
    workflows: list[Cls] = []
    for path in candidates:
        with answer.store.faults.at(path):
            found = roots.find(answer.store.load(path))
            entries += sorted(found.entries, key=lambda e: _place(answer.store, e))
            answer.workflows[path] = len(found.workflows)
            workflows += found.workflows
            if found.workflows:
                answer.module_entries[path] = found.workflows[0]
            reachable = {e.receiver for e in found.entries if not _is_constructor(e)}
            answer.mute += [cls for cls in found.workflows if cls not in reachable]
            answer.activities[path] = found.activities
    return entries, workflows


def _is_constructor(entry: Entry) -> bool:
    return entry.fn.qualname.endswith(".__init__")


def _place(store: Store, entry: Entry) -> tuple[int, str, int]:
    classes = list(store.load(entry.receiver.path).facts.classes)
    head = store.head(entry.fn)
    named = entry.receiver.qualname  # none for a function that is no method
    at = classes.index(named) if named in classes else len(classes)
    return (at, entry.fn.path, head.start if head is not None else 0)
