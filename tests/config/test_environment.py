"""Finding the environment and its folders, from the file system alone where that is possible."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from wflint.config.environment import Environment, find_environments
from wflint.config.errors import ConfigError


def make_environment(folder: Path, version: str = "3.11") -> Path:
    """An empty environment; gives its folder of packages."""
    site = folder / "lib" / f"python{version}" / "site-packages"
    site.mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version}.4\n")
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(sys.executable)
    return site


def find(
    root: Path, python: str | None = None, may_run: bool = False, **variables: str
) -> list[Environment]:
    return find_environments(root, python, variables, may_run)


def folders(
    root: Path, python: str | None = None, may_run: bool = False, **variables: str
) -> list[str]:
    return [f for e in find(root, python, may_run, **variables) for f in e.folders]


class TestWhere:
    def test_without_any_environment_nothing_is_found(self, tmp_path: Path) -> None:
        (tmp_path / ".venv").mkdir()  # no packages in it
        assert find(tmp_path, VIRTUAL_ENV=str(tmp_path / "gone")) == []

    def test_the_active_one_comes_before_those_of_the_project(self, tmp_path: Path) -> None:
        root = tmp_path / "project"
        sites = [make_environment(root / "venv"), make_environment(root / ".venv")]
        sites.append(make_environment(tmp_path / "active"))
        found = folders(root, VIRTUAL_ENV=str(tmp_path / "active"))
        assert found == [str(site) for site in reversed(sites)]

    def test_an_active_one_that_is_the_projects_own_counts_once(self, tmp_path: Path) -> None:
        site = make_environment(tmp_path / ".venv")
        assert folders(tmp_path, VIRTUAL_ENV=str(tmp_path / ".venv")) == [str(site)]

    def test_parts_of_a_repository_share_the_one_at_its_root(self, tmp_path: Path) -> None:
        (tmp_path / "repo" / ".git").mkdir(parents=True)
        site = make_environment(tmp_path / "repo" / ".venv")
        make_environment(tmp_path / ".venv")  # outside of the repository
        part = tmp_path / "repo" / "services" / "orders"
        part.mkdir(parents=True)
        assert folders(part) == [str(site)]

    def test_without_a_repository_folders_above_are_not_looked_at(self, tmp_path: Path) -> None:
        make_environment(tmp_path / ".venv")
        (tmp_path / "orders").mkdir()
        assert folders(tmp_path / "orders") == []

    @pytest.mark.parametrize("python", ["env", "env/bin/python"])
    def test_the_one_that_is_named_is_the_only_one(self, tmp_path: Path, python: str) -> None:
        make_environment(tmp_path / ".venv")
        site = make_environment(tmp_path / "env")
        assert folders(tmp_path, python) == [str(site)]
        assert folders(Path("/"), str(tmp_path / python)) == [str(site)]

    def test_windows_has_another_folder(self, tmp_path: Path) -> None:
        site = tmp_path / "env" / "Lib" / "site-packages"
        site.mkdir(parents=True)
        (tmp_path / "env" / "pyvenv.cfg").write_text("version = 3.12.1\n")
        assert folders(tmp_path, "env") == [str(site)]

    def test_of_several_pythons_the_environments_own_counts(self, tmp_path: Path) -> None:
        site = make_environment(tmp_path / "env", "3.11")
        (tmp_path / "env" / "lib" / "python3.9" / "site-packages").mkdir(parents=True)
        (tmp_path / "env" / "lib" / "python3.13" / "site-packages").mkdir(parents=True)
        assert folders(tmp_path, "env") == [str(site)]

    def test_of_several_pythons_the_newest_comes_first(self, tmp_path: Path) -> None:
        sites = [tmp_path / "lib" / f"python3.{n}" / "site-packages" for n in (9, 13, 11)]
        for site in sites:
            site.mkdir(parents=True)
        assert folders(tmp_path, ".") == [str(sites[1]), str(sites[2]), str(sites[0])]

    def test_an_environment_may_share_what_the_system_has(self, tmp_path: Path) -> None:
        system = tmp_path / "usr" / "lib" / "python3" / "dist-packages"
        system.mkdir(parents=True)
        site = make_environment(tmp_path / "env")
        settings = f"home = {tmp_path}/usr/bin\ninclude-system-site-packages = true\n"
        (tmp_path / "env" / "pyvenv.cfg").write_text(settings)
        assert folders(tmp_path, "env") == [str(site), str(system)]

    def test_an_interpreter_in_no_usual_place_is_asked_if_the_user_names_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        interpreter = tmp_path / "bin" / "python-of-ours"
        interpreter.parent.mkdir()
        interpreter.write_text('#!/bin/sh\necho \'["/x/zip", "/x/site-packages"]\'\n')
        interpreter.chmod(0o755)
        assert folders(tmp_path, "bin/python-of-ours", may_run=True) == ["/x/site-packages"]
        with pytest.raises(ConfigError, match="name it with --python"):
            folders(tmp_path, "bin/python-of-ours")
        # A command is looked for outside of the project.
        monkeypatch.setenv("PATH", str(interpreter.parent), prepend=os.pathsep)
        project = tmp_path / "project"
        project.mkdir()
        assert folders(project, "python-of-ours", may_run=True) == ["/x/site-packages"]
        for place, may_run in ((project, False), (tmp_path, True)):
            with pytest.raises(ConfigError, match="no such interpreter"):
                folders(place, "python-of-ours", may_run)

    @pytest.mark.parametrize(
        ("python", "may_run", "problem"),
        [
            ("gone", False, "no such interpreter or environment: gone"),
            ("empty", False, "there are no installed packages in empty$"),
            (
                "broken",
                False,
                "no installed packages in broken; .* name it with --python",
            ),
            ("broken", True, "broken does not work"),
        ],
    )
    def test_a_wrong_name_is_an_error(
        self, tmp_path: Path, python: str, may_run: bool, problem: str
    ) -> None:
        (tmp_path / "empty").mkdir()
        (tmp_path / "broken").write_text("")
        with pytest.raises(ConfigError, match=rf"^python: .*{problem}"):
            find(tmp_path, python, may_run)


class TestEditableInstalls:
    def test_lines_of_pth_files_are_folders(self, tmp_path: Path) -> None:
        site = make_environment(tmp_path / ".venv")
        (tmp_path / "libs" / "a").mkdir(parents=True)
        (site / "b").mkdir()
        (site / "x.pth").write_text(f"# {tmp_path}\n\n{tmp_path}/libs/a\nb\n{tmp_path}/gone\n")
        assert folders(tmp_path) == [str(site), str(tmp_path / "libs" / "a"), str(site / "b")]

    def test_a_pth_file_that_is_no_text_is_passed_over(self, tmp_path: Path) -> None:
        site = make_environment(tmp_path / ".venv")
        (site / "x.pth").write_bytes(b"\xff\xfe\0\n")
        assert folders(tmp_path) == [str(site)]

    @pytest.mark.parametrize(
        "finder",
        [
            "MAPPING: dict[str, str] = {'acme': '/src/acme', 'other': '/src/other'}",
            "MAPPING = {'acme': '/src/acme', 'other': '/src/other', **more, 1: 2}",
            "from editables.redirector import RedirectingFinder as F\nF.install()\n"
            "F.map_module('acme', '/src/acme')\nF.map_module('other', '/src/other')",
        ],
    )
    def test_finders_map_packages_to_folders(self, tmp_path: Path, finder: str) -> None:
        site = make_environment(tmp_path / ".venv")
        (site / "__editable___acme_1_finder.py").write_text(finder)
        line = "import __editable___acme_1_finder; __editable___acme_1_finder.install()"
        (site / "__editable__.acme-1.pth").write_text(line)
        (found,) = find(tmp_path)
        assert found.mapped == {"acme": "/src/acme", "other": "/src/other"}

    @pytest.mark.parametrize("finder", ["MAPPING = {", "MAPPING = other()", "\0", None])
    def test_a_finder_that_is_not_understood_maps_nothing(
        self, tmp_path: Path, finder: str | None
    ) -> None:
        site = make_environment(tmp_path / ".venv")
        (site / "x.pth").write_text("import finder")
        if finder is not None:
            (site / "finder.py").write_text(finder)
        (found,) = find(tmp_path)
        assert found.mapped == {}
