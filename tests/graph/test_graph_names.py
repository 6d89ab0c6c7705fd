"""``wflint graph``: which function or class a name on the command line stands for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import enter_project, invoke

FLOW = """\
from temporalio import workflow

from shop import total_of
from shop.clock import Clock


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, plan) -> None:
        clock = Clock()
        clock.now()
        total_of()
        plan.later()


@workflow.defn
class MuteWorkflow:
    pass
"""
SHOP = "from shop.prices import total as total_of\n"
PRICES = """\
from temporalio import activity


def total() -> int:
    def inner() -> int:
        return 1

    return inner()


def unused() -> None:
    def helper() -> None:
        pass


def later() -> None:
    pass


def blessed() -> None:
    pass


@activity.defn
def charge() -> None:
    pass


class Plain:
    def method(self) -> None:
        pass
"""
CLOCK = """\
class Clock:
    def now(self) -> int:
        return self.zone()

    def zone(self) -> int:
        return 0

    def never(self) -> int:
        return 0
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a project with a package."""
    (tmp_path / "shop").mkdir()
    files = {"flow": FLOW, "shop/__init__": SHOP, "shop/prices": PRICES, "shop/clock": CLOCK}
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
    return enter_project(tmp_path, monkeypatch)


def meant(*arguments: str) -> list[str]:
    """The ids of the functions that a name stands for."""
    result = invoke("graph", *arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    roots: list[str] = json.loads(result.stdout)["roots"]
    return roots


def refused(*arguments: str) -> str:
    """Return the error about a name that means nothing, or too much."""
    result = invoke("graph", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr


def unreached(name: str) -> str:
    """Return what is said of something that no workflow reaches."""
    result = invoke("graph", name)
    assert (result.exit_code, result.stderr) == (1, "")
    return result.stdout


class TestFound:
    @pytest.mark.parametrize(
        "name",
        [
            "total",
            "prices.total",
            "shop.prices.total",
            "shop/prices.py::total",
            "prices.py::total",
            "./shop/prices.py::total",
            "shop.total_of",
        ],
    )
    def test_a_function_has_many_names(self, name: str) -> None:
        assert meant(name) == ["shop/prices.py::total"]

    def test_a_path_may_be_absolute(self, project: Path) -> None:
        assert meant(f"{project}/shop/prices.py::total") == ["shop/prices.py::total"]

    @pytest.mark.parametrize("name", ["inner", "total.inner", "prices.py::inner"])
    def test_a_nested_function(self, name: str) -> None:
        assert meant(name) == ["shop/prices.py::total.inner"]

    def test_a_class_that_is_no_workflow_stands_for_its_methods(self) -> None:
        assert meant("Clock") == ["shop/clock.py::Clock.now", "shop/clock.py::Clock.zone"]
        first, *_ = invoke("graph", "Clock").stdout.splitlines()
        assert (
            first == "Clock (shop/clock.py:1) is workflow code, because 1 entry point reaches it:"
        )

    def test_the_whole_name_comes_before_the_end_of_one(self, project: Path) -> None:
        (project / "other.py").write_text(
            "class Box:\n    def total(self) -> int:\n        return 1\n"
        )
        assert meant("total") == ["shop/prices.py::total"]

    def test_the_whole_name_of_a_module_comes_before_the_end_of_one(self, project: Path) -> None:
        (project / "prices.py").write_text("def total() -> int:\n    return 1\n")
        assert "(prices.py:1) is not workflow code" in unreached("prices.total")


class TestAmbiguous:
    @pytest.fixture(autouse=True)
    def namesake(self, project: Path) -> None:
        (project / "aside").mkdir()
        (project / "aside" / "flow.py").write_text(FLOW.split("@workflow.defn\nclass Mute")[0])
        (project / "aside" / "totals.py").write_text("def total() -> int:\n    return 2\n")

    def test_everything_that_may_be_meant_is_listed(self) -> None:
        assert refused("OrderWorkflow.run") == (
            "wflint: `OrderWorkflow.run` may mean any of these; name one of them:\n"
            "    aside/flow.py::OrderWorkflow.run\n"
            "    flow.py::OrderWorkflow.run\n"
        )

    def test_what_no_workflow_reaches_comes_last(self) -> None:
        assert refused("total").splitlines()[1:] == [
            "    shop/prices.py::total",
            "    aside/totals.py::total  (no workflow reaches it)",
        ]

    def test_the_file_decides(self) -> None:
        assert meant("aside/flow.py::OrderWorkflow") == ["aside/flow.py::OrderWorkflow.run"]
        assert meant("./flow.py::OrderWorkflow") == ["flow.py::OrderWorkflow.run"]

    def test_the_paths_decide(self) -> None:
        assert meant("OrderWorkflow", "aside") == ["aside/flow.py::OrderWorkflow.run"]
        assert meant("total", "shop", "flow.py") == ["shop/prices.py::total"]


class TestUnknown:
    def test_one_line_with_names_that_are_alike(self) -> None:
        assert refused("OrderWorkfow") == (
            "wflint: there is no class or function `OrderWorkfow` in the files that were given; "
            "did you mean `OrderWorkflow`, `OrderWorkflow.run` or `MuteWorkflow`?\n"
        )
        assert "did you mean `total`" in refused("shop.prices.totl")
        assert "did you mean `total`" in refused("shop/prices.py::totl")

    def test_nothing_alike(self) -> None:
        assert refused("xyz") == (
            "wflint: there is no class or function `xyz` in the files that were given\n"
        )

    def test_a_name_outside_the_paths(self) -> None:
        assert "there is no class or function `total`" in refused("total", "flow.py")

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("", "names no class or function"),
            ("..", "names no class or function"),
            ("shop/prices.py::", "names no class or function"),
            ("shop/prices.py", "is a file; name something in it"),
            ("nosuch.py::total", "there is no file nosuch.py"),
        ],
    )
    def test_what_is_no_name(self, name: str, reason: str) -> None:
        message = refused(name)
        assert reason in message
        assert message.count("\n") == 1

    def test_a_file_that_cannot_be_read_is_named(self, project: Path) -> None:
        (project / "broken.py").write_text("def lost(:\n")
        assert (
            "`lost` in the files that were given; broken.py mentions it, but cannot be read: "
            in (refused("lost"))
        )

    def test_a_path_that_does_not_exist(self) -> None:
        assert refused("total", "nosuch") == "wflint: no such file or folder: nosuch\n"
        result = invoke("graph", "total", "nosuch", "shop")
        assert result.exit_code == 2
        assert result.stdout.startswith("total (shop/prices.py:4) is workflow code")
        assert "wflint: no such file or folder: nosuch\n" in result.stderr

    def test_a_folder_without_python_files(self, project: Path) -> None:
        (project / "empty").mkdir()
        assert refused("total", "empty") == "wflint: no Python file to check was found\n"


class TestUnreached:
    @pytest.mark.parametrize(
        ("name", "place"),
        [
            ("unused", "unused (shop/prices.py:11)"),
            ("unused.helper", "unused.helper (shop/prices.py:12)"),
            ("Clock.never", "Clock.never (shop/clock.py:8)"),
            ("Plain", "Plain (shop/prices.py:29)"),
        ],
    )
    def test_it_is_said_plainly(self, name: str, place: str) -> None:
        assert unreached(name) == f"{place} is not workflow code: no entry point reaches it.\n"

    def test_an_activity(self) -> None:
        assert "It is an activity, and activities run outside of workflows." in unreached("charge")

    def test_what_the_settings_bless(self, project: Path) -> None:
        (project / "pyproject.toml").write_text(
            '[[tool.wflint.apis]]\nname = "shop.prices.blessed"\ndeterministic = true\n'
        )
        assert "The settings bless it" in unreached("blessed")

    def test_calls_of_its_name_that_could_not_be_resolved(self) -> None:
        remark = "1 call of that name could not be resolved, the first at flow.py:14:9."
        assert remark in unreached("later")

    def test_a_workflow_without_handlers(self) -> None:
        assert "no run method or handler of it was found" in unreached("MuteWorkflow")

    def test_a_project_without_workflows(self, project: Path) -> None:
        (project / "flow.py").unlink()
        assert "is not workflow code" in unreached("unused")

    @pytest.mark.parametrize("form", ["json", "mermaid", "dot"])
    def test_other_formats_show_the_function_alone(self, form: str) -> None:
        result = invoke("graph", "unused", "--format", form)
        assert result.exit_code == 1
        assert result.stderr.startswith("unused (shop/prices.py:11) is not workflow code")
        assert "unused" in result.stdout and "total" not in result.stdout
        if form == "json":
            graph = json.loads(result.stdout)
            assert (graph["reached"], graph["roots"], graph["edges"]) == (False, [], [])
            assert [node["id"] for node in graph["nodes"]] == ["shop/prices.py::unused"]
