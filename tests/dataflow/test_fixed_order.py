"""The fixtures about order are fixed and run: they do the same in every process afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dataflow.test_hash_order import definitions, is_case
from tests.fix_cases import fix, text_after
from tests.harness import FIXTURES, PROJECT_FILE
from tests.oracle.hash_order import Runs, run

pytestmark = pytest.mark.exhaustive

Fixed = dict[str, tuple[Path, set[int], Runs]]
FLAGGED = ["flagged_loops", "flagged_types", "flagged_values"]


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Fixed:
    """For each fixture the fixed file, the lines that are left, and what its cases ask for."""
    folder = tmp_path_factory.mktemp("fixed")
    (folder / "pyproject.toml").write_text(PROJECT_FILE)
    left = {}
    for name in FLAGGED:
        file = folder / f"{name}.py"
        file.write_bytes((FIXTURES / "unordered_iteration" / file.name).read_bytes())
        outcome = fix(file, unsafe=True)
        file.write_bytes(text_after(outcome, file))
        found = [d for d in outcome.result.diagnostics if d.name == "unordered-iteration"]
        left[file] = {diagnostic.location.row for diagnostic in found}
    runs = run(sorted(left))
    return {file.stem: (file, rows, runs[file]) for file, rows in left.items()}


@pytest.mark.parametrize("name", FLAGGED)
def test_fixed_sets_come_in_one_order(name: str, fixed: Fixed) -> None:
    file, left, runs = fixed[name]
    for node in definitions(file):
        rows = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        if not is_case(node) or left & set(rows):
            continue
        first, *others = runs[node.name]
        assert not any("fail_workflow" in told for told in first), node.name
        assert all(other == first for other in others), node.name


def test_most_of_what_is_flagged_is_fixed(fixed: Fixed) -> None:
    cases = [node for file, _, _ in fixed.values() for node in definitions(file) if is_case(node)]
    assert sum(len(left) for _, left, _ in fixed.values()) < len(cases) / 10
