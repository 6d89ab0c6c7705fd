"""``--new-from``: what a revision does not have, by a run over its files as git has them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.command_line import enter_project, invoke
from wflint.config.errors import ConfigError
from wflint.revision.repository import Repository
from wflint.revision.snapshot import snapshot

FLOW = """\
from temporalio import workflow

from shop.util import stamp


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return stamp()
"""
UTIL = """\
import os
from datetime import datetime


def stamp():
    return str(datetime.now())


def host():
    return os.environ["HOST"]
"""


def put(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def change(name: str, old: str, new: str) -> None:
    text = Path(name).read_text()
    assert old in text
    Path(name).write_text(text.replace(old, new))


def git(*arguments: str, cwd: Path | str = ".") -> str:
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b.c",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b.c",
        "GIT_ALLOW_PROTOCOL": "file",
    }
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", *arguments],
        cwd=cwd,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def commit() -> str:
    git("add", "-A")
    git("commit", "-q", "-m", "x", "--allow-empty")
    return git("rev-parse", "HEAD")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    top = tmp_path / "repository"
    top.mkdir()
    folder = enter_project(top, monkeypatch)
    put("shop/__init__.py", "")
    put("shop/flow.py", FLOW)
    put("shop/util.py", UTIL)
    git("init", "-q")
    commit()
    return folder


def new(*arguments: str) -> list[str]:
    """The places and codes that are new since HEAD, or what the arguments name."""
    arguments = arguments or ("--new-from", "HEAD")
    result = invoke("check", "--output-format", "concise", *arguments)
    assert result.exit_code == (1 if result.stdout else 0), result.stderr
    return [" ".join(line.split()[:2]) for line in result.stdout.splitlines()]


class TestNew:
    def test_is_nothing_in_an_unchanged_tree(self) -> None:
        assert new() == []
        result = invoke("check", "--new-from", "HEAD")
        assert "1 diagnostic is not shown (--new-from HEAD).\n" in result.stderr

    def test_is_what_a_change_elsewhere_makes_workflow_code(self) -> None:
        change("shop/flow.py", "import stamp", "import host, stamp")
        change("shop/flow.py", "return stamp()", "return stamp() + host()")
        assert new() == ["shop/util.py:10:12: WFL131"]

    def test_is_what_is_on_disk_and_not_in_the_index(self) -> None:
        change("shop/util.py", "return str(", "later = datetime.now()\n    return str(")
        git("add", "-A")
        change("shop/util.py", "later", "earlier")
        assert new() == ["shop/util.py:6:15: WFL101"]

    def test_is_nothing_that_has_moved_or_was_renamed(self) -> None:
        change("shop/util.py", "import os\n", "import os\n\nimport sys\n\n")
        git("mv", "shop/util.py", "shop/moved.py")
        change("shop/flow.py", "shop.util", "shop.moved")
        assert new() == []

    def test_is_nothing_in_a_renamed_folder(self) -> None:
        git("mv", "shop", "store")
        change("store/flow.py", "shop.util", "store.util")
        assert new() == []
        change("store/util.py", "str(datetime.now())", "repr(datetime.now())")
        assert new() == ["store/util.py:6:17: WFL101"]

    def test_is_what_is_in_an_untracked_file(self) -> None:
        put("shop/other.py", "import time\n\n\ndef late():\n    return time.time()\n")
        change("shop/flow.py", "shop.util", "shop.other")
        change("shop/flow.py", "stamp", "late")
        assert new() == ["shop/other.py:5:12: WFL101"]

    def test_is_nothing_where_a_file_that_is_gone_was_needed(self) -> None:
        """The base is analysed with the files that it had, and not with those of today."""
        put("shop/deep/__init__.py", "")
        put(
            "shop/deep/er/clock.py",
            "from shop.util import stamp\n\n\ndef now():\n    return stamp()\n",
        )
        change("shop/flow.py", "from shop.util import stamp", "from shop.deep.er.clock import now")
        change("shop/flow.py", "return stamp()", "return now()")
        commit()
        git("rm", "-rq", "shop/deep")
        put("shop/flow.py", FLOW)
        assert new() == []

    def test_is_compared_with_any_revision(self) -> None:
        change("shop/util.py", "str(datetime.now())", "repr(datetime.now())")
        commit()
        assert new() == []
        assert new("--new-from", "HEAD~1") == ["shop/util.py:6:17: WFL101"]
        assert new("--new-from", git("rev-parse", "HEAD~1")[:10]) != []

    def test_is_compared_with_where_a_branch_has_parted(self) -> None:
        git("checkout", "-qb", "topic")
        change("shop/util.py", "str(datetime.now())", "repr(datetime.now())")
        commit()
        git("checkout", "-q", "main")
        change("shop/util.py", "str(datetime.now())", "ascii(datetime.now())")
        commit()
        git("checkout", "-q", "topic")
        assert new("--new-from-merge-base", "main") == ["shop/util.py:6:17: WFL101"]

    def test_is_the_same_from_a_folder_and_for_one_file(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        change("shop/util.py", "str(datetime.now())", "repr(datetime.now())")
        assert new("shop/util.py", "--new-from", "HEAD") == ["shop/util.py:6:17: WFL101"]
        assert new("shop/flow.py", "--new-from", "HEAD") == []
        monkeypatch.chdir("shop")
        assert new() == ["util.py:6:17: WFL101"]

    def test_is_nothing_in_excluded_files(self) -> None:
        put("old/flow.py", FLOW.replace("shop.util", "shop.util"))
        commit()
        git("rm", "-rq", "old")
        assert new("--extend-exclude", "old/", "--new-from", "HEAD") == []

    def test_is_fixed_alone(self) -> None:
        change("shop/util.py", "return os", "later = datetime.now()\n    return os")
        change("shop/flow.py", "import stamp", "import host, stamp")
        change("shop/flow.py", "return stamp()", "return stamp() + host()")
        invoke("check", "--new-from", "HEAD", "--fix", "--unsafe-fixes")
        text = Path("shop/util.py").read_text()
        assert "later = workflow.now()" in text
        assert "str(datetime.now())" in text

    def test_is_what_neither_the_revision_nor_the_baseline_has(self) -> None:
        change("shop/util.py", "str(datetime.now())", "repr(datetime.now())")
        baseline = ("--baseline", "known.toml")
        invoke("check", *baseline, "--update-baseline")
        change("shop/util.py", "    return repr", "    x = datetime.now()\n    return repr")
        assert new(*baseline, "--new-from", "HEAD") == ["shop/util.py:6:9: WFL101"]

    def test_is_judged_by_the_configuration_of_today(self) -> None:
        put("wflint.toml", 'ignore = ["WFL101"]\n')
        commit()
        Path("wflint.toml").unlink()
        assert new() == []

    def test_does_not_depend_on_the_cache_and_leaves_it_alone(self) -> None:
        change("shop/util.py", "str(datetime.now())", "repr(datetime.now())")
        everything = invoke("check").stdout
        for _ in range(2):
            assert new() == new("--no-cache", "--new-from", "HEAD") != []
        assert invoke("check").stdout == everything

    def test_survives_other_line_ends_and_modes(self) -> None:
        text = Path("shop/util.py").read_bytes()
        Path("shop/util.py").write_bytes(text.replace(b"\n", b"\r\n"))
        os.chmod("shop/flow.py", 0o755)
        assert new() == []


class TestErrors:
    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("--new-from", "nosuch"), "--new-from: there is no revision `nosuch`"),
            (("--new-from", "--help"), "there is no revision `--help`"),
            (("--new-from", "HEAD:shop"), "there is no revision"),
            (("--new-from-merge-base", "origin/main"), "no revision `origin/main`"),
            (("--new-from", "HEAD", "--new-from-merge-base", "main"), "either --new-from or"),
        ],
    )
    def test_are_one_line_and_code_2(self, arguments: tuple[str, ...], says: str) -> None:
        result = invoke("check", *arguments)
        assert result.exit_code == 2
        assert says in result.stderr
        assert "Traceback" not in result.stderr

    def test_come_outside_of_git(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        enter_project(outside, monkeypatch)
        put("flow.py", FLOW)
        result = invoke("check", "--new-from", "HEAD")
        assert result.exit_code == 2
        assert "is not in a git repository" in result.stderr

    def test_say_how_to_deepen_a_shallow_clone(
        self, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = git("rev-parse", "HEAD")
        commit()
        clone = tmp_path / "clone"
        git("clone", "-q", "--depth=1", project.as_uri(), str(clone))
        monkeypatch.chdir(clone)
        assert new() == []
        for arguments in (("--new-from", first), ("--new-from", "HEAD~1")):
            result = invoke("check", *arguments)
            assert result.exit_code == 2
            assert "shallow clone, so fetch the rest: `git fetch --unshallow`" in result.stderr

    def test_come_where_branches_have_nothing_in_common(self) -> None:
        git("checkout", "-q", "--orphan", "other")
        put("more.py", "")
        commit()
        result = invoke("check", "--new-from-merge-base", "main")
        assert result.exit_code == 2
        assert "`main` and HEAD have no commit in common" in result.stderr


class TestSnapshot:
    def test_has_only_the_texts_that_are_not_on_disk(self, project: Path) -> None:
        put("shop/gone.py", "x = 1\n")
        put("shop/same.txt", "")
        head = commit()
        Path("shop/gone.py").unlink()
        put("shop/util.py", "")
        put("shop/new.py", "")
        present = [str(project / "shop" / n) for n in ("flow.py", "util.py", "new.py")]
        present.append(str(project / "shop/__init__.py"))
        found = snapshot(Repository("."), head, present)
        assert {os.path.basename(p): t for p, t in found.texts.items()} == {
            "gone.py": b"x = 1\n",
            "util.py": UTIL.encode(),
        }
        assert found.absent == {str(project / "shop/new.py")}
        assert found.names(str(project / "shop"), frozenset({"new.py", "x"})) == {
            *("x", "gone.py", "util.py")
        }

    def test_has_the_files_of_submodules_as_they_were(self, tmp_path: Path) -> None:
        library = tmp_path / "library"
        library.mkdir()
        put(str(library / "clock.py"), "import time\n\n\ndef now():\n    return time.time()\n")
        git("init", "-q", cwd=library)
        git("add", "-A", cwd=library)
        git("commit", "-qm", "x", cwd=library)
        git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(library), "lib")
        change("shop/flow.py", "from shop.util import stamp", "from lib.clock import now as stamp")
        commit()
        assert new() == []
        change("lib/clock.py", "return time.time()", "return time.time_ns()")
        assert new() == ["lib/clock.py:5:12: WFL101"]
        git("commit", "-qam", "y", cwd="lib")
        assert new() == ["lib/clock.py:5:12: WFL101"]

    def test_takes_files_of_lfs_as_they_are(self) -> None:
        text = Path("shop/util.py").read_text()
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 9\n"
        put("shop/util.py", pointer)
        commit()
        put("shop/util.py", text)
        result = invoke("check", "--new-from", "HEAD")
        assert result.exit_code == 0
        assert "Git LFS keeps this file, so it counts as unchanged" in result.stderr

    @pytest.mark.parametrize("name", ["../outside.py", ".git/hooks.py", "a/../../outside.py"])
    def test_leaves_out_paths_that_lead_out(self, name: str) -> None:
        """As no sound program writes them, but anybody can."""
        from wflint.revision.repository import _is_plain

        assert not _is_plain(name)

    def test_runs_nothing_that_the_repository_names(self, project: Path) -> None:
        for key in ("filter.x.clean", "filter.x.smudge", "diff.x.textconv", "core.fsmonitor"):
            git("config", key, f"touch {project}/ran")
        put(".gitattributes", "*.py filter=x diff=x\n")
        git("-c", "filter.x.clean=cat", "add", "-A")
        git("-c", "filter.x.clean=cat", "commit", "-qm", "x")
        Path("ran").unlink(missing_ok=True)
        change("shop/util.py", "str(datetime.now())", "repr(datetime.now())")
        assert new() == ["shop/util.py:6:17: WFL101"]
        assert not Path("ran").exists()

    def test_writes_nothing(self, project: Path) -> None:
        change("shop/util.py", "str(datetime.now())", "repr(datetime.now())")
        before = sorted(p for p in project.rglob("*") if ".git" not in p.parts)
        new("--no-cache", "--new-from", "HEAD")
        assert sorted(p for p in project.rglob("*") if ".git" not in p.parts) == before
        assert git("status", "--short") == "M shop/util.py"


def test_a_folder_outside_of_git_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not in a git repository"):
        Repository(str(tmp_path))
