"""``json``: one object, for other programs. Keys are only ever added.

* ``workflows``: each with ``name`` (null if it is not known), ``qualname``, ``filename``,
  ``location``, its ``handlers`` (with a ``kind``: ``run``, ``signal``, ``query``, ``update`` or
  ``validator``) and the ``task_queues`` of the Workers that register it.
* ``activities``: the same without handlers, and with ``async``.
* ``workers``: ``task_queue`` (null if it is not known), ``filename``, ``location``, ``runner``
  (``sandboxed``, ``unsandboxed`` or ``unknown``), ``in_test``, and what it registers: ``workflows``
  and ``activities``, each with ``items`` and ``complete``, which is false if there may be more;
  ``reason`` says why.
* ``unchecked``: code that may be workflow code: ``filename``, ``location`` and ``message``.
* ``gaps``: for each entry point its place, and the ``calls`` on its way that could not be resolved.

In a notebook, a place has ``cell`` as well, and its row is that in the cell.
"""

from __future__ import annotations

from typing import Any

from wflint.inventory.model import Definition, Inventory, WorkerItem
from wflint.report.json_report import as_place, located, to_text
from wflint.run.request import EntryGaps


def render(inventory: Inventory) -> str:
    """The inventory as indented JSON."""
    return to_text(
        {
            "workflows": [
                {
                    **_definition(item.definition),
                    "handlers": [
                        {"kind": handler.kind, **_definition(handler.definition)}
                        for handler in item.handlers
                    ],
                    "task_queues": list(item.task_queues),
                }
                for item in inventory.workflows
            ],
            "activities": [
                {
                    **_definition(item.definition),
                    "async": item.is_async,
                    "task_queues": list(item.task_queues),
                }
                for item in inventory.activities
            ],
            "workers": [_worker(item) for item in inventory.workers],
            "unchecked": [
                {**located(item.filename, item.location), "message": item.message}
                for item in inventory.unchecked
            ],
            "gaps": [_gaps(of_entry) for of_entry in inventory.gaps],
        }
    )


def _definition(item: Definition) -> dict[str, Any]:
    return {"name": item.name or None, **as_place(item.qualname, item.filename, item.location)}


def _worker(item: WorkerItem) -> dict[str, Any]:
    return {
        "task_queue": item.task_queue,
        **located(item.filename, item.location),
        "runner": item.runner,
        "in_test": item.in_test,
        "workflows": _registered(item.workflows, item.more_workflows),
        "activities": _registered(item.activities, item.more_activities),
    }


def _registered(items: tuple[Definition, ...], reason: str) -> dict[str, Any]:
    return {
        "items": [_definition(item) for item in items],
        "complete": not reason,
        "reason": reason or None,
    }


def _gaps(of_entry: EntryGaps) -> dict[str, Any]:
    entry = of_entry.entry
    return {
        **as_place(entry.qualname, entry.filename, entry.location),
        "calls": [
            {
                **located(gap.filename, gap.location),
                "written": gap.written,
                "reason": gap.reason,
            }
            for gap in of_entry.gaps
        ],
    }
