"""Hovers, symbols, lenses and the call hierarchy: what editors show of functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lsprotocol import types

from wflint.facts.ids import Cls, Fn
from wflint.report.summary import count
from wflint.rule.definition_views import ActivityView, HandlerView, WorkflowView
from wflint.run.program_run import Examined
from wflint.server.code import Code, Function

Address = Callable[[str], str]
SHOW_GRAPH = "wflint.showGraph"


def hover(code: Code, path: str, position: types.Position) -> types.Hover | None:
    """Return what the function around a place is to Temporal, where its header is pointed at."""
    positions = code.found.positions(path)
    function = code.around(path, positions.offset(position))
    if function is None:
        return None
    name = code.place(function.program, function.fn).range
    if position.line != name.start.line:
        return None
    said = code.described(function)
    if not said:
        return None
    content = types.MarkupContent(types.MarkupKind.Markdown, f"wflint: {said}")
    return types.Hover(content, name)


# Symbols and lenses.


def symbols(code: Code, path: str) -> list[types.DocumentSymbol]:
    """Return the workflows of a file with their handlers, and its activities."""
    return [*_workflow_symbols(code, path), *_activity_symbols(code, path)]


def _workflow_symbols(code: Code, path: str) -> Iterator[types.DocumentSymbol]:
    for program, view in _workflows(code, path):
        handlers = [h for h in (*view.runs[:1], *view.handlers) if h.place.fn.path == path]
        children = [_handler_symbol(code, program, handler) for handler in handlers]
        yield _symbol(
            code, program, Fn(*view.cls), "workflow", types.SymbolKind.Class, children, view.name
        )


def _handler_symbol(code: Code, program: Examined, view: HandlerView) -> types.DocumentSymbol:
    return _symbol(code, program, view.place.fn, view.kind.label, types.SymbolKind.Event, [])


def _activity_symbols(code: Code, path: str) -> Iterator[types.DocumentSymbol]:
    for program, view in _activities(code, path):
        fn = view.place.fn
        yield _symbol(code, program, fn, "activity", types.SymbolKind.Function, [], view.name)


def _symbol(
    code: Code,
    program: Examined,
    fn: Fn,
    detail: str,
    kind: types.SymbolKind,
    children: list[types.DocumentSymbol],
    name: str = "",
) -> types.DocumentSymbol:
    own = fn.shown.rpartition(".")[2]
    place = code.place(program, fn).range
    known = code.function(fn)
    ranges = [place, *(child.range for child in children)]
    if known is not None:
        ranges.append(code.found.positions(fn.path).range_of(known.start, known.end))
    whole = types.Range(
        min((r.start for r in ranges), key=_order), max((r.end for r in ranges), key=_order)
    )
    said = f"{detail} {name}" if name and name != own else detail
    return types.DocumentSymbol(own, kind, whole, place, said, children=children)


def _order(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


def lenses(code: Code, path: str, uri: str) -> list[types.CodeLens]:
    """Return a line above each workflow and activity of a file."""
    found: list[types.CodeLens] = []
    for program, view in _workflows(code, path):
        functions, hits = code.counts(program, Cls(*view.cls))
        said = f"reaches {count(functions, 'function')}"
        if hits:
            said += f", {count(hits, 'diagnostic')}"
        found.append(_lens(code, program, Fn(*view.cls), said, uri))
    for program, view_of in _activities(code, path):
        calls = len(view_of.find_calls())
        said = f"called at {count(calls, 'place')} in workflows" if calls else "activity"
        found.append(_lens(code, program, view_of.place.fn, said, uri))
    return found


def _lens(code: Code, program: Examined, fn: Fn, said: str, uri: str) -> types.CodeLens:
    command = types.Command(f"wflint: {said}", SHOW_GRAPH, arguments=[uri, fn.shown])
    return types.CodeLens(code.place(program, fn).range, command)


def _workflows(code: Code, path: str) -> Iterator[tuple[Examined, WorkflowView]]:
    for program in code.programs:
        project = program.answer.project
        for view in project.workflows if project is not None else ():
            if view.cls.path == path:
                yield program, view


def _activities(code: Code, path: str) -> Iterator[tuple[Examined, ActivityView]]:
    for program in code.programs:
        project = program.answer.project
        for view in project.activities if project is not None else ():
            if view.place.fn.path == path:
                yield program, view


# The call hierarchy.


def hierarchy_at(
    code: Code, path: str, position: types.Position, uri: Address
) -> list[types.CallHierarchyItem] | None:
    """Return the function around a place, if the graph has it."""
    function = code.around(path, code.found.positions(path).offset(position))
    if function is None or not code.nodes(function):
        return None
    return [_item(code, function, uri)]


def function_of(code: Code, data: object) -> Function | None:
    """Return the function that an item of the hierarchy stands for."""
    if not isinstance(data, (list, tuple)) or len(data) != 2:
        return None
    path, qualname = data
    if not isinstance(path, str) or not isinstance(qualname, str):
        return None
    return code.function(Fn(path, qualname))


def incoming(code: Code, function: Function, uri: Address) -> list[types.CallHierarchyIncomingCall]:
    """Return who calls a function."""
    return [
        types.CallHierarchyIncomingCall(_item(code, caller, uri), ranges)
        for caller, ranges in code.callers(function)
    ]


def outgoing(code: Code, function: Function, uri: Address) -> list[types.CallHierarchyOutgoingCall]:
    """Return what a function calls."""
    return [
        types.CallHierarchyOutgoingCall(_item(code, callee, uri), ranges)
        for callee, ranges in code.callees(function)
    ]


def _item(code: Code, function: Function, uri: Address) -> types.CallHierarchyItem:
    path = function.fn.path
    name = code.place(function.program, function.fn).range
    whole = code.found.positions(path).range_of(function.start, function.end)
    return types.CallHierarchyItem(
        name=function.shown,
        kind=types.SymbolKind.Function,
        uri=uri(path),
        range=whole,
        selection_range=name,
        detail="entry point" if code.is_entry(function) else None,
        data=[path, function.fn.qualname],
    )


def entry_points(
    code: Code, path: str, position: types.Position, uri: Address
) -> list[types.Location]:
    """Return the definitions of the entry points that reach the function around a place."""
    function = code.around(path, code.found.positions(path).offset(position))
    if function is None:
        return []
    places = (place for _, place in code.entry_places(function))
    found = [types.Location(uri(place.uri), place.range) for place in places]
    unique: list[types.Location] = []
    for one in found:
        if one not in unique:
            unique.append(one)
    return unique
