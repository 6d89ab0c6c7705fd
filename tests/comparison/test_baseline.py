"""Committed baselines of `wflint diff`: old code as command terms in a file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.command_line import enter_project, invoke
from tests.replay_cases import Pair, flow, pairs, some_and_others
from wflint.replay.change import Verdict

FLOW = flow(
    """
    await workflow.execute_activity(reserve, order, start_to_close_timeout=TEN)
    if workflow.patched("first"):
        await workflow.execute_activity(charge, order, start_to_close_timeout=TEN)
    await workflow.wait_condition(lambda: self.go)
    return await workflow.execute_activity(ship, order, start_to_close_timeout=TEN)
    """,
    methods="""
    def __init__(self) -> None:
        self.go = False

    @workflow.signal
    def start(self, by: str) -> None:
        self.go = True
    """,
)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return enter_project(tmp_path, monkeypatch)


def put(code: str, name: str = "flow.py") -> None:
    Path(name).write_text(code)


def committed(code: str) -> str:
    """Write the baseline of some code, and return it."""
    put(code)
    done = invoke("diff", "--baseline", "base.toml", "--update-baseline")
    assert done.exit_code == 0, done.stderr
    return Path("base.toml").read_text()


def findings(code: str) -> list[dict[str, Any]]:
    put(code)
    done = invoke("diff", "--baseline", "base.toml", "--output-format", "json")
    assert done.exit_code in (0, 1), done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def found(code: str) -> list[tuple[str, str]]:
    return [(one["code"], one["verdict"]) for one in findings(code)]


class TestFile:
    def test_it_reads_like_code(self) -> None:
        assert committed(FLOW).splitlines() == [
            "# The commands of workflows, as their running runs know them.",
            "# Written by `wflint diff --update-baseline`; "
            "see docs/changing-running-workflows.md of wflint.",
            "version = 1",
            "",
            "[activities]",
            '"charge" = "order"',
            '"reserve" = "order"',
            '"ship" = "order"',
            "",
            '[workflows."W"]',
            'run = "W.run"',
            'signals = { "start" = "W.start" }',
            "",
            '[workflows."W".functions]',
            "\"W.run\" = '''",
            "async def run(self, order):",
            '    await activity("reserve")',
            '    if patched("first"):',
            '        await activity("charge")',
            '    await condition(data("", self, ".go"))',
            '    return await activity("ship")',
            "'''",
            "\"W.start\" = '''",
            "async def start(self, by):",
            "    pass",
            "'''",
        ]

    def test_what_decides_nothing_leaves_it_as_it_was(self) -> None:
        before = committed(FLOW)
        noise = FLOW.replace("seconds=10", "minutes=3").replace(
            "return await", "n = 1\n        x = await"
        )
        noise = noise.replace(
            "x = await workflow.execute_activity(ship",
            "return await workflow.execute_activity(ship",
        )
        assert committed(noise) == before

    def test_what_is_ambiguous_is_left_out(self) -> None:
        put(FLOW, "other.py")
        put(FLOW)
        done = invoke("diff", "--baseline", "base.toml", "--update-baseline")
        assert (
            "base.toml: 0 workflows." in done.stderr and "2 workflows left out" not in done.stdout
        )
        assert "left out: W (its name cannot be told, or is not the only one)" in done.stderr

    def test_pinned_and_short_lived_workflows_are_not_in_it(self) -> None:
        Path("pyproject.toml").write_text('[tool.wflint]\nshort-lived-workflows = ["W"]\n')
        assert "[workflows" not in committed(FLOW)

    def test_another_file_is_not_overwritten(self) -> None:
        put(FLOW)
        Path("pyproject.toml").write_text("[tool.wflint]\n")
        done = invoke("diff", "--baseline", "pyproject.toml", "--update-baseline")
        assert done.exit_code == 2 and "it stays as it is" in done.stderr
        assert Path("pyproject.toml").read_text() == "[tool.wflint]\n"

    @pytest.mark.parametrize("flags", [("--from", "v1"), ("--fix",), ("--baseline", "b.toml")])
    def test_flags_that_cannot_go_together(self, flags: tuple[str, ...]) -> None:
        done = invoke("diff", "--baseline", "base.toml", "--update-baseline", *flags)
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)


class TestComparison:
    def test_the_same_code(self) -> None:
        committed(FLOW)
        assert found(FLOW) == []
        done = invoke("diff", "--baseline", "base.toml")
        assert "Compared 1 workflow of base.toml with the working tree." in done.stderr

    def test_an_activity_that_was_added(self) -> None:
        committed(FLOW)
        line = "        await workflow.wait_condition"
        more = (
            "        await workflow.execute_activity(charge, order, start_to_close_timeout=TEN)\n"
        )
        (one,) = findings(FLOW.replace(line, more + line))
        assert (one["code"], one["verdict"], one["workflow"]) == ("WFL950", "incompatible", "W")
        assert one["history"][0] == "activity reserve"
        assert "a baseline does not have the old code" in one["message"]

    def test_several_releases(self) -> None:
        committed(FLOW.replace('workflow.patched("first")', "order"))
        Path("base.toml").rename("old.toml")
        committed(FLOW)
        put(FLOW.replace('workflow.patched("first")', "True"))
        done = invoke("diff", "--baseline", "base.toml", "--baseline", "old.toml")
        assert "Compared 1 workflow of base.toml, old.toml with the working tree." in done.stderr

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ("class W:", "class V:", ("WFL951", "incompatible")),
            (
                "order: str) -> str:\n        await",
                "order: str, more: str) -> str:\n        await",
                ("WFL951", "incompatible"),
            ),
            ("by: str", "by: str, more: str", ("WFL951", "incompatible")),
            ("def start", "def begin", ("WFL951", "depends")),
            ("reserve(order: str)", "reserve(order: str, more: str)", ("WFL951", "depends")),
            ('if workflow.patched("first"):', "if order:", ("WFL953", "incompatible")),
        ],
    )
    def test_interfaces_and_patches(self, old: str, new: str, expected: tuple[str, str]) -> None:
        committed(FLOW)
        assert old in FLOW
        assert expected in found(FLOW.replace(old, new))

    def test_an_activity_that_is_gone(self) -> None:
        committed(FLOW)
        found_here = findings(
            FLOW.replace("async def ship(", "async def send(").replace("(ship,", "(send,")
        )
        assert "there is no activity `ship` any more" in " ".join(o["message"] for o in found_here)

    @pytest.mark.parametrize("params", ["order: str, by: str", "by: str"])
    def test_activities_of_one_name_cannot_be_told_apart(self, params: str) -> None:
        other = (
            f"from temporalio import activity\n\n\n@activity.defn\nasync def ship({params}): ...\n"
        )
        assert '"ship" = "order"\n' in committed(FLOW)
        put(other, "other.py")
        assert found(FLOW) == []
        assert '"ship" =' not in committed(FLOW)
        put("", "other.py")
        assert found(FLOW) == []


_BY_DATA = {"result-field-added", "result-field-decides", "same-type-swapped"}
_SAME = [p for p in pairs() if p.kind == "commands" and p.name not in _BY_DATA]
"""What activities are given, and what they give, is not in a baseline."""


@pytest.mark.parametrize("pair", some_and_others(_SAME, 3))
def test_verdicts_are_those_of_two_programs(pair: Pair) -> None:
    committed((pair.folder / "before.py").read_text())
    one = findings((pair.folder / "before.py").read_text())
    assert one == []
    result = [o for o in findings((pair.folder / "after.py").read_text()) if o["code"] == "WFL950"]
    verdicts = [Verdict(o["verdict"]) for o in result]
    assert (verdicts or [Verdict.COMPATIBLE]) == [pair.verdict]


class TestDamage:
    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ("version = 1", "version = 2", "a baseline of version 2"),
            ("version = 1", "version = true", "this is not a baseline"),
            ("version = 1\n", "version = 1\nmore = 2\n", "unknown field `more`"),
            ('await activity("reserve")', '__import__("os")', "it is no command term"),
            ('await activity("reserve")', "import os", "it is no command term"),
            ('await activity("reserve")', 'call("nobody")', "there is no function `nobody`"),
            ('await activity("reserve")', "not " * 5000 + "a", "W.run"),
            ("async def run(self, order):", "x = 1", "it is no function"),
            ('run = "W.run"', 'run = "W.walk"', "there is no function `W.walk`"),
            ('"order"', '"order): pass\\nx = (1"', "it is no function"),
            ("[activities]", "<<<<<<< HEAD\n[activities]", "a merge is not finished"),
            ("[activities]", "[activities", "invalid TOML"),
        ],
    )
    def test_one_line_says_what_is_wrong(self, old: str, new: str, said: str) -> None:
        text = committed(FLOW)
        assert old in text
        Path("base.toml").write_text(text.replace(old, new, 1))
        done = invoke("diff", "--baseline", "base.toml")
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
        assert done.stderr.startswith("wflint: base.toml: ") and said in done.stderr

    @pytest.mark.parametrize("content", [b"\xff\xfe", b"[" * 100_000, b"\0"])
    def test_what_is_no_text_of_toml(self, content: bytes) -> None:
        put(FLOW)
        Path("base.toml").write_bytes(content)
        done = invoke("diff", "--baseline", "base.toml")
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)

    def test_a_file_that_is_not_there(self) -> None:
        done = invoke("diff", "--baseline", "base.toml")
        assert done.exit_code == 2 and "--update-baseline writes it" in done.stderr

    def test_terms_that_no_program_has_do_no_harm(self) -> None:
        text = committed(FLOW)
        for odd in (
            "for x in times(order, 999999999999): await timer()",
            "x = Let(name='y', of=Draw(kind='z'), part=-7)",
            "await Race(of=Seq(parts=()))",
            "Add(into=Text(text='a'), of=gather())",
            'return Exit(kind="no such", of=Handler(names=(), body=Tick()))',
            "while data('True'): pass",
        ):
            odd = odd.replace("'", '"')
            Path("base.toml").write_text(text.replace('await activity("reserve")', odd))
            done = invoke("diff", "--baseline", "base.toml")
            assert done.exit_code in (0, 1, 2), (odd, done.stderr)
            assert "internal error" not in done.stderr

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(st.data())
    def test_no_damage_is_more_than_a_line(self, data: st.DataObject) -> None:
        Path("base.toml").unlink(missing_ok=True)
        text = committed(FLOW)
        words = re.findall(r"\w+|\W", text)
        at = data.draw(st.integers(0, len(words) - 1))
        words[at] = data.draw(st.sampled_from([*sorted(set(words)), "", "'''", "\\", "\0"]))
        Path("base.toml").write_text("".join(words))
        done = invoke("diff", "--baseline", "base.toml")
        assert done.exit_code in (0, 1, 2) and "internal error" not in done.stderr
