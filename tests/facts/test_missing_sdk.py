"""Stand-ins for a missing SDK are left out of a module, and nothing else is."""

from __future__ import annotations

import pytest

from wflint.facts.model import BindingKind, ModuleFacts
from wflint.facts.modules import ModuleReader
from wflint.files.source import Source
from wflint.syntax.guard import parse

LOAD = "from importlib import import_module\n"


def read(text: str) -> ModuleFacts:
    """Return the facts of a module."""
    source = Source(text)
    return ModuleReader("flow", False, source).read(parse(source), source)


def targets(text: str, name: str) -> list[str]:
    """Return what a name of a module is bound to; ``=`` stands for a value."""
    bindings = read(text).bindings.get(name, ())
    return [b.target if b.what is BindingKind.IMPORT else "=" for b in bindings]


def tried(body: str, caught: str = "ImportError", otherwise: str = "workflow = None") -> str:
    """Return a module with an import that may fail."""
    body, otherwise = body.replace("\n", "\n    "), otherwise.replace("\n", "\n    ")
    return f"try:\n    {body}\nexcept {caught}:\n    {otherwise}\n"


SDK = "from temporalio import workflow"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(tried(SDK), id="a value"),
        pytest.param(tried(SDK, "(ImportError, ModuleNotFoundError)"), id="two classes"),
        pytest.param(tried(SDK, "Exception as error"), id="all that an import raises"),
        pytest.param(tried(f"import typing\n{SDK}\nHAS_SDK = True"), id="more that is there"),
        pytest.param(tried(SDK, otherwise="class workflow:\n    pass"), id="a class"),
        pytest.param(tried(SDK, otherwise="from other import workflow"), id="an import"),
        pytest.param(tried(SDK, otherwise="if x:\n    workflow = None"), id="in a branch"),
        pytest.param(tried(f"{SDK}\nimport other"), id="with what may be missing"),
        pytest.param(f"workflow = None\n{tried(SDK, otherwise='pass')}", id="a value before"),
        pytest.param(tried("import temporalio.workflow as workflow"), id="under an alias"),
        pytest.param(
            f"import temporalio\nif temporalio:\n    {SDK}\nelse:\n    workflow = 1", id="if"
        ),
        pytest.param(
            f"from importlib.util import find_spec\nif find_spec('temporalio') is None:\n"
            f"    workflow = 1\nelse:\n    {SDK}",
            id="if it is found",
        ),
        pytest.param(f"{LOAD}workflow = import_module('temporalio.workflow')", id="loaded"),
        pytest.param(
            f"{LOAD}def f():\n    try:\n        return import_module('temporalio.workflow')\n"
            "    except ImportError:\n        return None\nworkflow = f()",
            id="loaded by a function",
        ),
        pytest.param(
            f"def f():\n    {SDK}\n    return workflow\nworkflow: object = f()",
            id="imported by a function",
        ),
    ],
)
def test_only_the_sdk_counts(text: str) -> None:
    assert targets(text, "workflow") == ["temporalio.workflow"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(tried("from cadence import workflow"), id="another library"),
        pytest.param(tried("from .compat import workflow"), id="a module of the project"),
        pytest.param(tried(f"{SDK}\nx = workflow.x", "AttributeError"), id="another error"),
        pytest.param(f"if x:\n    {SDK}\nelse:\n    workflow = None", id="another test"),
        pytest.param(
            f"{LOAD}def f(name):\n    return import_module(name)\nworkflow = f('temporalio')",
            id="loaded by any name",
        ),
        pytest.param(
            f"{LOAD}def f():\n    if x:\n        return None\n"
            "    return import_module('temporalio.workflow')\nworkflow = f()",
            id="loaded at times",
        ),
        pytest.param(
            f"{LOAD}@wrap\ndef f():\n    return import_module('temporalio.workflow')\n"
            "workflow = f()",
            id="loaded by a decorated function",
        ),
    ],
)
def test_another_value_counts_as_well(text: str) -> None:
    assert "=" in targets(text, "workflow")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(tried("import temporalio\nFLAG = True", otherwise="FLAG = False"), True),
        pytest.param(f"FLAG = True\n{tried(f'{SDK}{chr(10)}FLAG = False')}", False),
        pytest.param(f"{tried(SDK)}FLAG = workflow is not None", True),
        pytest.param(f"{tried(SDK)}FLAG = not bool(workflow)", False),
        pytest.param("FLAG = importlib.util.find_spec('temporalio.workflow') is None", False),
        pytest.param(tried("import other\nFLAG = True", otherwise="FLAG = False"), None),
        pytest.param(tried(f"import other\n{SDK}\nFLAG = True", otherwise="FLAG = False"), None),
        pytest.param(
            tried("from temporalio import nexus\nFLAG = True", otherwise="FLAG = False"), None
        ),
        pytest.param("FLAG = importlib.util.find_spec('other') is None", None),
        pytest.param("FLAG = True", None),
        pytest.param(f"{tried(f'import temporalio{chr(10)}FLAG = True')}FLAG = x", None),
    ],
)
def test_a_variable_tells_of_the_sdk(text: str, said: bool | None) -> None:
    assert read(text).bindings["FLAG"][-1].with_sdk is said


def test_what_follows_is_read_as_it_stands() -> None:
    """Functions that are left out do not move those behind them."""
    stub = "def stub():\n    return 1\nclass Stub:\n    def inner(self):\n        return 2"
    text = f"{tried(SDK, otherwise=stub)}def last():\n    return 3\n"
    functions = read(text).functions
    assert list(functions) == ["last"]
    assert text[functions["last"].start : functions["last"].end] == "def last():\n    return 3"
