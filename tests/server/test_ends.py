"""The server goes on whatever an editor, a folder or a file does, and ends when it should."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.caching import make_project
from tests.command_line import invoke
from tests.editor import ORDINARY, PATIENCE, Editor, editor, in_editor

FILES = "WFL132"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    return make_project(folder)


@in_editor
async def test_a_request_that_fails_ends_nothing(project: Path) -> None:
    async with editor(project) as one:
        await one.codes("shop/names.py", [FILES])
        for arguments in ([], [1], ["no address", 2, 3, 4]):
            with pytest.raises(JsonRpcException):
                params = types.ExecuteCommandParams("wflint.showGraph", arguments)
                await one.client.workspace_execute_command_async(params)
        with pytest.raises(JsonRpcException):
            await one.client.protocol.send_request_async("wflint/entryPoints", {"a": 1})
        one.open("shop/names.py")
        hover = types.HoverParams(one.document("shop/names.py"), types.Position(10**6, 10**6))
        assert await one.client.text_document_hover_async(hover) is None
        one.type("shop/names.py", "")
        await one.codes("shop/names.py", [])


@in_editor
async def test_a_rule_that_fails_is_a_diagnostic(project: Path) -> None:
    deep = "x = " + "(" * 90 + "1" + ")" * 90 + "\n" + "y = " + "-" * 5000 + "1\n"
    async with editor(project) as one:
        await one.codes("shop/names.py", [FILES])
        one.open("shop/names.py")
        one.type("shop/names.py", deep)
        await one.until(
            lambda: [d.code for d in one.diagnostics[one.uri("shop/names.py")]] != [FILES]
        )
        one.type("shop/names.py", (project / "shop/names.py").read_text())
        await one.codes("shop/names.py", [FILES])


@in_editor
async def test_files_that_are_nowhere_are_left_alone(project: Path) -> None:
    async with editor(project) as one:
        item = types.TextDocumentItem("untitled:Untitled-1", "python", 1, "import os\n")
        one.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        await one.codes("shop/names.py", [FILES])
        params = types.HoverParams(
            types.TextDocumentIdentifier("untitled:Untitled-1"), types.Position(0, 0)
        )
        assert await one.client.text_document_hover_async(params) is None


@in_editor
async def test_a_file_of_no_open_folder_is_checked_alone(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    make_project(other)
    async with editor(project) as one:
        text = (other / "shop/other.py").read_text()
        uri = (other / "shop/other.py").as_uri()
        item = types.TextDocumentItem(uri, "python", 1, text)
        one.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        await one.until(lambda: bool(one.diagnostics.get(uri)))
        assert (other / "shop/names.py").as_uri() not in one.diagnostics


@in_editor
async def test_a_server_that_was_killed_starts_again(project: Path) -> None:
    first = Editor(project)
    await first.start(ORDINARY)
    await first.codes("shop/names.py", [FILES])
    process = first.client._server
    assert process is not None
    process.kill()
    await asyncio.wait_for(process.wait(), PATIENCE)
    async with editor(project) as second:
        await second.codes("shop/names.py", [FILES])


def _server(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "wflint", "server", "--no-cache", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)


def test_it_ends_when_the_editor_goes_away() -> None:
    process = _server()
    out, error = process.communicate(timeout=PATIENCE)
    assert (out, error) == (b"", b"")


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_an_interrupt_is_no_traceback() -> None:
    process = _server()
    assert process.stdin is not None
    process.stdin.write(b"Content-Length: 2\r\n\r\n{}")
    process.stdin.flush()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)


def test_what_is_no_message_is_left_alone() -> None:
    process = _server()
    out, _ = process.communicate(b"GET / HTTP/1.1\r\n\r\nhello", timeout=PATIENCE)
    assert b"Traceback" not in out


@in_editor
async def test_the_log_goes_to_a_file(project: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    (project / "pyproject.toml").write_text("[tool.wflint]\nunknown-setting = 1\n")
    async with editor(project, "--log-file", str(log)) as one:
        await one.until(lambda: bool(one.told))
    assert "unknown-setting" in log.read_text()


def test_a_log_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    result = invoke("server", "--log-file", str(tmp_path / "none" / "log"))
    assert result.exit_code == 2
    assert result.stderr.startswith("wflint: cannot write ") and result.stderr.count("\n") == 1


def test_without_its_packages_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wflint.cli.server.find_spec", lambda name: None)
    result = invoke("server")
    assert result.exit_code == 2
    assert result.stderr == "wflint: the server needs more packages: pip install 'wflint[lsp]'\n"


HOSTILE = "raise SystemExit(open('ran', 'w').write('it ran'))\n"


@in_editor
async def test_opening_a_folder_runs_nothing_of_it(project: Path) -> None:
    for name in (
        *("pygls.py", "lsprotocol.py", "sitecustomize.py", "usercustomize.py", "conftest.py"),
        *("click.py", "attrs.py", "cattrs.py", "msgspec.py", "setup.py", "libcst.py"),
    ):
        (project / name).write_text(HOSTILE)
    (project / "pyproject.toml").write_text(
        '[tool.wflint]\nplugins = ["nobody"]\npython = "./run"\n'
    )
    (project / "run").write_text(f"#!/bin/sh\necho ran > {project / 'ran'}\n")
    (project / "run").chmod(0o755)
    one = Editor(project)
    before = Path.cwd()
    os.chdir(project)  # editors start it there
    try:
        await one.start(ORDINARY)
    finally:
        os.chdir(before)
    await one.until(lambda: bool(one.told or one.diagnostics))
    (project / "pyproject.toml").write_text("")
    change = types.FileEvent(one.uri("pyproject.toml"), types.FileChangeType.Changed)
    one.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
    await one.codes("shop/names.py", [FILES])
    await one.stop()
    assert not (project / "ran").exists()
