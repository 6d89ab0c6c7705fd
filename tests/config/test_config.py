"""Settings: where they are found, how flags come on top, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from wflint.cli.check_options import FORMATS
from wflint.config.find import ConfigError, ProjectFinder, find_project
from wflint.config.layers import apply_flags
from wflint.config.settings import DEFAULT_EXCLUDE, DEFAULT_TEST_PATHS, Settings


@pytest.fixture(autouse=True)
def temporary_folders_are_ordinary(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest works below the temporary folder; its parents must not be taken for projects."""
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)


def write(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def error_of(text: str, folder: Path, name: str = "wflint.toml") -> str:
    write(folder / name, text)
    with pytest.raises(ConfigError) as caught:
        find_project(folder, folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


class TestDiscovery:
    def test_hidden_file_comes_before_plain_file_before_pyproject(self, tmp_path: Path) -> None:
        for name, text in (
            ("pyproject.toml", '[tool.wflint]\nselect = ["WFL103"]'),
            ("wflint.toml", 'select = ["WFL102"]'),
            (".wflint.toml", 'select = ["WFL101"]'),
        ):
            config = write(tmp_path / name, text)
            assert find_project(tmp_path, tmp_path).config_file == config

    def test_nearest_file_counts_and_nothing_is_merged(self, tmp_path: Path) -> None:
        write(tmp_path / "wflint.toml", 'ignore = ["WFL1"]\nneedles = ["acme"]')
        write(tmp_path / "service" / "wflint.toml", 'ignore = ["WFL2"]')
        project = find_project(tmp_path / "service" / "app" / "flow.py", tmp_path)
        assert project.root == tmp_path / "service"
        assert project.settings.ignore == ("WFL2",)
        assert project.settings.needles == ()

    def test_pyproject_without_our_table_is_passed_over(self, tmp_path: Path) -> None:
        write(tmp_path / "wflint.toml", 'ignore = ["WFL1"]')
        write(tmp_path / "service" / "pyproject.toml", '[project]\nname = "wflint-user"')
        assert find_project(tmp_path / "service", tmp_path).root == tmp_path

    def test_empty_table_is_a_configuration(self, tmp_path: Path) -> None:
        config = write(tmp_path / "pyproject.toml", "[tool.wflint]")
        assert find_project(tmp_path, tmp_path).config_file == config

    def test_isolated_reads_no_file(self, tmp_path: Path) -> None:
        write(tmp_path / "wflint.toml", "broken =")
        project = find_project(tmp_path, tmp_path, isolated=True)
        assert project.config_file is None
        assert project.settings == msgspec.convert(apply_flags({}, {}), Settings)

    def test_config_flag_names_a_file(self, tmp_path: Path) -> None:
        write(tmp_path / "wflint.toml", 'ignore = ["WFL1"]')
        strict = write(tmp_path / "strict.toml", 'ignore = ["WFL2"]')
        project = find_project(tmp_path, tmp_path, ["strict.toml"])
        assert (project.config_file, project.settings.ignore) == (strict, ("WFL2",))

    def test_config_flag_gives_a_line(self, tmp_path: Path) -> None:
        write(tmp_path / "wflint.toml", 'ignore = ["WFL1"]\nneedles = ["acme"]')
        settings = find_project(tmp_path, tmp_path, ['ignore = ["WFL2"]']).settings
        assert (settings.ignore, settings.needles) == (("WFL2",), ("acme",))

    def test_config_file_elsewhere_does_not_move_the_root(self, tmp_path: Path) -> None:
        write(tmp_path / "configs" / "strict.toml")
        write(tmp_path / "app" / "setup.py")
        project = find_project(tmp_path / "app", tmp_path / "app", ["../configs/strict.toml"])
        assert project.root == tmp_path / "app"


class TestRootWithoutConfiguration:
    def test_git_repository_is_one_project(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        write(tmp_path / "packages" / "orders" / "pyproject.toml", '[project]\nname = "orders"')
        assert find_project(tmp_path / "packages" / "orders", tmp_path / "x").root == tmp_path

    @pytest.mark.parametrize("marker", ["pyproject.toml", "setup.py", "setup.cfg"])
    def test_nearest_packaging_file_marks_the_root(self, tmp_path: Path, marker: str) -> None:
        write(tmp_path / "app" / marker)
        flow = write(tmp_path / "app" / "src" / "flow.py")
        assert find_project(flow, tmp_path / "elsewhere").root == tmp_path / "app"

    @pytest.mark.parametrize("path", [".", "orders", "orders/flow.py"])
    def test_working_directory_is_the_root_of_what_lies_below(
        self, tmp_path: Path, path: str
    ) -> None:
        write(tmp_path / "orders" / "flow.py")
        write(tmp_path / "orders" / "setup.py")
        assert find_project(Path(path), tmp_path).root == tmp_path

    def test_folder_elsewhere_stands_for_itself(self, tmp_path: Path) -> None:
        (tmp_path / "loose").mkdir()
        assert find_project(tmp_path / "loose", tmp_path / "cwd").root == tmp_path / "loose"

    def test_file_elsewhere_stands_for_the_folder_above_its_package(self, tmp_path: Path) -> None:
        write(tmp_path / "loose" / "pkg" / "__init__.py")
        write(tmp_path / "loose" / "pkg" / "inner" / "__init__.py")
        flow = write(tmp_path / "loose" / "pkg" / "inner" / "flow.py")
        assert find_project(flow, tmp_path / "cwd").root == tmp_path / "loose"

    def test_home_folder_is_no_project(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("USERPROFILE", str(tmp_path))
        (tmp_path / ".git").mkdir()
        flow = write(tmp_path / "scripts" / "flow.py")
        assert find_project(flow, tmp_path).root == tmp_path / "scripts"


class TestErrors:
    def test_unknown_key_names_the_file_the_key_and_the_nearest_one(self, tmp_path: Path) -> None:
        assert error_of("[tool.wflint]\nextend_selct = []", tmp_path, "pyproject.toml") == (
            'pyproject.toml: unknown key "tool.wflint.extend_selct"; did you mean "extend-select"?'
        )

    def test_unknown_key_like_no_other_has_no_suggestion(self, tmp_path: Path) -> None:
        assert error_of("qqqq = 1", tmp_path) == 'wflint.toml: unknown key "qqqq"'

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ('select = "WFL1"', "select must be an array of strings, not a string"),
            ("ignore = [1]", "ignore[0] must be a string, not an integer"),
            ("force-exclude = 1", "force-exclude must be true or false, not an integer"),
            ("target-sdk = 1.20", "target-sdk must be a string, not a number"),
            ('target-sdk = "new"', 'target-sdk must be a version such as "1.20", not "new"'),
            (
                "[severity]\nWFL101 = 'fatal'",
                'severity."WFL101" must be one of "error", "warning", "info", "off", not "fatal"',
            ),
            (
                "[per-file-ignores]\n'a.py' = 'WFL1'",
                'per-file-ignores."a.py" must be an array of strings, not a string',
            ),
            ("[[apis]]\nrule = 'WFL101'", 'apis[0] lacks the key "name"'),
            (
                "[[apis]]\nname = 'a.b'\nrul = 'WFL101'",
                'unknown key "apis[0].rul"; did you mean "rule"?',
            ),
            ("[[apis]]\nname = 'a.b'", "apis[0] needs either `rule` or `deterministic = true`"),
            (
                "[[apis]]\nname = 'a.*.b'\nrule = 'WFL101'",
                'apis[0].name must be a dotted name or end in ".*": "a.*.b"',
            ),
            (
                "default-activity-timeout = 0",
                "default-activity-timeout must be a number of seconds above 0",
            ),
            (
                "max-workflow-commands = -1",
                "max-workflow-commands must be a number from 0 to 1,000,000,000",
            ),
        ],
    )
    def test_wrong_value_is_named(self, tmp_path: Path, text: str, problem: str) -> None:
        assert error_of(text, tmp_path) == f"wflint.toml: {problem}"

    def test_bad_toml_names_the_line(self, tmp_path: Path) -> None:
        assert error_of("src = []\nselect = [\n= 3", tmp_path).startswith(
            "wflint.toml:3: invalid TOML: "
        )

    def test_bytes_that_are_no_text(self, tmp_path: Path) -> None:
        (tmp_path / "wflint.toml").write_bytes(b"select = ['\xff']")
        with pytest.raises(ConfigError, match=r"^wflint\.toml: the file is not valid UTF-8$"):
            find_project(tmp_path, tmp_path)

    def test_table_that_is_no_table(self, tmp_path: Path) -> None:
        message = error_of("[tool]\nwflint = 3", tmp_path, "pyproject.toml")
        assert message == "pyproject.toml: tool.wflint must be a table"

    def test_broken_pyproject_of_other_tools_is_not_ours(self, tmp_path: Path) -> None:
        write(tmp_path / "pyproject.toml", "[tool.other\n")
        assert find_project(tmp_path, tmp_path).config_file is None

    @pytest.mark.parametrize(
        ("values", "problem"),
        [
            (["nosuch.toml"], "neither a file nor of the form `key = value`: nosuch.toml"),
            (["selct = []"], '\'selct = []\': unknown key "selct"; did you mean "select"?'),
            (["select = ["], "'select = [': invalid TOML"),
        ],
    )
    def test_config_flag(self, tmp_path: Path, values: list[str], problem: str) -> None:
        with pytest.raises(ConfigError) as caught:
            find_project(tmp_path, tmp_path, values)
        assert str(caught.value).startswith("--config") and problem in str(caught.value)

    def test_isolated_contradicts_a_file(self, tmp_path: Path) -> None:
        write(tmp_path / "a.toml")
        with pytest.raises(ConfigError, match="--isolated"):
            find_project(tmp_path, tmp_path, ["a.toml"], isolated=True)

    def test_wrong_flag_is_blamed_on_the_command_line(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"^command line: target-sdk must be a version"):
            find_project(tmp_path, tmp_path, overrides={"target-sdk": "x"})


class TestFlagsOnTop:
    FILE = {"select": ["WFL1"], "extend-select": ["WFL202"], "ignore": ["WFL113"]}

    def effective(self, **flags: object) -> Settings:
        named = {key.replace("_", "-"): value for key, value in flags.items()}
        return msgspec.convert(apply_flags(self.FILE, named), Settings)

    def test_select_replaces_all_that_the_file_says_of_rules(self) -> None:
        settings = self.effective(select=["WFL113"])
        assert (settings.select, settings.extend_select, settings.ignore) == (("WFL113",), (), ())

    def test_ignore_is_added_and_wins_over_what_it_covers(self) -> None:
        settings = self.effective(ignore=["WFL2"])
        assert (settings.select, settings.extend_select) == (("WFL1",), ())
        assert settings.ignore == ("WFL113", "WFL2")

    def test_extend_select_is_added_and_wins_over_what_it_covers(self) -> None:
        settings = self.effective(extend_select=["WFL113"])
        assert (settings.extend_select, settings.ignore) == (("WFL202", "WFL113"), ())

    def test_extend_exclude_is_added_and_exclude_replaces(self) -> None:
        table = {"exclude": ["a"], "extend-exclude": ["b"]}
        flags = {"exclude": ["c"], "extend-exclude": ["d"]}
        settings = msgspec.convert(apply_flags(table, flags), Settings)
        assert (settings.exclude, settings.extend_exclude) == (("c",), ("b", "d"))


class TestTargets:
    @pytest.mark.parametrize(
        ("name", "text", "version"),
        [
            ("requirements.txt", "temporalio==1.18.0\n", (1, 18)),
            ("requirements-dev.txt", "temporalio[openai-agents] >= 1.20, <2\n", (1, 20)),
            ("pyproject.toml", '[project]\ndependencies = ["temporalio~=1.9.1"]', (1, 9)),
            ("pyproject.toml", '[tool.poetry.dependencies]\ntemporalio = "^1.7"', (1, 7)),
            ("uv.lock", '[[package]]\nname = "temporalio"\nversion = "1.31.0"\n', (1, 31)),
            ("requirements.txt", "# temporalio==1.2\ntemporalio\n", None),
            ("requirements.txt", "temporalio-contrib==3.4\n", None),
        ],
    )
    def test_sdk_is_read_from_the_projects_files(
        self, tmp_path: Path, name: str, text: str, version: tuple[int, int] | None
    ) -> None:
        write(tmp_path / name, text)
        assert find_project(tmp_path, tmp_path).target_sdk == version

    def test_lock_file_is_more_exact_than_requirements(self, tmp_path: Path) -> None:
        write(tmp_path / "requirements.txt", "temporalio>=1.5\n")
        write(tmp_path / "poetry.lock", '[[package]]\nname = "temporalio"\nversion = "1.17.2"\n')
        assert find_project(tmp_path, tmp_path).target_sdk == (1, 17)

    def test_lowest_of_several_requirements_counts(self, tmp_path: Path) -> None:
        write(tmp_path / "requirements.txt", "temporalio>=1.24\n")
        write(tmp_path / "requirements-old.txt", "temporalio>=1.8\n")
        assert find_project(tmp_path, tmp_path).target_sdk == (1, 8)

    def test_lock_file_of_the_repository_counts_for_a_part_of_it(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        write(tmp_path / "uv.lock", '[[package]]\nname = "temporalio"\nversion = "1.30.0"\n')
        write(tmp_path / "service" / "wflint.toml")
        assert find_project(tmp_path / "service", tmp_path).target_sdk == (1, 30)

    def test_setting_wins(self, tmp_path: Path) -> None:
        write(tmp_path / "requirements.txt", "temporalio==1.18.0\n")
        write(tmp_path / "wflint.toml", 'target-sdk = "1.25.3"\ntarget-python = "3.12"')
        project = find_project(tmp_path, tmp_path)
        assert (project.target_sdk, project.target_python) == ((1, 25), (3, 12))

    @pytest.mark.parametrize(
        ("name", "text", "version"),
        [
            ("pyproject.toml", '[project]\nrequires-python = ">=3.12,<4"', (3, 12)),
            ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.11"', (3, 11)),
            ("setup.cfg", "[options]\npython_requires = >=3.13", (3, 13)),
            ("setup.cfg", "[options]", (3, 10)),
        ],
    )
    def test_python_is_read_from_the_projects_files(
        self, tmp_path: Path, name: str, text: str, version: tuple[int, int]
    ) -> None:
        write(tmp_path / name, text)
        assert find_project(tmp_path, tmp_path).target_python == version


class TestSettings:
    def test_cli_knows_the_formats_that_can_be_configured(self) -> None:
        literal, _none = get_args(_field("output_format").type)
        assert get_args(literal) == FORMATS

    def test_default_patterns_are_sorted_and_name_no_ordinary_folder(self) -> None:
        assert list(DEFAULT_EXCLUDE) == sorted(DEFAULT_EXCLUDE)
        assert not {"build", "dist", "env", "lib", "src", "target"} & set(DEFAULT_EXCLUDE)
        assert "conftest.py" in DEFAULT_TEST_PATHS

    def test_one_finder_gives_one_project_for_one_root(self, tmp_path: Path) -> None:
        write(tmp_path / "wflint.toml")
        finder = ProjectFinder(tmp_path)
        assert finder.find(tmp_path / "a.py") is finder.find(tmp_path / "b" / "c.py")


def _field(name: str) -> msgspec.structs.FieldInfo:
    return next(f for f in msgspec.structs.fields(Settings) if f.name == name)
