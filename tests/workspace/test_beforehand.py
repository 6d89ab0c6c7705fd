"""What a worker has done before counts in the editor as it does in a cold run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.workspace.test_workspace import Edited

FIXTURES = Path(__file__).parent.parent / "fixtures"

EDITS = (
    ("depth/values_beforehand", "worker.py", "    by_worker.setting()\n", "    pass\n"),
    ("depth/values_beforehand", "worker.py", "    more()\n", "    # more()\n"),
    ("depth/values_beforehand", "worker.py", "        prepare()\n", "        # Worker(\n"),
    (
        "depth/values_beforehand",
        "by_worker.py",
        "prepared() -> None:\n    fill()",
        "prepared(): ...",
    ),
    ("depth/values_beforehand", "by_worker.py", "@cache\n", ""),
    ("depth/values_beforehand", "user.py", "SETTINGS = settings()", "SETTINGS = settings"),
    ("depth/values_beforehand", "other.py", "return twice.value()", "return 1.0"),
    ("depth/values_context_variables", "flow.py", "    @ids.use_source(workflow.random)\n", ""),
    ("dynamic_import/refused", "gateway.py", "import openai\n", "import json as openai\n"),
    ("dynamic_import/refused", "flow.py", "    except Exception:\n", "    except ValueError:\n"),
    ("import_not_passed_through/by_tests", "tests/test_flows.py", "Registered", "Other"),
)


@pytest.mark.parametrize(("fixture", "name", "old", "new"), EDITS)
def test_an_edit_far_away_is_seen(
    tmp_path: Path, fixture: str, name: str, old: str, new: str
) -> None:
    shutil.copytree(FIXTURES / fixture, tmp_path / "one")
    edited = Edited(tmp_path / "one")
    text = (tmp_path / "one" / name).read_text(encoding="utf-8")
    assert old in text
    before = edited.agrees()
    edited.put(name, text.replace(old, new))
    assert edited.agrees() != before
    edited.put(name, text)
    assert edited.agrees() == before
