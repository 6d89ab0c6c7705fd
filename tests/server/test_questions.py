"""Answers of the server about a place: actions, hovers, symbols, lenses and callers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.editor import Editor, editor, in_editor

FLOW = """\
import datetime
import random

from temporalio import workflow

from shop.prices import price


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        print(random.random())
        await workflow.sleep(1)
        return f"{datetime.datetime.now(datetime.timezone.utc)}" + price()

    @workflow.query
    def total(self) -> str:
        return price()
"""
PRICES = """\
import os

from temporalio import activity


def price() -> str:
    return str(os.getenv("CURRENCY"))


@activity.defn(name="charge-card")
async def charge() -> None: ...
"""
CLOCK, RANDOM, ENVIRONMENT = "WFL101", "WFL111", "WFL131"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {"__init__": "", "flow": FLOW, "prices": PRICES}.items():
        path = tmp_path / "shop" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


async def opened(one: Editor) -> None:
    """Open the workflow, and wait for what is said of it."""
    one.open("shop/flow.py")
    one.open("shop/prices.py")
    await one.until(lambda: bool(one.diagnostics.get(one.uri("shop/prices.py"))))


def at(text: str, word: str) -> types.Range:
    """The first place of a word."""
    before = text[: text.index(word)]
    place = types.Position(before.count("\n"), len(before) - before.rfind("\n") - 1)
    return types.Range(place, place)


def applied(text: str, action: types.CodeAction) -> str:
    """Return a text after an action, which changes one file."""
    assert action.edit is not None and action.edit.document_changes is not None
    (change,) = action.edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    lines = text.splitlines(keepends=True)
    for edit in reversed(change.edits):
        assert isinstance(edit, types.TextEdit)
        start, end = edit.range.start, edit.range.end
        first, last = lines[start.line], lines[end.line]
        new = first[: start.character] + edit.new_text + last[end.character :]
        lines[start.line : end.line + 1] = new.splitlines(keepends=True)
    return "".join(lines)


def titled(actions: list[types.CodeAction], beginning: str) -> types.CodeAction:
    """The action whose title begins like this."""
    found = {one.title: one for one in actions}
    (title,) = (title for title in found if title.startswith(beginning))
    return found[title]


@in_editor
async def test_a_diagnostic_is_mended(project: Path) -> None:
    async with editor(project) as one:
        await opened(one)
        actions = await one.actions("shop/flow.py", at(FLOW, "datetime.datetime.now"))
        fix = actions[0]
    assert fix.title.startswith(f"{CLOCK}: ") and fix.is_preferred
    assert "{workflow.now()}" in applied(FLOW, fix)


@in_editor
async def test_all_safe_fixes_of_a_file_are_one_action(project: Path) -> None:
    text = FLOW.replace(
        "await workflow.sleep(1)", "stamp = datetime.datetime.now(datetime.timezone.utc)"
    )
    (project / "shop/flow.py").write_text(text)
    async with editor(project) as one:
        await opened(one)
        place = at(text, "datetime.datetime.now")
        shown = titled(await one.actions("shop/flow.py", place), "wflint: apply all")
        (on_save,) = await one.actions("shop/flow.py", place, "source.fixAll.wflint")
        assert await one.actions("shop/flow.py", place, "source.organizeImports") == []
    assert applied(text, shown) == applied(text, on_save)
    assert applied(text, on_save).count("workflow.now()") == 2


@in_editor
async def test_a_diagnostic_is_suppressed_here_or_in_the_workflow(project: Path) -> None:
    async with editor(project) as one:
        await opened(one)
        actions = await one.actions("shop/prices.py", at(PRICES, "os.getenv"))
        here = titled(actions, f"{ENVIRONMENT}: suppress here")
        there = titled(actions, f"{ENVIRONMENT}: suppress at the call in OrderWorkflow.run")
    comment = f"  # wflint: ignore[{ENVIRONMENT}] TODO"
    assert f'return str(os.getenv("CURRENCY")){comment}' in applied(PRICES, here)
    above = f"        # wflint: ignore[{ENVIRONMENT}] TODO: say why\n        return f"
    assert above in applied(FLOW, there)


@in_editor
async def test_no_action_is_offered_for_a_text_that_was_not_checked(project: Path) -> None:
    async with editor(project, settings={"run": "onSave"}) as one:
        await opened(one)
        one.type("shop/flow.py", "# new\n" + FLOW)
        assert await one.actions("shop/flow.py", at(FLOW, "datetime.datetime.now")) == []


@in_editor
async def test_the_way_is_shown_and_gone(project: Path) -> None:
    async with editor(project) as one:
        await opened(one)
        actions = await one.actions("shop/prices.py", at(PRICES, "os.getenv"))
        hops = await _run(one, titled(actions, f"{ENVIRONMENT}: show the way"))
        await _run(one, titled(actions, f"{ENVIRONMENT}: go to the call in"))
        await _run(one, titled(actions, f"{ENVIRONMENT}: open the page of environment"))
        flow = one.uri("shop/flow.py")
    assert [hop["name"] for hop in hops] == ["OrderWorkflow.run", "price"]
    assert hops[0]["uri"] == flow
    assert one.told == [f"{ENVIRONMENT}: OrderWorkflow.run → price"]
    place, page = one.shown
    assert place.uri == flow and place.selection is not None
    assert place.selection.start.line == at(FLOW, "+ price()").start.line
    assert page.external and page.uri.endswith("/environment.md")


async def _run(one: Editor, action: types.CodeAction) -> Any:
    assert action.command is not None
    params = types.ExecuteCommandParams(action.command.command, action.command.arguments)
    return await one.client.workspace_execute_command_async(params)


@in_editor
async def test_only_pages_of_wflint_are_opened(project: Path) -> None:
    async with editor(project) as one:
        await opened(one)
        params = types.ExecuteCommandParams("wflint.openPage", ["https://example.com/"])
        await one.client.workspace_execute_command_async(params)
    assert one.shown == []


@in_editor
async def test_hovers_say_who_reaches_a_function_and_what_it_does(project: Path) -> None:
    async with editor(project) as one:
        await opened(one)
        price = await _hover(one, "shop/prices.py", at(PRICES, "price()"))
        run = await _hover(one, "shop/flow.py", at(FLOW, "run(self)"))
        charge = await _hover(one, "shop/prices.py", at(PRICES, "charge()"))
        body = await _hover(one, "shop/prices.py", at(PRICES, "os.getenv"))
    assert price == "wflint: **workflow code**: reached from `OrderWorkflow.run`, 1 query"
    assert run.startswith(
        "wflint: **workflow code**: reached from `OrderWorkflow.run`; gives commands, waits"
    )
    assert charge == "wflint: **activity code**: reached from `charge`"
    assert body == ""


async def _hover(one: Editor, name: str, place: types.Range) -> str:
    params = types.HoverParams(one.document(name), place.start)
    found = await one.client.text_document_hover_async(params)
    if found is None:
        return ""
    assert isinstance(found.contents, types.MarkupContent)
    return found.contents.value


@in_editor
async def test_symbols_are_the_parts_of_workflows(project: Path) -> None:
    async with editor(project) as one:
        await opened(one)
        flow = await _symbols(one, "shop/flow.py")
        prices = await _symbols(one, "shop/prices.py")
    (workflow,) = flow
    assert (workflow.name, workflow.detail) == ("OrderWorkflow", "workflow")
    children = [(child.name, child.detail) for child in workflow.children or ()]
    assert children == [("run", "run"), ("total", "query")]
    assert [(one.name, one.detail) for one in prices] == [("charge", "activity charge-card")]
    for symbol in _all(workflow):
        assert _is_in(symbol.selection_range, symbol.range)


async def _symbols(one: Editor, name: str) -> list[types.DocumentSymbol]:
    params = types.DocumentSymbolParams(one.document(name))
    found = await one.client.text_document_document_symbol_async(params)
    return [symbol for symbol in found or () if isinstance(symbol, types.DocumentSymbol)]


def _all(symbol: types.DocumentSymbol) -> Iterator[types.DocumentSymbol]:
    yield symbol
    for child in symbol.children or ():
        yield from _all(child)


def _is_in(inner: types.Range, outer: types.Range) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


@in_editor
async def test_lenses_stand_above_workflows_and_activities(project: Path) -> None:
    async with editor(project) as one:
        await opened(one)
        params = types.CodeLensParams(one.document("shop/flow.py"))
        (lens,) = await one.client.text_document_code_lens_async(params) or ()
        assert lens.command is not None
        command = types.ExecuteCommandParams(lens.command.command, lens.command.arguments)
        graph = await one.client.workspace_execute_command_async(command)
    assert lens.command.title.startswith("wflint: reaches 3 functions, ")
    assert lens.range.start == at(FLOW, "OrderWorkflow").start
    assert "price" in str(graph)


@in_editor
async def test_the_call_hierarchy_is_that_of_the_graph(project: Path) -> None:
    async with editor(project) as one:
        await opened(one)
        place = at(PRICES, "price()").start
        prepare = types.CallHierarchyPrepareParams(one.document("shop/prices.py"), place)
        (item,) = await one.client.text_document_prepare_call_hierarchy_async(prepare) or ()
        callers = await one.client.call_hierarchy_incoming_calls_async(
            types.CallHierarchyIncomingCallsParams(item)
        )
        by_name = {call.from_.name: call for call in callers or ()}
        run = by_name["OrderWorkflow.run"]
        callees = await one.client.call_hierarchy_outgoing_calls_async(
            types.CallHierarchyOutgoingCallsParams(run.from_)
        )
    assert by_name.keys() == {"OrderWorkflow.run", "OrderWorkflow.total"}
    assert run.from_ranges[0].start == at(FLOW, "price()\n\n").start
    assert [call.to.name for call in callees or ()] == ["price"]


@in_editor
async def test_the_entry_points_of_a_function_are_gone_to(project: Path) -> None:
    async with editor(project) as one:
        await opened(one)
        params = {
            "textDocument": {"uri": one.uri("shop/prices.py")},
            "position": {"line": at(PRICES, "os.getenv").start.line, "character": 4},
        }
        found = await one.client.protocol.send_request_async("wflint/entryPoints", params)
        lines = [place["range"]["start"]["line"] for place in found]
    assert lines == [at(FLOW, "run(self)").start.line, at(FLOW, "total").start.line]
