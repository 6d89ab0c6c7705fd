"""``wflint map``: files, messages and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.command_line import enter_project, invoke
from tests.map_cases import SHOP, write


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = enter_project(tmp_path, monkeypatch)
    return write(folder, SHOP)


def commit(remote: str) -> None:
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
    commands = (("init", "-q"), ("remote", "add", "origin", remote), ("add", "."))
    for command in (*commands, ("commit", "-qm", "shop")):
        subprocess.run([*git, *command], check=True)


def test_it_writes_each_file_in_the_format_of_its_ending() -> None:
    names = ("map.html", "map.md", "map.mmd", "map.svg", "map.json")
    done = invoke("map", *(word for name in names for word in ("-o", name)))
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
    begins = ("<!doctype html>", "# Map of ", "flowchart LR", "<svg ", "{")
    for name, begin in zip(names, begins, strict=True):
        assert Path(name).read_text("utf-8").startswith(begin)
    known = json.loads(Path("map.json").read_text("utf-8"))
    assert [workflow["name"] for workflow in known["workflows"]] == ["OrderWorkflow", "ship"]


def test_paths_choose_workflows_and_bring_what_these_need() -> None:
    assert invoke("map", "shop/flows.py", "-o", "map.json").exit_code == 0
    known = json.loads(Path("map.json").read_text("utf-8"))
    assert [activity["name"] for activity in known["activities"]] == ["reserve", "charge"]
    assert [worker["queue"] for worker in known["workers"]] == ["orders"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "missing option"),
        (("-o", "map.pdf"), "`map.pdf` must end in one of .html, .json, .md, .mmd, .svg"),
        (("-o", "missing/map.md"), "cannot write missing/map.md: No such file or directory"),
        (("-o", "map.md", "--link", "emacs"), "--link: `emacs` is no link; write `web`, `none`"),
        (("-o", "map.md", "--history", "none.json"), "none.json"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(arguments: tuple[str, ...], message: str) -> None:
    done = invoke("map", *arguments)
    assert done.exit_code == 2
    assert message.lower() in done.stderr.lower()
    assert len(done.stderr.splitlines()) == 1


FORMS = ("html", "md", "svg", "mmd", "json")


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("shop/activities.py", "give the folder of the project, or the files that define its"),
        ("../other", "name the decorators or base classes that make your workflows in"),
        ("../empty", "no Python file to check was found"),
    ],
)
def test_a_map_without_workflows_says_why(folder: str, words: str, project: Path) -> None:
    write(project.parent / "other", {"pyproject.toml": "", "a.py": "import temporalio\n"})
    write(project.parent / "empty", {"pyproject.toml": ""})
    outputs = [word for form in FORMS for word in ("-o", f"map.{form}")]
    done = invoke("map", folder, *outputs)
    assert done.exit_code == 0
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    for form in ("html", "md", "json"):
        assert words in Path(f"map.{form}").read_text("utf-8")
    drawn = ElementTree.fromstring(Path("map.svg").read_text("utf-8"))
    assert words in " ".join(each.text or "" for each in drawn.iter() if each.tag.endswith("text"))
    is_drawn = folder == "shop/activities.py"
    assert ("no workflow was found" in Path("map.mmd").read_text("utf-8")) is not is_drawn


def test_links_lead_to_the_commit_and_have_no_password() -> None:
    commit("https://me:secret@github.com/shop/orders.git")
    assert invoke("map", "-o", "map.html").exit_code == 0
    head = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    text = Path("map.html").read_text("utf-8")
    address = f"https://github.com/shop/orders/blob/{head.stdout.strip()}/shop/flows.py#L21"
    assert address in text
    assert "secret" not in text


@pytest.mark.skipif(sys.platform == "win32", reason="the programs are scripts of a shell")
def test_nothing_that_a_repository_names_is_run() -> None:
    commit("https://github.com/shop/orders")
    hook = Path("hook.sh")
    hook.write_text("#!/bin/sh\ntouch run\n")
    hook.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "core.sshCommand", "alias.config"):
        subprocess.run(["git", "config", name, f"!{hook.absolute()}"], check=True)
    subprocess.run(["git", "config", "core.fsmonitor", str(hook.absolute())], check=True)
    subprocess.run(["git", "config", "core.hooksPath", "."], check=True)
    assert invoke("map", "-o", "map.html").exit_code == 0
    assert not Path("run").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_that_leads_out_is_not_written(tmp_path: Path) -> None:
    commit("")
    outside = tmp_path.parent / f"{tmp_path.name}-outside.html"
    Path("map.html").symlink_to(outside)
    done = invoke("map", "-o", "map.html")
    assert done.exit_code == 2
    assert "a link leads out of the repository" in done.stderr
    assert not outside.exists()


def test_a_file_that_cannot_be_read_is_named_in_the_map() -> None:
    Path("shop/broken.py").write_text("from temporalio import workflow\n\n@workflow.defn\nclass (")
    done = invoke("map", "-o", "map.md")
    assert done.exit_code == 0
    assert done.stderr.startswith("wflint: shop/broken.py:4 cannot be read: ")
    assert "shop/broken.py:4 cannot be read" in Path("map.md").read_text("utf-8")
