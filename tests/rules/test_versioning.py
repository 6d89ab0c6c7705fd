"""What the rules on versions say of replays, against the SDK's own replayer."""

from __future__ import annotations

import random
import uuid
from pathlib import Path

import pytest

from tests.documentation import examples
from tests.oracle.replay import child, patch_marker, replay, seed_of_replays, timer
from wflint.checking.registry import load_registry

RULES = {rule.name: rule for rule in load_registry().rules}


def example(rule: str, section: str) -> str:
    """The only example of a section of a rule's page."""
    (text,) = examples(RULES[rule], section)
    return text


def workflow_that(does: str) -> str:
    """A workflow whose run method does something."""
    lines = "\n".join(f"        {line}" for line in does.splitlines())
    return (
        "from temporalio import workflow\n\n\n@workflow.defn\nclass Flow:\n    @workflow.run\n"
        f"    async def run(self) -> None:\n{lines}\n"
    )


# WFL901: the first run starts a timer.


def test_a_replay_goes_another_way_where_it_is_asked_for_replays(tmp_path: Path) -> None:
    failure = replay(example("replay-branch", "Bad"), tmp_path, [timer()])
    assert "[TMPRL1100] Nondeterminism error" in failure


def test_a_replay_may_say_less(tmp_path: Path) -> None:
    assert replay(example("replay-branch", "Good"), tmp_path, [timer()]) == ""


# WFL902: the old code has slept for 90 seconds, and the new one is asked in the first round.

ROUNDS = """\
for number in range(2):
    if workflow.patched({id}):
        workflow.upsert_memo({{"is new": number}})
    await workflow.sleep(60)
"""


def test_the_first_answer_holds_for_all_rounds(tmp_path: Path) -> None:
    """It is no in a replay of what the old code did, and so the code replays."""
    assert replay(workflow_that(ROUNDS.format(id='"memo"')), tmp_path, [timer()]) == ""


def test_the_bad_example_of_902_replays_as_the_old_code(tmp_path: Path) -> None:
    assert replay(example("patched-in-loop", "Bad"), tmp_path, [timer(90)]) == ""


# WFL904: what is said first decides the marker, and so if the patch can be dropped.

ASK, DEPRECATE = 'workflow.patched("a")', 'workflow.deprecate_patch("a")'


@pytest.mark.parametrize("first", [f"{ASK}\n{DEPRECATE}", f"{DEPRECATE}\n{ASK}"])
@pytest.mark.parametrize("deprecated", [False, True])
def test_both_replay_with_either_marker(first: str, deprecated: bool, tmp_path: Path) -> None:
    source = workflow_that(f"{first}\nawait workflow.sleep(60)")
    assert replay(source, tmp_path, [patch_marker("a", deprecated), timer()]) == ""


def test_a_patch_that_was_not_deprecated_cannot_be_dropped(tmp_path: Path) -> None:
    source = workflow_that("await workflow.sleep(60)")
    assert replay(source, tmp_path, [patch_marker("a", True), timer()]) == ""
    failure = replay(source, tmp_path, [patch_marker("a"), timer()])
    assert "Non-deprecated patch marker encountered for change a" in failure


# WFL917: a draw that a new version adds changes the ids that follow.

CHILD = 'await workflow.start_child_workflow("Child", id=str(workflow.uuid4()))'


def first_uuid() -> str:
    """The first id that a replay draws."""
    drawn = random.Random(seed_of_replays()).getrandbits(128)
    return str(uuid.UUID(bytes=drawn.to_bytes(16, "big"), version=4))


@pytest.mark.parametrize("draw", ["", "workflow.new_random().random()\n"])
def test_draws_of_their_own_leave_ids_as_they_are(draw: str, tmp_path: Path) -> None:
    assert replay(workflow_that(draw + CHILD), tmp_path, [child(id=first_uuid())]) == ""


def test_another_draw_changes_the_ids(tmp_path: Path) -> None:
    source = workflow_that(f"workflow.random().random()\n{CHILD}")
    failure = replay(source, tmp_path, [child(id=first_uuid())])
    assert "[TMPRL1100] Nondeterminism error" in failure
