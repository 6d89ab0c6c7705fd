"""From workflows to a committed baseline, and back to what an abstract replay can run."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator

from wflint.comparison.committed import (
    VERSION,
    Baseline,
    Workflow,
    of_signature,
    parameters,
    read_function,
)
from wflint.comparison.side import Side
from wflint.config.errors import ConfigError
from wflint.replay import sides
from wflint.replay.code import names_of
from wflint.replay.compare import pruned
from wflint.replay.notation import Writer, is_name
from wflint.replay.notation_reader import NotTerms, TermReader
from wflint.replay.program import Functions
from wflint.replay.terms import Callee, Command, Text, all_terms
from wflint.replay.written_functions import WrittenCode, WrittenFunctions, node_of
from wflint.rule.definition_views import WorkflowView

_SYNTAX = "async def {}({}):\n"


def baseline_of(new: Side, workflows: Iterable[WorkflowView]) -> tuple[Baseline, list[str]]:
    """Return what is to be committed, with the names of workflows that cannot be."""
    found, left = Baseline(VERSION), []
    every = list(workflows)
    names = Counter(view.name for view in every)
    called: set[str] = set()
    for view in every:
        is_told = bool(view.name) and names[view.name] == 1
        written = _workflow(new, view, called) if is_told else None
        if written is None:
            left.append(view.shown)
        else:
            found.workflows[view.name] = written
    known = Counter(activity.name for activity in new.activities)
    for activity in new.activities:
        if activity.name in called and known[activity.name] == 1 and not activity.is_dynamic:
            found.activities[activity.name] = of_signature(activity.signature)
    return found, sorted(left)


def activities_in(callees: Iterable[Callee], functions: Functions) -> Iterator[str]:
    """Yield the names of activities that functions call."""
    for callee in callees:
        for term in all_terms(functions.work(callee.node)):
            match term:
                case Command(kind="activity", name=Text(text=name)):
                    yield name


def _workflow(new: Side, view: WorkflowView, called: set[str]) -> Workflow | None:
    examined = new.of(view.cls.path)
    side = sides.side_of(Functions(examined.answer), view) if examined is not None else None
    callees = pruned(side) if side is not None else []
    if side is None or not callees:
        return None
    called.update(activities_in(callees, side.functions))
    labels = _labels(callees)
    writer = Writer(lambda callee: labels[callee.name, callee.digest])
    functions = {}
    for callee in callees:
        code = side.functions.code(callee.node)
        given = parameters(code.definition.args) if code.definition is not None else ""
        label = labels[callee.name, callee.digest]
        name = label.rpartition(".")[2]
        head = _SYNTAX.format(name if is_name(name) else "_", given)
        lines = writer.body(side.functions.work(callee.node), 1)
        functions[label] = head + "".join(f"{line}\n" for line in lines)
    handlers = {
        kind: {
            name: labels[callee.name, callee.digest]
            for (of, name), callee in side.handlers.items()
            if of == kind
        }
        for kind in ("signal", "update")
    }
    run = labels[side.run.name, side.run.digest]
    return Workflow(run, functions, handlers["signal"], handlers["update"])


def _labels(callees: Iterable[Callee]) -> dict[tuple[str, str], str]:
    """Return a name for each function; those that do the same are one."""
    found: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    for callee in callees:
        key = callee.name, callee.digest
        if key in found:
            continue
        label, number = callee.name, 2
        while label in taken:
            label, number = f"{callee.name}#{number}", number + 1
        taken.add(label)
        found[key] = label
    return found


class Read:
    """A workflow of a baseline, read. Raises :class:`ConfigError` for what is none.

    ``side`` can be compared with that of a program, and ``args`` are the parameters of functions by
    their labels.
    """

    def __init__(self, name: str, workflow: Workflow, view: WorkflowView, shown: str) -> None:
        where = f"{shown}: workflow {name}"
        nodes = {label: node_of(label) for label in workflow.functions}
        definitions = {
            label: read_function(code, f"{where}: {label}")
            for label, code in workflow.functions.items()
        }
        self.args = {label: each.args for label, each in definitions.items()}
        entries = {workflow.run, *workflow.signals.values(), *workflow.updates.values()}
        functions = WrittenFunctions(
            {
                node: _code(label, self.args[label], label in entries, nodes)
                for label, node in nodes.items()
            }
        )

        def callee_of(label: str, row: int) -> Callee:
            if label not in nodes:
                raise NotTerms(f"there is no function `{label}`", row)
            return functions.callee(nodes[label])

        for label, node in nodes.items():
            try:
                functions.write(node, TermReader(callee_of).block(definitions[label].body))
            except NotTerms as error:
                raise ConfigError(f"{where}: {label}, line {error.row}: {error.why}") from None
        try:
            handlers = {
                (kind, name): callee_of(label, 0)
                for kind, known in (("signal", workflow.signals), ("update", workflow.updates))
                for name, label in known.items()
            }
            run = callee_of(workflow.run, 0)
        except NotTerms as error:
            raise ConfigError(f"{where}: {error.why}") from None
        self.side = sides.Side(functions, view, run, handlers)


def _code(label: str, args: ast.arguments, is_entry: bool, known: Iterable[str]) -> WrittenCode:
    params = names_of(args)
    outer = label.rpartition(".")[0]
    around = node_of(outer).fn if outer in known else None
    receiver = params[0] if is_entry and params else ""
    return WrittenCode(node_of(label), params, receiver, around)
