"""Names of the SDK that stand in the place of made-up ones: the table of `unknown-temporal-api`."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
from pathlib import Path
from types import ModuleType

import pytest
import temporalio.service
from wflint.rules.event_loop._sdk import sdk

from tests.oracle.sandbox import Stage, judge
from wflint.config.targets import parse_version

RENAMES = sorted(sdk().renames.items())
NEWEST = (99, 0)


def _id(value: tuple[str, str] | str) -> str:
    return value if isinstance(value, str) else ".".join(value)


@pytest.mark.parametrize(("wrong", "right"), RENAMES, ids=_id)
def test_the_fix_is_what_the_message_advises(wrong: tuple[str, str], right: str) -> None:
    name = right.removesuffix("()").rpartition(".")[2]
    assert name in sdk().instead[wrong] or name == wrong[1]


@pytest.mark.parametrize(("wrong", "right"), RENAMES, ids=_id)
def test_the_right_name_exists_in_the_installed_sdk(wrong: tuple[str, str], right: str) -> None:
    module, name = wrong
    assert not hasattr(importlib.import_module(module), name)
    path = right.partition("(")[0]  # what a call gives cannot be looked at
    is_class = path.rpartition(".")[2][0].isupper()
    assert callable(_found(path)) == ("(" in right or is_class)


def _found(path: str) -> object:
    package, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(package), name)
    except ModuleNotFoundError:
        return getattr(_found(package), name)


@pytest.mark.parametrize(
    ("name", "target", "expected"),
    [
        pytest.param("execute_activty", NEWEST, "execute_activity", id="a slip of the pen"),
        pytest.param("RetryPolicy", NEWEST, "temporalio.common.RetryPolicy", id="another module"),
        pytest.param("heartbeat", NEWEST, "temporalio.activity.heartbeat", id="only activities"),
        pytest.param("is_replaying", NEWEST, "unsafe.is_replaying()", id="deeper in the module"),
        pytest.param("uuid8", NEWEST, "", id="several are near"),
        pytest.param("frobnicate", NEWEST, "", id="nothing is near"),
        pytest.param("wait_condition", NEWEST, "", id="nothing is wrong"),
        pytest.param("in_workflw", (1, 9), "", id="it would be too new"),
    ],
)
def test_replacement(name: str, target: tuple[int, int], expected: str) -> None:
    module = "temporalio.workflow"
    full = (
        f"{module}.{expected}" if expected and not expected.startswith("temporalio") else expected
    )
    assert sdk().replacement(module, name, target) == full


# What a module merely imports.

BORROWED = sorted((m, name) for m, names in sdk().borrowed.items() for name in names)


def _defined(module: ModuleType) -> set[str]:
    """The names that a module documents, or defines itself."""
    own = f"{module.__name__}."
    defined = set(getattr(module, "__all__", ()))
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        match node:
            case ast.ImportFrom(names=aliases, level=level, module=source):
                home = importlib.util.resolve_name("." * level + (source or ""), _package(module))
                if f"{home}.".startswith(own):
                    defined.update(alias.asname or alias.name for alias in aliases)
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                defined.add(name)
            case ast.AsyncFunctionDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                defined.add(name)
    return defined


def _package(module: ModuleType) -> str:
    return module.__name__ if hasattr(module, "__path__") else module.__name__.rpartition(".")[0]


@pytest.mark.parametrize("module", sorted(sdk().borrowed))
def test_what_is_suggested_is_documented_or_defined_there(module: str) -> None:
    if module in ("temporalio", "temporalio.workflow.unsafe"):
        pytest.skip("its names are modules, or those of a class")
    imported = importlib.import_module(module)
    here = {name for name in sdk().names[module] if hasattr(imported, name)}
    is_part = {name for name in here if inspect.ismodule(getattr(imported, name))}
    own = here - sdk().borrowed[module].keys()
    assert own - is_part <= _defined(imported)
    assert all(getattr(imported, name).__name__.startswith(f"{module}.") for name in own & is_part)
    assert here & _defined(imported) == own & _defined(imported)


@pytest.mark.parametrize(("module", "name"), BORROWED, ids=_id)
def test_a_borrowed_name_is_that_of_its_home(module: str, name: str) -> None:
    imported = importlib.import_module(module)
    if not hasattr(imported, name) or name in ("annotations", "temporalio"):
        pytest.skip("not in this version of the SDK, or no name to use")
    home = sdk().borrowed[module][name]
    found = _found(home) if "." in home else importlib.import_module(home)
    assert getattr(imported, name) is found


@pytest.mark.parametrize(
    ("module", "name", "advice"),
    [
        ("temporalio.workflow", "timedelta", "use `datetime.timedelta`"),
        ("temporalio.workflow", "dataclass", "use `dataclasses.dataclass`"),
        ("temporalio.workflow", "logging", "use `logging`"),
        ("temporalio.workflow", "heartbeat", "use `temporalio.activity.heartbeat`"),
        ("temporalio.activity", "timedelt", "no name in `temporalio.activity` is similar"),
        ("temporalio.common", "annotation", "no name in `temporalio.common` is similar"),
        ("temporalio.common", "RetryPolicies", "did you mean `RetryPolicy`?"),
    ],
)
def test_names_are_suggested_where_they_are_at_home(module: str, name: str, advice: str) -> None:
    assert sdk().fault(module, name, NEWEST).endswith(f"; {advice}")


def test_a_borrowed_name_is_no_replacement() -> None:
    assert not sdk().replacement("temporalio.workflow", "timedelta", NEWEST)
    assert not sdk().replacement("temporalio.activity", "timedelt", NEWEST)


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ((1, 18), "is there only by accident in temporalio 1.18, and gone since 1.28; use"),
        ((1, 5), "is there only by accident in temporalio 1.5, and gone since 1.28; use"),
        ((1, 28), "does not exist in Temporal's Python SDK; use"),
        (NEWEST, "does not exist in Temporal's Python SDK; use"),
    ],
)
def test_names_that_older_versions_have(version: tuple[int, int], said: str) -> None:
    full = f"`workflow.timedelta` {said} `datetime.timedelta`"
    assert sdk().fault("temporalio.workflow", "timedelta", version, "workflow.timedelta") == full
    assert sdk().is_passing("temporalio.workflow", "timedelta", version) == (version < (1, 28))


def test_older_names_have_their_version() -> None:
    said = sdk().fault("temporalio.client", "NexusCallback", (1, 14))
    assert said.endswith("is there in temporalio 1.14, and gone since 1.16; do without it")
    assert "does not exist" in sdk().fault("temporalio.workflow", "Enum", NEWEST)
    assert "does not exist" in sdk().fault("temporalio.workflow", "Flag", (1, 18))
    assert "by accident" in sdk().fault("temporalio.workflow", "Flag", (1, 22))


@pytest.mark.parametrize(("module", "name"), sorted(sdk().once), ids=_id)
def test_a_name_that_is_gone_is_not_in_newer_versions(module: str, name: str) -> None:
    once, installed = sdk().once[module, name], parse_version(temporalio.service.__version__)
    imported = importlib.import_module(module)
    assert hasattr(imported, name) == once.is_in(installed)
    if once.home and "." in once.home and once.is_in(installed):
        value, name = getattr(imported, name), once.home.rpartition(".")[2]
        assert value is _found(once.home) or value.__name__ == name  # as typing_extensions has it


WAITS = """\
import asyncio
from temporalio import exceptions, workflow

@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None:
        try:
            await {wait}
        except {error}:
            pass
"""


@pytest.mark.parametrize(
    "wait",
    [
        "workflow.wait_condition(lambda: False, timeout=1)",
        "asyncio.wait_for(asyncio.Future(), 1)",
    ],
)
def test_what_waits_raises_the_error_of_asyncio(tmp_path: Path, wait: str) -> None:
    caught = WAITS.format(wait=wait, error="asyncio.TimeoutError")
    assert judge(caught, tmp_path).stage is Stage.OK
    missed = WAITS.format(wait=wait, error="exceptions.TimeoutError")
    assert judge(missed, tmp_path).stage is not Stage.OK


@pytest.mark.parametrize("name", ["CancelledError", "TimeoutError", "WorkflowHandle"])
def test_a_namesake_that_means_something_else_is_not_the_replacement(name: str) -> None:
    assert sdk().replacement("temporalio.workflow", name, NEWEST) == ""


@pytest.mark.parametrize("module", ["activity", "workflow"])
def test_what_is_known_of_the_objects_that_functions_give(module: str) -> None:
    info = importlib.import_module(f"temporalio.{module}").Info
    names = {*dir(info), *info.__dataclass_fields__}
    known = sdk().given_by[f"temporalio.{module}.info"]
    assert known == {name for name in names if not name.startswith("_")}
    assert not hasattr(info, "__getattr__")


@pytest.mark.parametrize(
    ("function", "name"), [pytest.param(*key, id=".".join(key)) for key in sdk().given_instead]
)
def test_what_is_told_in_place_of_an_attribute_is_there(function: str, name: str) -> None:
    module = importlib.import_module(function.rpartition(".")[0])
    objects = {"parent": "ParentInfo", "root": "RootInfo"}
    for new in sdk().given_instead[function, name].split("` and `"):
        first, _, second = new.removesuffix("()").partition(".")
        assert first in sdk().given_by[function]
        if second:
            assert second in getattr(module, objects[first]).__dataclass_fields__
    assert name not in sdk().given_by[function]
    shown = f"info.{name}"
    assert "of it" in sdk().attribute_fault(function, name, NEWEST, shown)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("parent_workflow_id", "use `parent.workflow_id` of it"),
        ("next_run_id", "it has nothing similar"),
        ("workflowid", "did you mean `workflow_id`?"),
    ],
)
def test_a_part_of_a_name_is_not_what_was_meant(name: str, said: str) -> None:
    fault = sdk().attribute_fault("temporalio.workflow.info", name, NEWEST, f"info.{name}")
    assert fault.endswith(f"; {said}")


def test_a_newer_version_may_give_more() -> None:
    given = "temporalio.workflow.info"
    assert "not exist" in sdk().attribute_fault(given, "is_late", NEWEST, "info.is_late")
    assert sdk().attribute_fault(given, "is_late", (1, 90), "info.is_late") == ""
    assert sdk().attribute_fault(given, "_private", NEWEST, "info._private") == ""
