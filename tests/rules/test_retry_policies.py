"""WFL616 and WFL617, against what the SDK really does with a `RetryPolicy`.

The class itself accepts anything; it is looked at where a command is made with it.
"""

from __future__ import annotations

import contextlib
import io
from datetime import timedelta
from pathlib import Path

import pytest
import temporalio.api.common.v1
from temporalio.common import RetryPolicy

from tests.harness import PROJECT_FILE, run

POLICIES = [
    "backoff_coefficient=0",
    "backoff_coefficient=0.5",
    "backoff_coefficient=0.5, maximum_attempts=1",
    "backoff_coefficient=1",
    "backoff_coefficient=None",
    "backoff_coefficient='2'",
    "maximum_attempts=-1",
    "maximum_attempts=0",
    "maximum_attempts=1, backoff_coefficient=-3",
    "maximum_attempts=2147483647",
    "maximum_attempts=2147483648",
    "maximum_attempts=2.5",
    "maximum_attempts=3.0",
    "maximum_attempts='3'",
    "maximum_attempts=None",
    "initial_interval=1",
    "initial_interval=1, maximum_attempts=1",
    "initial_interval=None",
    "initial_interval=None, maximum_attempts=1",
    "initial_interval=timedelta()",
    "initial_interval=timedelta(seconds=-1)",
    "initial_interval=timedelta(minutes=1), maximum_interval=timedelta(seconds=59)",
    "initial_interval=timedelta(minutes=1), maximum_interval=timedelta(seconds=60)",
    "maximum_interval=0",
    "maximum_interval=5",
    "maximum_interval=5, maximum_attempts=1",
    "maximum_interval=None",
    "maximum_interval=timedelta()",
    "maximum_interval=timedelta(milliseconds=500)",
    "maximum_interval=timedelta(milliseconds=500), maximum_attempts=1",
    "maximum_interval=timedelta(seconds=-1)",
    "maximum_interval=timedelta(seconds=-1), maximum_attempts=1",
    "non_retryable_error_types=[]",
    "non_retryable_error_types=('ValueError',)",
    "non_retryable_error_types={'ValueError'}",
    "non_retryable_error_types=ValueError",
    "non_retryable_error_types=[ValueError]",
    "non_retryable_error_types=[ValueError], maximum_attempts=1",
    "non_retryable_error_types=['TimeoutError', ValueError]",
]
ACCEPTED_BUT_WRONG = "non_retryable_error_types='ValueError'"
"""Each letter counts as a type."""


def is_refused(options: str) -> bool:
    """True if the SDK refuses a policy of these options."""
    policy = eval(f"RetryPolicy({options})", {"RetryPolicy": RetryPolicy, "timedelta": timedelta})
    with contextlib.redirect_stderr(io.StringIO()):
        try:
            policy.apply_to_proto(temporalio.api.common.v1.RetryPolicy())
        except (AttributeError, TypeError, ValueError):
            return True
    return False


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Return the options of the policies that wflint reports, of a module with all of them."""
    root = tmp_path_factory.mktemp("project")
    (root / "pyproject.toml").write_text(PROJECT_FILE)
    policies = [*POLICIES, ACCEPTED_BUT_WRONG]
    imports = "from datetime import timedelta\nfrom temporalio.common import RetryPolicy\n"
    lines = [f"P{n} = RetryPolicy({options})\n" for n, options in enumerate(policies)]
    file = Path(root / "policies.py")
    file.write_text(imports + "".join(lines))
    found = [d for d in run(root).diagnostics if d.code in ("WFL616", "WFL617")]
    return {policies[d.location.row - 3] for d in found}


@pytest.mark.parametrize("options", POLICIES)
def test_what_the_sdk_refuses_is_reported(options: str, reported: set[str]) -> None:
    assert (options in reported) == is_refused(options)


def test_a_text_for_a_list_is_reported_though_accepted(reported: set[str]) -> None:
    assert not is_refused(ACCEPTED_BUT_WRONG)
    assert ACCEPTED_BUT_WRONG in reported
