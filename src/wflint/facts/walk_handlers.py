"""Handlers of the walk for each kind of node: the parts it goes into, with their surroundings."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst
from msgspec.structs import replace

from wflint.facts import fallbacks, guards, probes, sdk_imports, unreachable, walk_names
from wflint.facts.behind import behind_imports
from wflint.facts.frames import Entry, State, Under
from wflint.facts.handed_on import CHANGERS
from wflint.facts.model import Flag
from wflint.facts.questions import READ_ONLY_ERROR, WITHOUT_SDK
from wflint.facts.scopes import Block, How
from wflint.facts.walker import DIRECT, Walker
from wflint.syntax.walk import children

_ADDERS = frozenset({"add", "append", "appendleft", "extend", "insert", "register", "setdefault"})
_DIRECT_FLAGS = {
    cst.AssignTarget: Flag.STORED,
    cst.Del: Flag.DELETED,
    cst.Expr: Flag.STATEMENT,
    cst.Return: Flag.RETURNED,
    cst.Raise: Flag.RAISED,
}
OUTSIDE = int(Flag.NOT_IN_WORKFLOW)
INSIDE = int(Flag.IN_WORKFLOW)
ONE_SIDE = OUTSIDE | INSIDE
_FALLBACK_VALUES = (
    cst.Call,
    cst.Attribute,
    cst.Name,
    cst.Await,
    cst.FormattedString,
    cst.Subscript,
)


def _if(walker: Walker, entry: Entry, node: cst.If, state: State) -> None:
    name = walker.name_at(state.scope)
    yes, no = guards.branch_flags(node.test, name, walker.guard_functions)
    body = state.having(yes).where(node.test, True)
    orelse = state.having(no).where(node.test, False)
    for missing in fallbacks.missing_values(node.test, state):
        name_of = fallbacks.name_of(walker, missing.value, state)
        filled = node.body if missing.true else node.orelse
        if not name_of or filled is None:
            continue
        if missing.surely or fallbacks.assigns(filled, missing.value):
            if missing.true:
                body = fallbacks.optional(body, name_of)
            else:
                orelse = fallbacks.optional(orelse, name_of)
    _note_sides(walker, entry, node, yes, no)
    if node.orelse is not None and not no & guards.DEAD:
        walker.push([node.orelse], entry, walker.narrow(node.test, orelse, True))
    if not yes & guards.DEAD:
        walker.push([node.body], entry, walker.narrow(node.test, body, False))
    elif unreachable.has_yield(node.body):
        state.frame.yields = True
    walker.push([node.test], entry, state)


def _note_sides(walker: Walker, entry: Entry, node: cst.If, yes: int, no: int) -> None:
    """Note which code skips the branches of an ``if`` that is no branch of another one."""
    parent = entry.parent.node if entry.parent is not None else None
    if not isinstance(parent, cst.If):
        walker.instead[id(node.body)] = no & ONE_SIDE
        if isinstance(node.orelse, cst.Else):
            walker.instead[id(node.orelse.body)] = yes & ONE_SIDE


def _if_exp(walker: Walker, entry: Entry, node: cst.IfExp, state: State) -> None:
    state = replace(state, flags=state.flags & ~DIRECT)
    name = walker.name_at(state.scope)
    yes, no = guards.branch_flags(node.test, name, walker.guard_functions)
    body = state.having(yes).where(node.test, True)
    orelse = state.having(no).where(node.test, False)
    for missing in fallbacks.missing_values(node.test, state):
        name_of = fallbacks.name_of(walker, missing.value, state)
        other = node.orelse if missing.true else node.body
        if name_of and (missing.surely or fallbacks.is_same(other, missing.value)):
            if missing.true:
                body = fallbacks.optional(body, name_of)
            else:
                orelse = fallbacks.optional(orelse, name_of)
    walker.push([node.orelse], entry, walker.narrow(node.test, orelse, True))
    walker.push([node.body], entry, walker.narrow(node.test, body, False))
    walker.push([node.test], entry, state)


def _boolean(walker: Walker, entry: Entry, node: cst.BooleanOperation, state: State) -> None:
    state = replace(state, flags=state.flags & ~DIRECT)
    name = walker.name_at(state.scope)
    flags = guards.left_flags(node, name, walker.guard_functions, walker.chains)
    right = state.having(flags).where(node.left, isinstance(node.operator, cst.And))
    if _is_condition(walker, entry):
        walker.conditions.add(id(node))
    elif isinstance(node.operator, cst.Or) and isinstance(node.right, _FALLBACK_VALUES):
        for left in fallbacks.alternatives(node.left):
            missing = fallbacks.name_of(walker, left, state)
            if missing or fallbacks.surely_given(walker.refs.held(left, state.scope), name):
                right = fallbacks.optional(right, missing)
                break
    if isinstance(node.operator, cst.And) and isinstance(node.left, cst.Call):
        right = walker.narrow(node.left, right, False)
    walker.push([node.right], entry, right)
    walker.push([node.left], entry, state)


def _is_condition(walker: Walker, entry: Entry) -> bool:
    """True if a boolean operation is only asked for its truth."""
    parent = entry.parent.node if entry.parent is not None else None
    if isinstance(parent, cst.BooleanOperation):
        return id(parent) in walker.conditions
    if isinstance(parent, (cst.If, cst.While, cst.IfExp)):
        return parent.test is entry.node
    return isinstance(parent, (cst.UnaryOperation, cst.Assert, cst.CompIf))


def _try(walker: Walker, entry: Entry, node: cst.Try | cst.TryStar, state: State) -> None:
    name = sdk_imports.importing(node.body, walker.module, walker.name_at(state.scope))
    is_tried = isinstance(node, cst.Try) and probes.keeps_all(node, name)
    inside = _asked_in(walker, node, name)
    if node.finalbody is not None:
        walker.push([node.finalbody], entry, state)
    if node.orelse is not None:
        behind = behind_imports(node.body.body, state, walker.module) if is_tried else state
        behind = behind.having(inside if probes.asks_at_once(node.body) else 0)
        walker.push([node.orelse], entry, behind)
    for handler, flags in reversed(_flags_of_handlers(walker, node, name)):
        walker.push([handler], entry, state.having(flags))
    if probes.expects_read_only(node, name):
        inside |= Flag.RECORDED
    body = state.having(inside)
    walker.push([node.body], entry, replace(body, is_tried=True) if is_tried else body)


def _asked_in(walker: Walker, node: cst.Try | cst.TryStar, name: guards.DottedName) -> int:
    """The flags of what a ``try`` protects, where it asks something that raises elsewhere."""
    asked = probes.asked_first(node.body, name)
    handler = probes.keeping(node, name) if asked else None
    if handler is None:
        return 0
    if probes.asks_at_once(node.body):
        walker.instead[id(handler.body)] = asked
        walker.instead[id(node)] = asked if guards.always_leaves(handler.body) else 0
    return asked


def _flags_of_handlers(
    walker: Walker, node: cst.Try | cst.TryStar, name: guards.DottedName
) -> list[tuple[cst.ExceptHandler | cst.ExceptStarHandler, int]]:
    """The handlers of a ``try``, and the flags of what each runs."""
    probe = probes.probe_in(node.body, name)
    of_activity = probes.probe_in(node.body, name, probes.ASKING_ACTIVITY)
    asks_for_loop = probes.asks_for_loop(node.body, name)
    handlers: list[cst.ExceptHandler | cst.ExceptStarHandler] = [*node.handlers]
    dead = sdk_imports.only_without_sdk(node.body, handlers, name)
    told = {h: probes.catches_probe(h, name, probe, node.body) for h in handlers}
    if handlers and all(h in dead or told[h] for h in handlers):
        walker.sure[id(node.body)] = WITHOUT_SDK if len(dead) == len(handlers) else OUTSIDE
    found: list[tuple[cst.ExceptHandler | cst.ExceptStarHandler, int]] = []
    for handler in handlers:
        flags = 0
        if handler in dead:
            flags = WITHOUT_SDK
        elif told[handler] or (asks_for_loop and probes.catches_missing_loop(handler, name)):
            flags = OUTSIDE
        elif probes.catches_probe(handler, name, of_activity, node.body):
            flags = INSIDE
        found.append((handler, flags))
    return found


def _with(walker: Walker, entry: Entry, node: cst.With, state: State) -> None:
    name = walker.name_at(state.scope)
    free = any(guards.is_unrestricted(item, name) for item in node.items)
    body = state.having(Flag.UNRESTRICTED) if free else state
    for item in node.items:
        suppressed = probes.suppressed(item.item, name)
        if suppressed:
            inside = sdk_imports.importing(node.body, walker.module, name)
            if probes.is_of_probe(suppressed, probes.probe_in(node.body, inside)):
                walker.sure[id(node.body)] = OUTSIDE
            elif sdk_imports.is_missing(suppressed) and sdk_imports.only_imports_fail(
                node.body, inside
            ):
                walker.sure[id(node.body)] = WITHOUT_SDK
            if READ_ONLY_ERROR in suppressed:
                body = body.having(Flag.RECORDED)
            if probes.keeps(suppressed):
                body = body.having(probes.asked_first(node.body, inside))
    walker.push([node.body], entry, body)
    walker.push(list(node.items), entry, state)


def _for(walker: Walker, entry: Entry, node: cst.For, state: State) -> None:
    made = walk_names.bind(walker, entry, node.target, How.ELEMENT, node.iter)
    if node.orelse is not None:
        walker.push([node.orelse], entry, state)
    walker.push([node.body], entry, state.having(Flag.IN_LOOP))
    walker.push_target(node.target, entry, state)
    walker.push_mark(made)
    walker.push([node.iter], entry, state)


def _while(walker: Walker, entry: Entry, node: cst.While, state: State) -> None:
    if node.orelse is not None:
        walker.push([node.orelse], entry, state)
    inside = state.having(Flag.IN_LOOP)
    body = walker.narrow(node.test, inside.where(node.test, True), False)
    walker.push([node.body], entry, body)
    walker.push([node.test], entry, walker.narrow(node.test, inside, False))


def _match(walker: Walker, entry: Entry, node: cst.Match, state: State) -> None:
    """A class pattern shows what the subject is."""
    flags = guards.case_flags(node, walker.name_at(state.scope), walker.guard_functions)
    for (case, under), flag in zip(reversed(_cases(node, state)), reversed(flags), strict=True):
        inside = replace(state, block=Block(state.block), under=under).having(flag)
        types = _pattern_class(case.pattern)
        if types is not None and isinstance(node.subject, cst.Name):
            inside = walker.narrowed(node.subject.value, types, inside)
        walker.push([case], entry, inside)
    walker.push([node.subject], entry, state)


def _cases(node: cst.Match, state: State) -> list[tuple[cst.MatchCase, Under | None]]:
    """The cases, each where it fits and none fits that stands before it."""
    found: list[tuple[cst.MatchCase, Under | None]] = []
    before = state.under
    for case in node.cases:
        patterns = (case.pattern,)
        found.append((case, Under(node.subject, True, state.scope, before, patterns)))
        if case.guard is None:
            before = Under(node.subject, False, state.scope, before, patterns)
    return found


def _pattern_class(pattern: cst.CSTNode) -> cst.BaseExpression | None:
    if isinstance(pattern, cst.MatchAs) and pattern.pattern is not None:
        pattern = pattern.pattern
    return pattern.cls if isinstance(pattern, cst.MatchClass) else None


def _capture(walker: Walker, entry: Entry, node: cst.MatchAs | cst.MatchStar, state: State) -> None:
    if node.name is not None and state.scope is not None:
        types = _pattern_class(node) if isinstance(node, cst.MatchAs) else None
        field = ""
        if types is None:
            types, field = _field_of_pattern(entry)
        how = How.PATTERN if types is not None else How.OTHER
        state.scope.bind(node.name.value, walker.bound(how, entry, types, field))
    walker.push_children(entry)


def _field_of_pattern(entry: Entry) -> tuple[cst.BaseExpression | None, str]:
    """The class of ``case C(a, b=c)`` around a name, and the number or name of the part it gets."""
    above = entry.parent
    if above is not None and isinstance(above.node, cst.MatchKeywordElement):
        around = above.parent
        if around is not None and isinstance(around.node, cst.MatchClass):
            return around.node.cls, above.node.key.value
    if above is not None and isinstance(above.node, cst.MatchSequenceElement):
        around = above.parent
        if around is not None and isinstance(around.node, cst.MatchClass):
            number = next(n for n, p in enumerate(around.node.patterns) if p is above.node)
            return around.node.cls, str(number)
    return None, ""


def _call(walker: Walker, entry: Entry, node: cst.Call, state: State) -> None:
    func = node.func
    if isinstance(func, cst.Attribute) and isinstance(func.value, cst.Name):
        name, method = func.value.value, func.attr.value
        if method in CHANGERS:
            walker.refs.changed.add(name)
        if method in _ADDERS and node.args:
            walk_names.add_to(state.scope, name, node.args[-1].value)
    walker.push_children(entry)


def _yield(walker: Walker, entry: Entry, node: cst.Yield, state: State) -> None:
    state.frame.yields = True
    walker.push_children(entry)


def _direct(walker: Walker, entry: Entry, node: cst.CSTNode, state: State) -> None:
    """Statements and operators that say something about the one expression in them."""
    if type(node) is cst.Del:
        walker.refs.changed |= _changed_by(node)
    flags = (state.flags & ~DIRECT) | _DIRECT_FLAGS.get(type(node), Flag.AWAITED)
    walker.push(children(node), entry, replace(state, flags=flags))


def _changed_by(node: cst.Del) -> set[str]:
    """Return the names of containers that ``del x[key]`` takes something out of."""
    target = node.target
    targets = [e.value for e in target.elements] if isinstance(target, cst.Tuple) else [target]
    taken = (t.value for t in targets if isinstance(t, cst.Subscript))
    return {of.value for of in taken if isinstance(of, cst.Name)}


def _skip(walker: Walker, entry: Entry, node: cst.CSTNode, state: State) -> None:
    """Annotations and the like do not run."""


HANDLERS: dict[type[cst.CSTNode], Callable[..., None]] = {
    cst.IndentedBlock: Walker.block,
    cst.SimpleStatementLine: Walker.line,
    cst.SimpleStatementSuite: Walker.suite,
    cst.If: _if,
    cst.IfExp: _if_exp,
    cst.BooleanOperation: _boolean,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.With: _with,
    cst.For: _for,
    cst.While: _while,
    cst.Match: _match,
    cst.MatchAs: _capture,
    cst.MatchStar: _capture,
    cst.Call: _call,
    cst.Yield: _yield,
    cst.Expr: _direct,
    cst.Return: _direct,
    cst.Raise: _direct,
    cst.Await: _direct,
    cst.Del: _direct,
    cst.Annotation: _skip,
    **walk_names.HANDLERS,
}
