"""Which versions of the SDK a folder's files require."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wflint.config import requirements, targets
from wflint.config.find import find_project
from wflint.config.requirements import SdkRange, required_in
from wflint.config.targets import SdkRanges, sdk_range
from wflint.system import disk
from wflint.system.borders import Border

ANY_1 = (1, 10**9 - 1)


def write(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def required(folder: Path) -> SdkRange | None:
    return required_in(folder, Border(folder))


@pytest.mark.parametrize(
    ("requirement", "oldest", "newest"),
    [
        ("temporalio==1.7.0", (1, 7), (1, 7)),
        ("temporalio===1.7.0", (1, 7), (1, 7)),
        ("temporalio == 1.7", (1, 7), (1, 7)),
        ("temporalio==1.7.*", (1, 7), (1, 7)),
        ("temporalio==1.*", (1, 0), ANY_1),
        ("temporalio[opentelemetry]==1.8.0", (1, 8), (1, 8)),
        ("temporalio[opentelemetry, pydantic] == 1.8.0 ; python_version > '3.9'", (1, 8), (1, 8)),
        ("temporalio==1.7.0 \\\n    --hash=sha256:12", (1, 7), (1, 7)),
        ("temporalio==1.7.0  # not 1.9", (1, 7), (1, 7)),
        ("temporalio (==1.7.0)", (1, 7), (1, 7)),
        ("temporalio~=1.7.0", (1, 7), (1, 7)),
        ("temporalio~=1.7", (1, 7), ANY_1),
        ("temporalio>=1.5,<1.9", (1, 5), (1, 8)),
        ("temporalio<1.9.0,>=1.5.1", (1, 5), (1, 8)),
        ("temporalio>=1.5,<1.9.2", (1, 5), (1, 9)),
        ("temporalio>=1.5,<=1.9", (1, 5), (1, 9)),
        ("temporalio>=1.5,!=1.8.0", (1, 5), None),
        ("temporalio>=1.7,<2", (1, 7), ANY_1),
        ("temporalio>1.7", (1, 7), None),
        ("temporalio<1.9", None, (1, 8)),
        ("temporalio", None, None),
        ("temporalio[pydantic]", None, None),
    ],
)
def test_requirement(
    tmp_path: Path, requirement: str, oldest: tuple[int, int] | None, newest: tuple[int, int] | None
) -> None:
    write(tmp_path / "requirements.txt", f"httpx==0.2\n{requirement}\npydantic==2.9\n")
    assert required(tmp_path) == SdkRange(oldest, newest)


@pytest.mark.parametrize(
    ("text", "oldest", "newest"),
    [
        ('[project]\ndependencies = [\n  "temporalio==1.7.0",\n]', (1, 7), (1, 7)),
        ("[project]\ndependencies = ['temporalio==1.7.0']", (1, 7), (1, 7)),
        ('[project.optional-dependencies]\nx = ["temporalio[a]==1.6.0"]', (1, 6), (1, 6)),
        ('[dependency-groups]\nx = ["temporalio==1.6.0"]', (1, 6), (1, 6)),
        ('[tool.pdm.dev-dependencies]\nx = ["temporalio==1.6.0"]', (1, 6), (1, 6)),
        ('[tool.uv]\nconstraint-dependencies = ["temporalio<1.9"]', None, (1, 8)),
        ('[tool.poetry.dependencies]\ntemporalio = "1.7.0"', (1, 7), (1, 7)),
        ('[tool.poetry.dependencies]\ntemporalio = "==1.7.0"', (1, 7), (1, 7)),
        ('[tool.poetry.dependencies]\ntemporalio = "~1.7"', (1, 7), (1, 7)),
        ('[tool.poetry.dependencies]\ntemporalio = "^1.7"', (1, 7), ANY_1),
        ('[tool.poetry.dependencies]\ntemporalio = "^1.7 || 1.2"', (1, 7), None),
        ('[tool.poetry.dependencies]\ntemporalio = ">=1.7,<1.9"', (1, 7), (1, 8)),
        (
            '[tool.poetry.dependencies]\ntemporalio = { extras = ["a"], version = "1.7.0" }',
            (1, 7),
            (1, 7),
        ),
    ],
)
def test_table(
    tmp_path: Path, text: str, oldest: tuple[int, int] | None, newest: tuple[int, int] | None
) -> None:
    write(tmp_path / "pyproject.toml", text)
    assert required(tmp_path) == SdkRange(oldest, newest)


@pytest.mark.parametrize(
    "text",
    [
        '[project]\nname = "temporalio"\nversion = "1.35.0"',
        '[[tool.mypy.overrides]]\nmodule = "temporalio.*"',
        '[tool.poetry.dependencies]\ntemporalio = { git = "https://example.org/a.git" }',
        '[project]\ndependencies = ["temporalio-extras==1.2", "my-temporalio==1.3"]',
        '# "temporalio==1.2"',
    ],
)
def test_no_requirement(tmp_path: Path, text: str) -> None:
    write(tmp_path / "pyproject.toml", text)
    assert (required(tmp_path) or SdkRange()) == SdkRange()


class TestSeveral:
    def test_a_pin_goes_before_a_wider_requirement(self, tmp_path: Path) -> None:
        write(tmp_path / "pyproject.toml", '[project]\ndependencies = ["temporalio>=1.5"]')
        write(tmp_path / "requirements.txt", "temporalio==1.7.0")
        assert required(tmp_path) == SdkRange((1, 5), (1, 7))

    def test_pins_that_differ_leave_all_between_them(self, tmp_path: Path) -> None:
        write(tmp_path / "requirements.txt", "temporalio==1.7.0; python_version < '3.9'")
        write(tmp_path / "requirements-new.txt", "temporalio==1.10.0")
        assert required(tmp_path) == SdkRange((1, 7), (1, 10))

    def test_an_old_pin_beside_a_newer_requirement_rules_nothing_out(self, tmp_path: Path) -> None:
        write(tmp_path / "requirements.txt", "temporalio>=1.20")
        write(tmp_path / "requirements-old.txt", "temporalio==1.4.0")
        assert required(tmp_path) == SdkRange((1, 4), None)

    @pytest.mark.parametrize(
        "line", ["-r base.in", "-rbase.in", "--requirement=base.in", "-c base.in", "-r ./base.in"]
    )
    def test_included(self, tmp_path: Path, line: str) -> None:
        write(tmp_path / "requirements.txt", f"temporalio\n{line}\n")
        write(tmp_path / "base.in", "temporalio==1.7.0\n-r requirements.txt\n")
        assert required(tmp_path) == SdkRange((1, 7), (1, 7))

    def test_included_from_another_folder(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        write(tmp_path / "service" / "requirements.txt", "-r ../shared/pins.txt\n")
        write(tmp_path / "shared" / "pins.txt", "temporalio==1.7.0\n")
        assert required(tmp_path / "service") == SdkRange((1, 7), (1, 7))

    def test_folder_of_requirements(self, tmp_path: Path) -> None:
        write(tmp_path / "requirements" / "base.txt", "temporalio==1.7.0\n")
        assert required(tmp_path) == SdkRange((1, 7), (1, 7))


class TestBorders:
    def test_nothing_outside_is_read(self, tmp_path: Path) -> None:
        repository = tmp_path / "repository"
        (repository / ".git").mkdir(parents=True)
        outside = write(tmp_path / "outside" / "pins.txt", "temporalio==1.7.0\n")
        write(repository / "requirements.txt", f"-r ../outside/pins.txt\n-c {outside}\n")
        os.symlink(outside, repository / "requirements-dev.txt")
        os.symlink(outside.parent, repository / "requirements")
        assert required(repository) is None

    def test_files_without_end_are_left_alone(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "requirements.txt")
        os.symlink("/dev/zero", tmp_path / "setup.py")
        write(tmp_path / "pyproject.toml", "x" * (1024 * 1024 + 1) + '"temporalio==1.7.0"')
        assert required(tmp_path) is None

    def test_includes_are_bounded(self, tmp_path: Path) -> None:
        for number in range(200):
            write(tmp_path / f"{number}.in", f"-r {number + 1}.in\n")
        write(tmp_path / "requirements.txt", "-r 0.in\n-r requirements.txt\n-r \0\n")
        write(tmp_path / "200.in", "temporalio==1.7.0\n")
        assert required(tmp_path) is None

    def test_texts_are_read_once(self, tmp_path: Path) -> None:
        for piece in ("temporalio[", "temporalio={", "temporalio={version", "temporalio = ", "-r "):
            write(tmp_path / "requirements.txt", piece * 40_000)
            assert (required(tmp_path) or SdkRange()) == SdkRange()
        write(tmp_path / "requirements.txt", "temporalio=={}\n".format("9" * 5_000))
        assert (required(tmp_path) or SdkRange()) == SdkRange()
        write(tmp_path / "requirements.txt", "temporalio>=1," + ",".join(["<1.9"] * 40_000))
        assert required(tmp_path) == SdkRange((1, 0), (1, 8))


class TestFolders:
    def test_nearest_counts(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        write(tmp_path / "requirements.txt", "temporalio==1.20.0")
        write(tmp_path / "a" / "requirements.txt", "temporalio==1.7.0")
        write(tmp_path / "b" / "requirements" / "prod.txt", "temporalio==1.8.0")
        write(tmp_path / "c" / "pyproject.toml", "[tool.ruff]")
        names = ["requirements.txt", "a/requirements.txt", "b/requirements/prod.txt"]
        ranges = SdkRanges(tmp_path, [*names, "c/pyproject.toml", "d/x.py"])
        found = [ranges.at(str(tmp_path / name)).newest for name in ("a", "a/x/y", "b/x", "c", "d")]
        assert found == [(1, 7), (1, 7), (1, 8), (1, 20), (1, 20)]
        assert ranges.at(str(tmp_path)).newest == (1, 20)

    def test_each_folder_is_read_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / ".git").mkdir()
        write(tmp_path / "uv.lock", '[[package]]\nname = "temporalio"\nversion = "1.30.0"\n')
        names = [f"{n}/pyproject.toml" for n in range(5)]
        for name in names:
            write(tmp_path / name, "[tool.ruff]")
        read: list[str] = []

        def noted(path: os.PathLike[str], *most: int) -> bytes:
            read.append(os.path.relpath(path, tmp_path))
            return disk.read_file(path, *most)

        for module in (requirements, targets):
            monkeypatch.setattr(module, "read_file", noted)
        ranges = SdkRanges(tmp_path, names)
        assert {found.newest for _, found in ranges.about} == {(1, 30)}
        assert len(read) == len(set(read))
        assert {"uv.lock", *names} <= set(read)

    def test_lock_of_a_workspace(self, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        write(tmp_path / "uv.lock", '[[package]]\nname = "temporalio"\nversion = "1.30.0"\n')
        write(tmp_path / "a" / "pyproject.toml", '[project]\ndependencies = ["temporalio>=1.7"]')
        write(tmp_path / "b" / "requirements.txt", "temporalio==1.7.0")
        assert sdk_range(tmp_path / "a", tmp_path) == SdkRange((1, 30), (1, 30))
        assert sdk_range(tmp_path / "b", tmp_path) == SdkRange((1, 7), (1, 7))

    def test_lock_that_does_not_fit_the_requirement_beside_it(self, tmp_path: Path) -> None:
        write(tmp_path / "uv.lock", '[[package]]\nname = "temporalio"\nversion = "1.30.0"\n')
        write(tmp_path / "requirements.txt", "temporalio==1.7.0")
        assert sdk_range(tmp_path, tmp_path) == SdkRange((1, 7), (1, 30))

    def test_lock_of_pipenv(self, tmp_path: Path) -> None:
        write(
            tmp_path / "Pipfile.lock",
            '{"default": {"temporalio": {\n"hashes": ["sha256:1"],\n"version": "==1.9.1"}}}',
        )
        write(tmp_path / "Pipfile", '[packages]\ntemporalio = "*"\n')
        assert sdk_range(tmp_path, tmp_path) == SdkRange((1, 9), (1, 9))

    def test_setting_is_exact(self, tmp_path: Path) -> None:
        write(tmp_path / "requirements.txt", "temporalio==1.18.0\n")
        write(tmp_path / "wflint.toml", 'target-sdk = "1.25.3"')
        assert find_project(tmp_path, tmp_path).sdk == SdkRange((1, 25), (1, 25))
