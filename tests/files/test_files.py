"""Files of a project, and those of them that the arguments name."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from wflint.config.find import ProjectFinder, find_project
from wflint.files.listing import list_project
from wflint.files.select import Selected, select, shown_path
from wflint.gitignore.patterns import Patterns

needs_links = pytest.mark.skipif(os.name == "nt", reason="needs the right to make symlinks")
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    identity += ["-c", "protocol.file.allow=always"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def listed(root: Path) -> list[str]:
    files = list_project(find_project(root, root)).paths()
    return [Path(path).relative_to(root).as_posix() for path in files]


def chosen(root: Path, *arguments: str, **flags: object) -> list[str]:
    selected = choose(root, *arguments, **flags)
    assert selected.problems == []
    return [Path(p).relative_to(root).as_posix() for g in selected.groups for p in g.chosen]


def choose(root: Path, *arguments: str, **flags: object) -> Selected:
    overrides = {key.replace("_", "-"): value for key, value in flags.items()}
    return select(arguments, ProjectFinder(root, overrides=overrides))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project that is not in git."""
    make(tmp_path, "setup.py")
    return tmp_path


class TestWalk:
    def test_python_files_are_listed_sorted(self, root: Path) -> None:
        make(root, "b.py", "a/z.py", "a/y.py", "a/types.pyi", "a/notes.txt", "a/nb.ipynb")
        assert listed(root) == ["a/nb.ipynb", "a/y.py", "a/z.py", "b.py", "setup.py"]

    @pytest.mark.parametrize("name", [".venv", "venv", "node_modules", "__pycache__", ".git"])
    def test_folders_of_tools_are_left_out(self, root: Path, name: str) -> None:
        make(root, f"{name}/x.py", f"inner/{name}/x.py")
        assert listed(root) == ["setup.py"]

    @pytest.mark.parametrize("name", ["build", "dist", "env", "target", "lib"])
    def test_folders_with_ordinary_names_are_kept(self, root: Path, name: str) -> None:
        make(root, f"{name}/x.py")
        assert f"{name}/x.py" in listed(root)

    def test_excludes_are_not_matched_above_the_root(self, tmp_path: Path) -> None:
        root = tmp_path / "venv" / "app"
        make(root, "setup.py", "flow.py")
        assert listed(root) == ["flow.py", "setup.py"]

    def test_gitignore_counts_outside_of_git_too(self, root: Path) -> None:
        make(root, "gen/a.py", "gen/keep.py", "x/local.py", "y/local.py")
        (root / ".gitignore").write_text("gen/*\n!gen/keep.py\n")
        (root / "x" / ".gitignore").write_text("/local.py\n")
        assert listed(root) == ["gen/keep.py", "setup.py", "y/local.py"]

    def test_gitignore_can_be_disregarded(self, root: Path) -> None:
        make(root, "gen/a.py")
        (root / ".gitignore").write_text("gen/\n")
        (root / "wflint.toml").write_text("respect-gitignore = false\n")
        assert listed(root) == ["gen/a.py", "setup.py"]

    @pytest.mark.parametrize(
        ("pattern", "gone"),
        [
            ("legacy/", ["legacy/a.py", "pkg/legacy/b.py"]),
            ("/legacy/", ["legacy/a.py"]),
            ("*_pb2.py", ["pkg/order_pb2.py"]),
            ("pkg/leg*/", ["pkg/legacy/b.py"]),
            ("**/b.py", ["pkg/legacy/b.py"]),
            ("./pkg", ["pkg/legacy/b.py", "pkg/order_pb2.py"]),
        ],
    )
    def test_patterns_are_those_of_gitignore(
        self, root: Path, pattern: str, gone: list[str]
    ) -> None:
        everything = ["legacy/a.py", "pkg/legacy/b.py", "pkg/order_pb2.py", "setup.py"]
        make(root, *everything)
        (root / "wflint.toml").write_text(f'extend-exclude = ["{pattern}"]\n')
        assert listed(root) == [name for name in everything if name not in gone]

    @needs_links
    def test_links_to_folders_are_not_followed(self, root: Path) -> None:
        make(root, "pkg/a.py")
        (root / "pkg" / "loop").symlink_to(root)
        assert listed(root) == ["pkg/a.py", "setup.py"]

    @needs_links
    def test_each_real_file_is_listed_once(self, root: Path) -> None:
        make(root, "real.py")
        (root / "alias.py").symlink_to("real.py")
        (root / "broken.py").symlink_to("nowhere.py")
        (root / "self.py").symlink_to("self.py")
        assert listed(root) == ["real.py", "setup.py"]

    def test_unreadable_folder_is_named_and_the_rest_is_listed(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make(root, "closed/a.py", "open/b.py")
        scandir = os.scandir

        def refuse(path: str) -> object:
            if path.endswith("closed"):
                raise PermissionError(13, "Permission denied")
            return scandir(path)

        monkeypatch.setattr(os, "scandir", refuse)
        selected = choose(root, ".")
        assert [Path(p).name for p in selected.groups[0].chosen] == ["b.py", "setup.py"]
        (warning,) = selected.warnings
        assert "closed" in warning and "Permission denied" in warning


@needs_git
class TestGit:
    def test_tracked_and_new_files_are_listed(self, tmp_path: Path) -> None:
        git(tmp_path, "init")
        make(tmp_path, "tracked.py", "deleted.py", "new.py", "ignored.py", "naïve file.py")
        (tmp_path / ".gitignore").write_text("ignored.py\n")
        git(tmp_path, "add", "tracked.py", "deleted.py")
        (tmp_path / "deleted.py").unlink()
        assert listed(tmp_path) == ["naïve file.py", "new.py", "tracked.py"]

    def test_submodules_and_repositories_inside_are_listed(self, tmp_path: Path) -> None:
        library, app = tmp_path / "library", tmp_path / "app"
        make(library, "lib.py")
        make(app, "flow.py", "clone/other.py")
        for folder in (library, app, app / "clone"):
            git(folder, "init")
        git(library, "add", ".")
        git(library, "commit", "-m", "x")
        git(app, "submodule", "add", str(library), "vendor")
        assert listed(app) == ["clone/other.py", "flow.py", "vendor/lib.py"]

    def test_project_in_a_folder_that_a_repository_around_it_ignores(self, tmp_path: Path) -> None:
        git(tmp_path, "init")
        (tmp_path / ".gitignore").write_text("scratch/\n")
        make(tmp_path, "a.py", "scratch/wflint.toml", "scratch/b.py")
        assert listed(tmp_path / "scratch") == ["b.py"]
        assert listed(tmp_path) == ["a.py"]

    def test_variables_of_a_hook_do_not_lead_to_another_repository(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("here", "there"):
            make(tmp_path / name, f"{name}.py")
            git(tmp_path / name, "init")
        monkeypatch.setenv("GIT_DIR", str(tmp_path / "there" / ".git"))
        monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "there"))
        assert listed(tmp_path / "here") == ["here.py"]

    def test_without_the_git_program_folders_are_walked(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        git(tmp_path, "init")
        make(tmp_path, "a.py", "ignored.py")
        (tmp_path / ".gitignore").write_text("ignored.py\n")
        monkeypatch.setenv("PATH", "")
        assert listed(tmp_path) == ["a.py"]


class TestArguments:
    def test_folder_names_what_is_below_it(self, root: Path) -> None:
        make(root, "a/x.py", "ab/y.py")
        assert chosen(root, "a") == ["a/x.py"]
        assert chosen(root, ".") == ["a/x.py", "ab/y.py", "setup.py"]

    def test_arguments_do_not_change_the_files_of_the_project(self, root: Path) -> None:
        make(root, "a/x.py", "b/y.py")
        (one,), (all_,) = choose(root, "a/x.py").groups, choose(root, ".").groups
        assert one.files == all_.files
        assert one.chosen == [str(root / "a" / "x.py")]

    def test_same_file_named_twice_is_checked_once(self, root: Path) -> None:
        make(root, "a/x.py")
        assert chosen(root, "a/x.py", "a", "./a/../a/x.py") == ["a/x.py"]

    @needs_links
    def test_file_named_through_a_link_is_the_listed_one(self, root: Path) -> None:
        make(root, "a/x.py")
        (root / "link").symlink_to("a")
        assert chosen(root, "link/x.py") == ["a/x.py"]
        assert chosen(root, "link") == ["a/x.py"]

    def test_missing_path_is_a_problem_and_the_rest_is_checked(self, root: Path) -> None:
        selected = choose(root, "nosuch.py", "setup.py")
        assert selected.problems == ["no such file or folder: nosuch.py"]
        assert [Path(p).name for p in selected.groups[0].chosen] == ["setup.py"]

    def test_pattern_that_the_shell_left_alone(self, root: Path) -> None:
        make(root, "a/x.py", "a/b/y.py")
        assert chosen(root, "a/**/*.py") == ["a/b/y.py", "a/x.py"]
        assert choose(root, "*.nope").problems == ["no file matches: *.nope"]

    def test_excluded_file_that_is_named_is_checked(self, root: Path) -> None:
        make(root, "gen/a.py", "ignored.py")
        (root / ".gitignore").write_text("ignored.py\n")
        flags = {"extend_exclude": ["gen"]}
        assert chosen(root, "gen/a.py", "ignored.py", **flags) == ["gen/a.py", "ignored.py"]
        assert chosen(root, "gen", **flags) == ["gen/a.py"]

    def test_force_exclude_leaves_it_out(self, root: Path) -> None:
        make(root, "gen/a.py", "ignored.py", "bin/tool", "b.py")
        (root / ".gitignore").write_text("ignored.py\n")
        arguments = ("gen/a.py", "gen", "ignored.py", "bin/tool", "b.py")
        kept = chosen(root, *arguments, extend_exclude=["gen"], force_exclude=True)
        assert kept == ["b.py", "bin/tool"]

    def test_notebooks_are_among_them(self, root: Path) -> None:
        make(root, "a.ipynb", "inner/b.ipynb", "inner/.ipynb_checkpoints/b.ipynb")
        assert chosen(root, "inner") == ["inner/b.ipynb"]
        assert chosen(root, "a.ipynb") == ["a.ipynb"]

    def test_nothing_to_check_is_said(self, root: Path) -> None:
        (root / "empty").mkdir()
        selected = choose(root, "empty")
        assert selected.warnings == ["no Python file to check was found"]

    def test_stdin_is_a_file_of_the_project(self, root: Path) -> None:
        make(root, "a/x.py")
        selected = select(["-"], ProjectFinder(root), "a/new.py")
        (group,) = selected.groups
        assert group.chosen == [str(root / "a" / "new.py")]
        assert set(map(Path, group.files)) == {
            root / "a" / "x.py",
            root / "setup.py",
            root / "a" / "new.py",
        }


class TestSeveralConfigurations:
    def test_they_do_not_cut_the_program(self, root: Path) -> None:
        make(root, "a.py", "service/b.py", "service/wflint.toml", "service/inner/c.py")
        (group,) = choose(root, ".").groups
        assert [Path(path).name for path in group.chosen] == ["a.py", "b.py", "c.py", "setup.py"]
        owners = {Path(path).name: group.owner(path).root for path in group.files}
        service = root / "service"
        assert owners == {"a.py": root, "setup.py": root, "b.py": service, "c.py": service}

    def test_the_program_is_the_same_whatever_is_named(self, root: Path) -> None:
        make(root, "a.py", "service/b.py", "service/wflint.toml")
        (whole,) = choose(root, ".").groups
        for argument in ("service/b.py", "service", "a.py"):
            (alone,) = choose(root, argument).groups
            assert alone.files == whole.files

    def test_each_leaves_out_files_of_its_own_folder(self, root: Path) -> None:
        make(root, "gen/a.py", "service/gen/b.py", "service/old/c.py", "old/d.py")
        (root / "wflint.toml").write_text('extend-exclude = ["gen/"]')
        (root / "service" / "wflint.toml").write_text('extend-exclude = ["old/"]')
        assert chosen(root, ".") == ["old/d.py", "setup.py"]

    def test_a_submodule_belongs_to_the_repository_around_it(self, root: Path) -> None:
        make(root, "a.py", "lib/b.py")
        (root / ".git").mkdir()
        (root / "lib" / ".git").write_text("gitdir: ../.git/modules/lib")
        assert ProjectFinder(root).program(root / "lib" / "b.py").root == root

    def test_a_work_tree_is_a_repository_of_its_own(self, root: Path) -> None:
        make(root, "a.py", "tree/b.py")
        (root / ".git").mkdir()
        (root / "tree" / ".git").write_text("gitdir: ../.git/worktrees/tree")
        assert ProjectFinder(root).program(root / "tree" / "b.py").root == root / "tree"

    def test_a_broken_one_elsewhere_is_a_warning(self, root: Path) -> None:
        make(root, "a.py", "service/b.py")
        (root / "service" / "wflint.toml").write_text("= 1")
        selected = choose(root, "a.py")
        assert selected.problems == []
        assert selected.warnings[0].endswith("these settings are ignored")

    def test_broken_configuration_leaves_the_other_folders_checked(self, root: Path) -> None:
        make(root, "a.py", "service/b.py")
        (root / "service" / "wflint.toml").write_text("= 1")
        selected = choose(root, ".")
        (problem,) = selected.problems
        assert problem.startswith("service/wflint.toml:1: invalid TOML")
        assert [Path(p).name for g in selected.groups for p in g.chosen] == ["a.py", "setup.py"]

    def test_configuration_flag_makes_it_one_project(self, root: Path) -> None:
        make(root, "a.py", "service/b.py", "service/wflint.toml", "one.toml")
        finder = ProjectFinder(root, ["one.toml"])
        (group,) = select(["."], finder).groups
        assert [Path(path).name for path in group.chosen] == ["a.py", "b.py", "setup.py"]


class TestPatterns:
    def test_plain_names_do_not_need_pathspec(self) -> None:
        patterns = Patterns(["venv", "tests/", "test_*.py"])
        assert "_spec" not in vars(patterns)
        assert patterns.match_file("a/venv/b.py")
        assert patterns.match_file("tests/a.py")
        assert patterns.match_file("a/test_b.py")
        assert not patterns.match_file("a/latest_b.py")
        assert patterns._spec is None

    def test_folder_pattern_does_not_match_a_file_of_that_name(self) -> None:
        assert not Patterns(["tests/"]).match_file("a/tests")
        assert Patterns(["tests"]).match_file("a/tests")

    def test_negation_takes_back(self) -> None:
        patterns = Patterns(["gen/*", "!gen/keep.py"])
        assert patterns.match_file("gen/a.py")
        assert not patterns.match_file("gen/keep.py")


def test_path_is_shown_as_the_user_would_write_it(tmp_path: Path) -> None:
    assert shown_path(tmp_path / "a" / "b.py", tmp_path) == "a/b.py"
    assert shown_path(tmp_path / "b.py", tmp_path / "a") == (tmp_path / "b.py").as_posix()
    assert shown_path(os.fsdecode(b"bad\xff.py"), tmp_path) == "bad\N{REPLACEMENT CHARACTER}.py"
