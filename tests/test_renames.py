"""Names of the SDK that stand in the place of made-up ones: the table of `unknown-temporal-api`."""

from __future__ import annotations

import importlib

import pytest
from wflint.rules.event_loop._sdk import sdk

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
