"""What a function sends, read without all that else stands in it."""

from __future__ import annotations

import textwrap

import pytest

from wflint.cache.fact_cache import Notes
from wflint.files.source import Source
from wflint.model.written_requests import WrittenRequests, requests_of
from wflint.project.module import Module
from wflint.project.module_reading import read_module

HEAD = """\
from flows import Flow
from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.workflow import execute_activity as do_it

def helper(): ...

held = helper

async def send(client, handle):
"""


def requests(body: str) -> WrittenRequests:
    source, notes = Source(HEAD + textwrap.indent(body, "    ") + "\n"), Notes()
    facts, _ = read_module("sending", False, source, notes)
    return requests_of(Module("sending.py", facts, lambda: source, notes=notes), "send")


@pytest.mark.parametrize(
    ("call", "sent"),
    [
        ("client.start_workflow(Flow.run, id='x')", 0),
        ("client.start_workflow(Flow.run, 1, id='x')", 1),
        ("client.execute_workflow('Flow', args=[1, 2], id='x')", 2),
        ("handle.signal(Flow.stop, args=())", 0),
    ],
)
def test_what_is_written_out_is_counted(call: str, sent: int) -> None:
    found = requests(f"await {call}\nhelper()\nprint(Worker(client, task_queue='q'))")
    assert (found.is_whole, [request.sent for request in found.requests]) == (True, [sent])


@pytest.mark.parametrize(
    "body",
    [
        "await client.start_workflow(Flow.run, *values)",
        "await client.start_workflow(Flow.run, **values)",
        "await client.start_workflow(Flow.run, 1, 2)",
        "await client.start_workflow(Flow.run, 1, args=[1])",
        "await client.start_workflow(Flow.run, args=[*values])",
        "await client.start_workflow(Flow.run, args=values)",
        "await client.start_workflow(Flow.run, arg=1)",
        "await client.start_workflow(Flow.run, 1, start_signal='stop')",
        "await client.start_workflow(workflow=Flow.run, id='x')",
        "await client.start_workflow(f'Flow{1}', id='x')",
        "await handle.signal(handle.stop)",
    ],
)
def test_what_may_be_more_or_less_is_not_counted(body: str) -> None:
    assert not requests(body).is_whole


@pytest.mark.parametrize(
    "other",
    [
        "start = client.start_workflow\nawait start(Flow.run)",
        "await gathered(client.start_workflow)",
        "await do_it(Flow.run)",
        "held()",
        "client()",
        "import flows as Flow",
    ],
)
def test_requests_under_another_name_are_not_overlooked(other: str) -> None:
    body = "await client.start_workflow(Flow.run, id='x')"
    assert requests(body).is_whole
    assert not requests(f"{body}\n{other}").is_whole
