"""What a release needs."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from scripts.release_check import problem

ROOT = Path(__file__).parent.parent.parent
FILES = sorted((ROOT / ".github").rglob("*.yml"))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose version is 1.2.3, with a section about it."""
    (tmp_path / "src" / "wflint").mkdir(parents=True)
    (tmp_path / "src" / "wflint" / "__init__.py").write_text('__version__ = "1.2.3"\n')
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\n## 1.2.3: of today\n\n## 1.2\n")
    return tmp_path


def test_a_tag_is_the_version_and_has_a_section(repository: Path) -> None:
    assert problem("v1.2.3", repository) == ""


def test_another_tag_is_refused(repository: Path) -> None:
    assert "1.2.3" in problem("v1.2.4", repository)
    assert "1.2.3" in problem("1.2.3", repository)


def test_a_version_without_a_section_is_refused(repository: Path) -> None:
    (repository / "CHANGELOG.md").write_text("## 1.2.30\n\n## Unreleased: 1.2.3\n")
    assert problem("v1.2.3", repository) == "CHANGELOG.md has no section `## 1.2.3`"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_workflows_and_templates_are_yaml(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))


def test_actions_are_pinned_by_the_hash_of_a_commit() -> None:
    used = [
        line.split("uses:")[1].strip()
        for path in [*FILES, ROOT / "action.yml"]
        for line in path.read_text(encoding="utf-8").splitlines()
        if "uses:" in line and "uses: $/" not in line
    ]
    assert used
    for action in used:
        name, _, comment = action.partition(" # v")
        assert len(name.partition("@")[2]) == 40 and comment, action
