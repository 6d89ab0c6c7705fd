"""A configuration file that extends another: how the two merge, and which files it may name."""

from __future__ import annotations

from pathlib import Path

import pytest

from wflint.config.errors import ConfigError
from wflint.config.extending import pattern_below
from wflint.config.find import find_project
from wflint.config.settings import Settings


@pytest.fixture(autouse=True)
def temporary_folders_are_ordinary(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest works below the temporary folder; its parents must not be taken for projects."""
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with two services."""
    (tmp_path / "repo/.git").mkdir(parents=True)
    (tmp_path / "repo/services/a").mkdir(parents=True)
    return tmp_path / "repo"


def settings_of(repo: Path, base: str, own: str = "", name: str = "wflint.toml") -> Settings:
    """The settings of service a, which extends the file at the top of the repository."""
    (repo / "wflint.toml").write_text(base)
    text = f'extend = "../../wflint.toml"\n{own}'
    text = f"[tool.wflint]\n{text}" if name == "pyproject.toml" else text
    (repo / "services/a" / name).write_text(text)
    return find_project(repo / "services/a/flow.py", repo).settings


def error(folder: Path, cwd: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        find_project(folder, cwd)
    assert "\n" not in str(caught.value)
    return str(caught.value)


class TestMerging:
    def test_what_the_file_does_not_set_is_that_of_the_other(self, repo: Path) -> None:
        settings = settings_of(repo, 'fail-on = "error"\ntarget-sdk = "1.20"', 'fail-on = "info"')
        assert (settings.fail_on, settings.target_sdk) == ("info", "1.20")

    def test_lists_replace(self, repo: Path) -> None:
        settings = settings_of(repo, 'fixable = ["WFL1"]', 'fixable = ["WFL2"]')
        assert settings.fixable == ("WFL2",)

    @pytest.mark.parametrize(
        "key", ["extend-exclude", "extend-entry-points", "extend-safe-fixes", "extend-unsafe-fixes"]
    )
    def test_lists_that_extend_add(self, repo: Path, key: str) -> None:
        settings = settings_of(repo, f'{key} = ["WFL1"]', f'{key} = ["WFL2"]')
        assert getattr(settings, key.replace("-", "_")) == ("WFL1", "WFL2")

    def test_rules_are_chosen_as_by_flags(self, repo: Path) -> None:
        base = 'ignore = ["WFL1", "WFL2"]\nextend-select = ["WFL003"]'
        settings = settings_of(repo, base, 'ignore = ["WFL5"]\nextend-select = ["WFL2"]')
        assert (settings.ignore, settings.extend_select) == (("WFL1", "WFL5"), ("WFL003", "WFL2"))
        chosen = settings_of(repo, base, 'select = ["WFL4"]')
        assert (chosen.select, chosen.ignore, chosen.extend_select) == (("WFL4",), (), ())

    def test_severities_merge_by_rule(self, repo: Path) -> None:
        settings = settings_of(
            repo,
            '[severity]\nWFL101 = "info"\nWFL102 = "info"',
            '[severity]\nWFL102 = "error"',
        )
        assert settings.severity == {"WFL101": "info", "WFL102": "error"}

    def test_each_file_may_extend_a_further_one(self, repo: Path) -> None:
        (repo / "shared.toml").write_text('target-sdk = "1.10"\ntarget-python = "3.12"')
        settings = settings_of(repo, 'extend = "shared.toml"\ntarget-sdk = "1.20"')
        assert (settings.target_sdk, settings.target_python) == ("1.20", "3.12")

    def test_pyproject_files_extend_and_are_extended(self, repo: Path) -> None:
        settings = settings_of(repo, 'target-sdk = "1.20"', name="pyproject.toml")
        assert settings.target_sdk == "1.20"
        (repo / "pyproject.toml").write_text('[tool.wflint]\ntarget-sdk = "1.21"')
        (repo / "services/a/pyproject.toml").write_text(
            '[tool.wflint]\nextend = "../../pyproject.toml"'
        )
        assert find_project(repo / "services/a", repo).settings.target_sdk == "1.21"

    def test_the_root_is_that_of_the_file_that_extends(self, repo: Path) -> None:
        settings_of(repo, "")
        assert find_project(repo / "services/a", repo).root == repo / "services/a"

    def test_flags_come_on_top_of_both(self, repo: Path) -> None:
        settings_of(repo, 'fail-on = "error"', 'fail-on = "warning"')
        flags = {"fail-on": "never"}
        project = find_project(repo / "services/a", repo, overrides=flags)
        assert project.settings.fail_on == "never"


class TestPlaces:
    def test_paths_are_relative_to_the_file_that_they_stand_in(self, repo: Path) -> None:
        settings = settings_of(repo, 'src = ["lib"]\ncache-dir = ".cache"')
        assert settings.src == (str(repo / "lib"),)
        assert settings.cache_dir == str(repo / ".cache")
        own = settings_of(repo, 'src = ["lib"]', 'src = ["."]')
        assert own.src == (".",)

    def test_patterns_mean_the_same_files_as_before(self, repo: Path) -> None:
        base = (
            'exclude = ["services/a/gen/", "services/b/", "old_*.py"]\n'
            '[per-file-ignores]\n"services/*/scripts/" = ["WFL1"]\n"services/a/" = ["WFL2"]\n'
        )
        settings = settings_of(repo, base)
        assert settings.exclude == ("/gen/", "old_*.py")
        assert settings.per_file_ignores == {"/scripts/": ("WFL1",), "*": ("WFL2",)}

    @pytest.mark.parametrize(
        ("pattern", "expected"),
        [
            ("gen/", "gen/"),
            ("*.py", "*.py"),
            ("/services", "*"),
            ("/gen.py", ""),
            ("services/a/x.py", "/x.py"),
            ("services/b/x.py", ""),
            ("services/?/x/", "/x/"),
            ("**/x/y.py", "/**/x/y.py"),
            ("services/**", "/**"),
            ("!services/a/x.py", "!/x.py"),
        ],
    )
    def test_a_pattern_further_down(self, pattern: str, expected: str) -> None:
        assert pattern_below(pattern, ("services", "a")) == expected

    def test_patterns_of_a_file_that_lies_elsewhere_count_from_the_one_that_extends(
        self, repo: Path
    ) -> None:
        (repo / "shared").mkdir()
        (repo / "shared/base.toml").write_text('exclude = ["src/gen/"]')
        (repo / "services/a/wflint.toml").write_text('extend = "../../shared/base.toml"')
        assert find_project(repo / "services/a", repo).settings.exclude == ("src/gen/",)


class TestFaults:
    def test_files_that_extend_each_other_are_named(self, repo: Path) -> None:
        (repo / "wflint.toml").write_text('extend = "services/a/wflint.toml"')
        (repo / "services/a/wflint.toml").write_text('extend = "../../wflint.toml"')
        assert error(repo / "services/a", repo) == (
            "wflint.toml: extend: the files extend each other: "
            "services/a/wflint.toml -> wflint.toml -> services/a/wflint.toml"
        )

    def test_a_file_that_extends_itself(self, repo: Path) -> None:
        (repo / "wflint.toml").write_text('extend = "./wflint.toml"')
        assert error(repo, repo).endswith("extend each other: wflint.toml -> wflint.toml")

    @pytest.mark.parametrize(
        ("target", "expected"),
        [
            ("../nosuch.toml", "there is no file ../nosuch.toml"),
            ("..", ".. is a folder; name the file in it"),
            ("../pyproject.toml", "../pyproject.toml has no [tool.wflint]"),
            ("../../../outside.toml", "../../../outside.toml leads out of the repository"),
            ("/etc/passwd", "/etc/passwd leads out of the repository"),
        ],
    )
    def test_what_cannot_be_extended(self, repo: Path, target: str, expected: str) -> None:
        (repo.parent / "outside.toml").write_text("")
        (repo / "services/pyproject.toml").write_text("[project]\nname = 'x'\n")
        (repo / "services/a/wflint.toml").write_text(f'extend = "{target}"')
        assert error(repo / "services/a", repo) == f"services/a/wflint.toml: extend: {expected}"

    def test_a_link_that_leads_out_is_not_followed(self, repo: Path) -> None:
        (repo.parent / "outside.toml").write_text('target-sdk = "1.20"')
        (repo / "base.toml").symlink_to(repo.parent / "outside.toml")
        (repo / "wflint.toml").write_text('extend = "base.toml"')
        assert error(repo, repo).endswith("extend: base.toml leads out of the repository")

    def test_what_is_wrong_in_the_other_file_is_told_of_that_file(self, repo: Path) -> None:
        (repo / "wflint.toml").write_text('selct = ["WFL1"]')
        (repo / "services/a/wflint.toml").write_text('extend = "../../wflint.toml"')
        assert error(repo / "services/a", repo).startswith('wflint.toml: unknown key "selct"')

    def test_src_of_the_other_file_stays_inside_as_well(self, repo: Path) -> None:
        (repo / "wflint.toml").write_text('src = ["../outside"]')
        (repo / "services/a/wflint.toml").write_text('extend = "../../wflint.toml"')
        assert error(repo / "services/a", repo).startswith("wflint.toml: src[0] leads out of the ")

    def test_a_line_on_the_command_line_extends_nothing(self, repo: Path) -> None:
        with pytest.raises(ConfigError, match="only a file can extend another one"):
            find_project(repo, repo, ['extend = "x.toml"'])


def test_a_file_that_the_user_names_may_extend_what_it_likes(repo: Path) -> None:
    (repo.parent / "outside.toml").write_text('target-sdk = "1.20"')
    named = repo / "strict.toml"
    named.write_text('extend = "../outside.toml"')
    assert find_project(repo, repo, [str(named)]).settings.target_sdk == "1.20"


def test_without_git_a_file_may_extend_one_above_it_that_is_read_anyway(tmp_path: Path) -> None:
    (tmp_path / "app/a").mkdir(parents=True)
    (tmp_path / "app/pyproject.toml").write_text('[tool.wflint]\ntarget-sdk = "1.20"')
    (tmp_path / "app/a/wflint.toml").write_text('extend = "../pyproject.toml"')
    assert find_project(tmp_path / "app/a", tmp_path).settings.target_sdk == "1.20"
    (tmp_path / "other.toml").write_text("")
    (tmp_path / "app/a/wflint.toml").write_text('extend = "../../other.toml"')
    assert error(tmp_path / "app/a", tmp_path).endswith("leads out of the repository")
