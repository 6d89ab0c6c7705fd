"""Messages say what they speak of, in one number and in the other."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests import harness

HEAD = """\
from collections.abc import Sequence
from temporalio import workflow
from temporalio.common import RawValue


@workflow.defn
class Flow:
    def __init__(self) -> None:
        self.letters: list[str] = []
        self.stamps: list[str] = []

    @workflow.run
    async def run(self) -> list[str]:
{run}

{methods}
"""
CASES = {
    "two-handlers-of-a-name": (
        "WFL414",
        "return []",
        """\
        @workflow.signal
        def add(self) -> None:
            pass

        @workflow.signal(name="add")
        def add_one(self) -> None:
            pass
        """,
        "`add` is the handler of the signal `add` already",
    ),
    "two-dynamic-handlers": (
        "WFL414",
        "return []",
        """\
        @workflow.query(dynamic=True)
        def some(self, name: str, args: Sequence[RawValue]) -> str:
            return name

        @workflow.query(dynamic=True)
        def more(self, name: str, args: Sequence[RawValue]) -> str:
            return name
        """,
        "`some` is the dynamic query handler already",
    ),
    "one-parameter-without-type": (
        "WFL421",
        "return []",
        """\
        @workflow.signal
        def add(self, letter) -> None:
            pass
        """,
        "`letter` of the handler `add` has no type",
    ),
    "two-parameters-without-type": (
        "WFL421",
        "return []",
        """\
        @workflow.signal
        def add(self, letter, stamp) -> None:
            pass
        """,
        "`letter` and `stamp` of the handler `add` have no type",
    ),
    "one-attribute-is-lost": (
        "WFL916",
        """\
        await workflow.wait_condition(lambda: bool(self.letters))
        workflow.continue_as_new()
        """,
        """\
        @workflow.signal
        def add(self, letter: str) -> None:
            self.letters.append(letter)
        """,
        "are lost; pass it on",
    ),
    "two-attributes-are-lost": (
        "WFL916",
        """\
        await workflow.wait_condition(lambda: bool(self.letters))
        await workflow.wait_condition(lambda: bool(self.stamps))
        workflow.continue_as_new()
        """,
        """\
        @workflow.signal
        def add(self, letter: str) -> None:
            self.letters.append(letter)
            self.stamps.append(letter)
        """,
        "are lost; pass them on",
    ),
    "in-run-and-update": (
        "WFL701",
        "return self.check()",
        """\
        @workflow.update
        async def change(self) -> list[str]:
            return self.check()

        def check(self) -> list[str]:
            raise ValueError("no")
        """,
        "`ValueError` does not fail the update, nor the workflow: the workflow *task* fails",
    ),
}


@pytest.mark.parametrize(("code", "run", "methods", "said"), CASES.values(), ids=CASES)
def test_says_how_many_it_speaks_of(
    code: str, run: str, methods: str, said: str, tmp_path: Path
) -> None:
    parts = {
        "run": textwrap.indent(textwrap.dedent(run), " " * 8),
        "methods": textwrap.indent(textwrap.dedent(methods), " " * 4),
    }
    (tmp_path / "flow.py").write_text(HEAD.format(**parts), encoding="utf-8")
    found = [d for d in harness.run(tmp_path, extend_select=[code]).diagnostics if d.code == code]
    assert [d.message for d in found if said not in d.message] == []
    assert found


def test_names_the_modules_that_lead_to_a_package(tmp_path: Path) -> None:
    files = {
        "flow.py": (
            "from prices import price\nfrom stock import count\nfrom temporalio import workflow\n"
            "\n\n@workflow.defn\nclass Flow:\n    @workflow.run\n"
            "    async def run(self) -> int:\n        return price() + count()\n"
        ),
        "prices.py": "import jinja2\n\n\ndef price() -> int:\n    return 1\n",
        "stock.py": "import jinja2\n\n\ndef count() -> int:\n    return 1\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (found,) = (d for d in harness.run(tmp_path).diagnostics if d.code == "WFL301")
    assert "loads `jinja2` (by `prices`) again" in found.message
    assert "; import `prices` and `stock` under `workflow.unsafe" in found.message


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("httpx.Client()", "`httpx.Client()` makes a client that uses the network"),
        ("redis.from_url('x')", "`redis.from_url()` makes a client that uses the network"),
        (
            "redis.Redis.from_url('x')",
            "`redis.Redis.from_url()` makes a client that uses the network",
        ),
        ("boto3.client('s3')", "`boto3.client()` makes a client that uses the network"),
        ("docker.from_env()", "`docker.from_env()` uses the network"),  # asks for the version
        ("httpx.get('x')", "`httpx.get()` uses the network"),
        ("client.get('x')", "`client.get()` uses the network"),
        ("psycopg2.connect('x')", "`psycopg2.connect()` uses the network"),
    ],
)
def test_to_make_a_client_is_not_to_use_the_network(call: str, said: str, tmp_path: Path) -> None:
    text = (
        "import boto3, docker, httpx, psycopg2, redis\nfrom temporalio import workflow\n\n"
        "client = httpx.Client()\n\n\n@workflow.defn\nclass Flow:\n    @workflow.run\n"
        f"    async def run(self) -> None:\n        {call}\n"
    )
    (tmp_path / "flow.py").write_text(text, encoding="utf-8")
    (found,) = (d for d in harness.run(tmp_path).diagnostics if d.code == "WFL133")
    assert found.message == f"{said}; move it to an activity"
