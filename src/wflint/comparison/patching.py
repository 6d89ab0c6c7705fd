"""The fix of a change that running workflows do not survive: a patch around the change."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable
from functools import cached_property

from wflint.callgraph.graph import DEFINITION
from wflint.checking.registry import load_registry
from wflint.checking.violation import Violation
from wflint.comparison import local_names
from wflint.comparison.finding import COMMANDS, Verdict
from wflint.comparison.functions import ChangedFunction, changed_function
from wflint.comparison.patch_ids import Branches, patch_id
from wflint.comparison.region import without_pass
from wflint.comparison.side import Side
from wflint.comparison.wrapping import wrapped
from wflint.diagnostics import Applicability
from wflint.facts.ids import Fn
from wflint.files.source import Source, UnreadableSource
from wflint.fix.propose.asked import Asking
from wflint.fix.propose.generated import is_generated
from wflint.fix.propose.repairs import Repairs, as_fix
from wflint.fix.propose.surroundings import Program, Surroundings
from wflint.replay.change import Change, Step
from wflint.rule.definition_views import WorkflowView
from wflint.rule.fix import Answered, NoFix, Repair, TextEdit, Withheld
from wflint.run.program_run import Examined
from wflint.run.program_settings import Governing
from wflint.syntax.validity import is_python
from wflint.syntax.words import last_word

_RUNNING = (Verdict.INCOMPATIBLE, Verdict.DEPENDS)
_PATCHES = ("patched", "deprecate_patch")


class Patcher:
    """Finds fixes for changes of a new side, whose files ``read`` gives.

    ``governing`` has the settings of each of its projects. An id is never given twice, and none
    that a patch of the new side, or of ``others``, has.
    """

    def __init__(
        self,
        new: Side,
        others: list[Side],
        read: Callable[[str], bytes],
        governing: Callable[[Examined], Governing],
    ) -> None:
        self._new = new
        self._sides = [new, *others]
        self._read = read
        self._governing = governing
        self._repairs: dict[int, Repairs] = {}
        self._known: dict[tuple[Fn, str, str], Answered] = {}

    def __call__(self, old: Side, view: WorkflowView, change: Change) -> Answered:
        """Return the fix of a change, or why there is none."""
        if change.verdict not in _RUNNING:
            return Answered()
        try:
            changed = changed_function(old, self._new, view, change)
            region = changed.region
            key = changed.fn, _written(region.old), _written(region.new)
            if key not in self._known:
                branches = Branches(
                    region.old,
                    without_pass(region.new),
                    _inside(old, change.was, region.old),
                    _inside(self._new, change.now, region.new),
                )
                self._known[key] = self._answer(changed, branches)
            return self._known[key]
        except Withheld as error:
            return Answered(None, error.reason)

    def _answer(self, changed: ChangedFunction, branches: Branches) -> Answered:
        try:
            return self._fixed(changed, branches)
        except Withheld as error:
            return Answered(None, error.reason)
        except (NoFix, UnreadableSource):
            return Answered()

    def _fixed(self, changed: ChangedFunction, branches: Branches) -> Answered:
        examined = self._new.of(changed.fn.path)
        assert examined is not None
        selection = self._governing(examined).selection(changed.fn.path)
        if COMMANDS not in selection.fixable:
            return Answered()
        source = changed.new.source
        if source.cells:
            raise Withheld("it is in a notebook")
        if is_generated(changed.fn.path, source.text):
            raise Withheld("the file is generated")
        _check_statements(changed)
        _check_names(changed)
        name, imports = self._patched(examined, changed)
        id = patch_id(branches, self._ids)
        unit = _unit(changed)
        edit = wrapped(changed.region, changed.old.source, source, f'{name}("{id}")', unit)
        edits = tuple(sorted([edit, *imports]))
        if not is_python(_applied(source, edits).encode("utf-8", "surrogatepass")):
            raise Withheld("the file would not parse any more")
        self._ids.add(id)
        repair = Repair(Applicability.UNSAFE, f'Put it behind `{name}("{id}")`', edits)
        applicability = selection.applicability(COMMANDS, Applicability.UNSAFE)
        return Answered(as_fix(repair, applicability, source))

    @cached_property
    def _ids(self) -> set[str]:
        """The ids of patches that are in use, or were."""
        patches = (p for side in self._sides for one in side.projects for p in one.patches)
        return {patch.id for patch in patches if patch.id}

    def _patched(self, examined: Examined, changed: ChangedFunction) -> tuple[str, list[TextEdit]]:
        """Return what to write for ``workflow.patched`` in a function, with the import it takes."""
        fn, answer = changed.fn, examined.answer
        rule = load_registry(()).of_all_commands[COMMANDS]
        site = next((call.site for call in answer.store.body(fn).calls), DEFINITION)
        repairs = self._repairs_of(examined)
        nodes = repairs.program.nodes.get(fn, [])
        hit = Violation(rule, fn, site, "", None, 0, nodes=nodes)
        around = Asking(Surroundings(repairs.program, hit))
        view = repairs.view(hit, around)
        if view is None:
            raise NoFix
        around.not_read_only("`workflow.patched` raises in queries and validators")
        return view.workflow("patched"), view.added

    def _repairs_of(self, examined: Examined) -> Repairs:
        known = self._repairs.get(id(examined))
        if known is None:
            governing = self._governing(examined)
            program = Program(
                examined.answer,
                examined.group.files,
                self._read,
                governing.rule_settings,
                examined.emitter.shown,
                lambda fn: self._repairs_of(examined).piece(fn),
            )
            trust = lambda path: governing.selection(path).applicability  # noqa: E731
            known = self._repairs[id(examined)] = Repairs(program, trust, frozenset())
        return known


def _inside(side: Side, step: Step | None, statements: list[ast.stmt]) -> Step | None:
    """Return a step if statements lead to it."""
    for fn, site in step.chain if step is not None and statements else ():
        examined = side.of(fn.path)
        if examined is not None and site >= 0:
            row = examined.emitter.location(fn, site).row
            if statements[0].lineno <= row <= (statements[-1].end_lineno or 0):
                return step
    return None


def _written(statements: list[ast.stmt]) -> str:
    """Return statements with their rows as text."""
    return " ".join(f"{each.lineno} {ast.dump(each)}" for each in statements)


def _unit(changed: ChangedFunction) -> str:
    """Return what the body of the function is indented by."""
    node, source = changed.new.node, changed.new.source
    first, outer = source.line(node.body[0].lineno), source.line(node.lineno)
    inner, around = (line[: len(line) - len(line.lstrip())] for line in (first, outer))
    return inner.removeprefix(around) if inner.startswith(around) and inner != around else "    "


def _applied(source: Source, edits: tuple[TextEdit, ...]) -> str:
    text = source.text
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _check_statements(changed: ChangedFunction) -> None:
    """Raise :class:`Withheld` for statements that cannot stand in both branches."""
    for each in (*changed.region.old, *changed.region.new):
        for node in ast.walk(each):
            if isinstance(node, (ast.Global, ast.Nonlocal)):
                raise Withheld("it declares names of another scope")
            if isinstance(node, (ast.Attribute, ast.Name)) and last_word(node) in _PATCHES:
                raise Withheld("the change has patches in it already")


def _check_names(changed: ChangedFunction) -> None:
    """Raise :class:`Withheld` where what follows needs a name that only one branch gives a value,
    or the old code one that is gone."""
    region, function = changed.region, changed.new.node
    before, after = local_names.bound(region.old), local_names.bound(region.new)
    later = local_names.read([function], but=region.new)
    given = {arg.arg for arg in ast.walk(function.args) if isinstance(arg, ast.arg)}
    sure = given | local_names.surely_bound(region.leading)
    for name in sorted((before ^ after) & later - sure):
        raise Withheld(f"`{name}` has a value in one of both branches only, and is used later")
    own = local_names.mentioned([function]) - after | local_names.mentioned(region.old)
    outer = local_names.mentioned(changed.new.around)
    known = own | outer | _module_names(changed.new.tree) | set(dir(builtins))
    for name in sorted(local_names.read(region.old) - known):
        raise Withheld(f"the old code uses `{name}`, which is gone")
    if function.args.args:
        _check_fields(changed, function.args.args[0].arg)


def _module_names(tree: ast.Module) -> set[str]:
    """Return the names that a module gives a value, those of its functions left out."""
    return local_names.bound(tree.body)


def _check_fields(changed: ChangedFunction, receiver: str) -> None:
    region, tree = changed.region, changed.new.tree
    old_set, old_read = local_names.fields(region.old, receiver)
    new_set, _ = local_names.fields(region.new, receiver)
    others_set, others_read = local_names.fields([tree], receiver, but=region.new)
    for name in sorted((old_set ^ new_set) & others_read - others_set):
        raise Withheld(
            f"`{receiver}.{name}` is set in one of both branches only, and is used later"
        )
    for name in sorted(old_read):
        if re.search(rf"\b{re.escape(name)}\b", changed.new.source.text) is None:
            raise Withheld(f"the old code uses `{receiver}.{name}`, which is gone")
