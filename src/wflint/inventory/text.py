"""``text``: what a program defines, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from wflint.diagnostics import Location
from wflint.inventory.model import (
    ActivityItem,
    Definition,
    Inventory,
    Remark,
    WorkerItem,
    WorkflowItem,
)
from wflint.report.look import one_line
from wflint.report.summary import count, gap_lines
from wflint.system.printable import visible

MAX_WIDTH = 48
"""The widest column of names, before the places of those that are longer are not aligned."""


def render(inventory: Inventory, color: bool = False) -> str:
    """Return workflows, activities and Workers, and what is not known of them."""
    parts = [
        [_head(len(inventory.workflows), "workflow"), *_workflows(inventory.workflows)],
        [_head(len(inventory.activities), "activity"), *_activities(inventory.activities)],
        [_head(len(inventory.workers), "worker"), *_workers(inventory.workers)],
    ]
    if inventory.unchecked:
        parts.append([click.style("not checked", bold=True), *_remarks(inventory.unchecked)])
    if inventory.gaps:
        gaps = gap_lines(inventory.gaps).splitlines()
        parts.append([click.style("gaps", bold=True), *(f"  {line}" for line in gaps)])
    text = "\n".join("".join(f"{line}\n" for line in part) for part in parts)
    return text if color else click.unstyle(text)


def _head(number: int, noun: str) -> str:
    return click.style(count(number, noun), bold=True)


def _workflows(items: list[WorkflowItem]) -> Iterator[str]:
    names = [_name(item.definition) for item in items]
    width = _width(names)
    for name, item in zip(names, items, strict=True):
        yield f"  {name:{width}}  {_place(item.definition)}{_on(item.task_queues)}"
        yield from _handlers(item)


def _handlers(item: WorkflowItem) -> Iterator[str]:
    methods = [_method(handler.definition) for handler in item.handlers]
    kinds = max((len(handler.kind) for handler in item.handlers), default=0)
    width = _width(methods)
    for method, handler in zip(methods, item.handlers, strict=True):
        definition = handler.definition
        is_near = definition.filename == item.definition.filename
        place = definition.location.words if is_near else _place(definition)
        yield f"    {handler.kind:{kinds}}  {method:{width}}  {place}"


def _activities(items: list[ActivityItem]) -> Iterator[str]:
    names = [_name(item.definition) for item in items]
    width = _width(names)
    for name, item in zip(names, items, strict=True):
        kind = "async" if item.is_async else "sync "
        yield f"  {name:{width}}  {kind}  {_place(item.definition)}{_on(item.task_queues)}"


def _workers(items: list[WorkerItem]) -> Iterator[str]:
    for item in items:
        queue = "task queue not known" if item.task_queue is None else one_line(item.task_queue)
        notes = ["in a test"] if item.in_test else []
        notes += ["no sandbox"] if item.runner == "unsandboxed" else []
        remark = f"  ({', '.join(notes)})" if notes else ""
        yield f"  {queue}  {_at(item.filename, item.location)}{remark}"
        yield from _registered("workflows", item.workflows, item.more_workflows)
        yield from _registered("activities", item.activities, item.more_activities)


def _registered(noun: str, items: tuple[Definition, ...], more: str) -> Iterator[str]:
    names = [one_line(item.qualname) for item in items] or (["none"] if not more else [])
    if names:
        text = click.wrap_text(", ".join(names), 80, f"    {noun:10}  ", " " * 16)
        yield from text.splitlines()
    if more:
        yield f"    {noun:10}  {'not all known' if names else 'not known'}: {one_line(more)}"


def _remarks(items: list[Remark]) -> Iterator[str]:
    for item in items:
        yield f"  {_at(item.filename, item.location)}: {one_line(item.message)}"


def _name(item: Definition) -> str:
    """The name in the code, and the one that Temporal knows where it is another one."""
    own = item.qualname.rpartition(".")[2]
    shown = one_line(item.qualname)
    return shown if item.name in ("", own, item.qualname) else f'{shown} "{one_line(item.name)}"'


def _method(item: Definition) -> str:
    method = item.qualname.rpartition(".")[2].partition("@")[0]
    return method if item.name in ("", method) else f'{method} "{one_line(item.name)}"'


def _width(names: Iterable[str]) -> int:
    return min(max(map(len, names), default=0), MAX_WIDTH)


def _on(queues: tuple[str, ...]) -> str:
    return f"  on {', '.join(map(one_line, queues))}" if queues else ""


def _place(item: Definition) -> str:
    return _at(item.filename, item.location)


def _at(filename: str, location: Location) -> str:
    return visible(f"{filename}:{location.line}")
