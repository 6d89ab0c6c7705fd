"""Imports that move to the top of the file, in projects of several modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fix_cases import fix, text_after
from tests.harness import PROJECT_FILE

WORKFLOW = """\
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        import {module}

        return str({module})


STATES = ["open"]
"""


def project(folder: Path, module: str, files: dict[str, str]) -> Path:
    (folder / "pyproject.toml").write_text(f'{PROJECT_FILE}ignore = ["WFL301"]\n')
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    flow = folder / "flow.py"
    flow.write_text(WORKFLOW.format(module=module))
    return flow


def messages(flow: Path) -> list[str]:
    return [d.message for d in fix(flow, unsafe=True).result.diagnostics]


@pytest.mark.parametrize(
    ("module", "files"),
    [
        pytest.param("states", {"states.py": "import flow\n"}, id="at once"),
        pytest.param(
            "states",
            {"states.py": "from parts import one\n", "parts/one.py": "from flow import STATES\n"},
            id="through others",
        ),
        pytest.param(
            "parts.one",
            {"parts/__init__.py": "import flow\n", "parts/one.py": ""},
            id="its package does",
        ),
    ],
)
def test_withheld_where_modules_import_each_other(
    tmp_path: Path, module: str, files: dict[str, str]
) -> None:
    flow = project(tmp_path, module, files)
    (message,) = messages(flow)
    assert message.endswith(f"(not fixed: `{module}` also imports this module)")
    assert "move what both need to a third one" in message
    assert "at the top of the file" not in message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("import json\n", id="imports something else"),
        pytest.param(
            "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import flow\n",
            id="only for type checkers",
        ),
        pytest.param("def late():\n    import flow\n", id="only in a function"),
    ],
)
def test_moved_where_there_is_no_circle(tmp_path: Path, text: str) -> None:
    flow = project(tmp_path, "states", {"states.py": text})
    outcome = fix(flow, unsafe=True)
    top = b"from temporalio import workflow\n\nimport states\n"
    assert text_after(outcome, flow).startswith(top)


def flow_with(top: str, late: str, condition: str = "True") -> str:
    """A workflow in a module that imports something at its top, and something in a method."""
    return f"""\
from temporalio import workflow

{top}


@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> str:
        if {condition}:
            {late}
        return ""
"""


LATE = "from flow import OrderWorkflow"


@pytest.mark.parametrize(
    ("files", "is_circle"),
    [
        pytest.param({"states.py": flow_with("", LATE)}, True, id="both are told"),
        pytest.param(
            {"states.py": "import one\n", "one.py": flow_with("", LATE)},
            True,
            id="by a module that is imported at the top",
        ),
        pytest.param(
            {"states.py": flow_with("", "import one"), "one.py": flow_with("", LATE)},
            True,
            id="all three are told",
        ),
        pytest.param(
            {"states.py": flow_with("", "from one import STATES"), "one.py": "import flow\n"},
            True,
            id="what it imports late does so at the top",
        ),
        pytest.param(
            {"states.py": flow_with("", "import one"), "one.py": "def late():\n    import flow\n"},
            False,
            id="only what nobody is told to move",
        ),
        pytest.param(
            {"states.py": flow_with("import one", ""), "one.py": "def late():\n    import flow\n"},
            False,
            id="only in what no workflow runs",
        ),
        pytest.param(
            {"states.py": flow_with("", LATE, "not workflow.unsafe.in_sandbox()")},
            False,
            id="only outside of workflows",
        ),
        pytest.param(
            {"states.py": flow_with("", "with workflow.unsafe.imports_passed_through(): " + LATE)},
            False,
            id="only passed through",
        ),
        pytest.param(
            {"states.py": flow_with("import one", "import two"), "two.py": "", "one.py": ""},
            False,
            id="something else",
        ),
    ],
)
def test_what_is_told_of_all_makes_no_circle(
    tmp_path: Path, files: dict[str, str], is_circle: bool
) -> None:
    flow = project(tmp_path, "states", files)
    outcome = fix(flow, unsafe=True)
    told = [d.message for d in outcome.result.diagnostics]
    assert len(told) == is_circle
    for message in told:
        assert "move what both need to a third one" in message
        assert message.endswith("(not fixed: `states` also imports this module)")
    assert (b"\nimport states\n" in text_after(outcome, flow)) is not is_circle


def test_two_workflows_that_import_each_other_stay_as_they_are(tmp_path: Path) -> None:
    flow = project(tmp_path, "states", {"states.py": flow_with("", LATE)})
    outcome = fix(tmp_path, unsafe=True)
    assert len(outcome.result.diagnostics) == 2
    assert text_after(outcome, flow) == flow.read_bytes()


def test_a_module_that_is_loaded_by_its_name_is_no_better_at_the_top(tmp_path: Path) -> None:
    flow = project(tmp_path, "states", {"states.py": "import flow\n", "parts.py": ""})
    loads = "importlib.import_module({!r})"
    flow.write_text(flow_with("import importlib", loads.format("states"), loads.format("parts")))
    circle, plain = sorted(messages(flow), key=lambda m: "third one" not in m)
    assert "it imports this module, too" in circle and "`states`" in circle
    assert "import it at the top of the file" in plain and "`parts`" in plain


IN_PACKAGE = """\
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        from shop.orders.states import STATES

        return STATES[0]
"""


@pytest.mark.parametrize(
    ("states", "is_moved"),
    [
        pytest.param("STATES = ['open']\n", True, id="only their package imports the workflow"),
        pytest.param("from ..parts import STATES\n", True, id="and so do packages beside it"),
        pytest.param("from .flow import OrderWorkflow\n", False, id="it does itself"),
        pytest.param("from . import OrderWorkflow\n", False, id="it takes that of the package"),
        pytest.param("from ..late import STATES\n", False, id="what it imports does"),
    ],
)
def test_packages_around_a_module_are_no_circle(
    tmp_path: Path, states: str, is_moved: bool
) -> None:
    files = {
        "shop/__init__.py": "from .orders import OrderWorkflow\n",
        "shop/orders/__init__.py": "from .flow import OrderWorkflow\n",
        "shop/orders/states.py": states,
        "shop/orders/flow.py": IN_PACKAGE,
        "shop/parts/__init__.py": "STATES = ['open']\n",
        "shop/late.py": "from shop.orders import flow\n\nSTATES = ['open']\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "pyproject.toml").write_text(f'{PROJECT_FILE}ignore = ["WFL301"]\n')
    flow = tmp_path / "shop/orders/flow.py"
    outcome = fix(flow, unsafe=True)
    told = [d.message for d in outcome.result.diagnostics]
    assert any("move what both need to a third one" in m for m in told) is not is_moved
    moved = b"from shop.orders.states import STATES\n"
    assert (moved in text_after(outcome, flow).splitlines(keepends=True)) is is_moved


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    import tomli\nexcept ImportError:\n    tomli = None\n",
        "def f():\n    try:\n        from tomli import x\n    except Exception:\n        pass\n",
        "from importlib.util import find_spec\nHAS = find_spec('tomli') is not None\n",
    ],
)
def test_withheld_where_the_project_can_do_without_the_module(tmp_path: Path, text: str) -> None:
    flow = project(tmp_path, "tomli", {"config.py": text})
    reasons = [m for m in messages(flow) if "config.py can do without `tomli`" in m]
    assert len(reasons) == 1


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    import tomli\nexcept ImportError:\n    raise SystemExit(1)\n",
        "try:\n    import json\n    import tomli\n    use()\nexcept Exception:\n    pass\n",
        "# without tomli\ntry:\n    import orjson\nexcept ImportError:\n    pass\n",
    ],
)
def test_moved_where_the_module_is_needed_anyway(tmp_path: Path, text: str) -> None:
    flow = project(tmp_path, "tomli", {"config.py": text})
    outcome = fix(flow, unsafe=True)
    assert b"import tomli" in text_after(outcome, flow).splitlines()
