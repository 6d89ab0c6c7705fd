"""Diagnostics in an editor, as the files of a folder are opened, edited, saved and closed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types

from tests.caching import FLOW, NAMES, make_project
from tests.editor import PULLING, Editor, editor, in_editor
from wflint.run.check import check
from wflint.run.request import Request

ENVIRONMENT, FILES, PROCESS = "WFL131", "WFL132", "WFL134"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "a shop"
    folder.mkdir()
    return make_project(folder)


@in_editor
async def test_files_have_diagnostics_before_they_are_opened(project: Path) -> None:
    async with editor(project) as one:
        (found,) = await one.codes("shop/names.py", [FILES])
        await one.codes("shop/prices.py", [ENVIRONMENT])
        await one.codes("shop/other.py", [PROCESS])
    assert (found.range.start.line, found.range.start.character) == (1, 11)
    assert found.source == "wflint"
    assert found.severity is types.DiagnosticSeverity.Error
    assert found.code_description is not None
    assert found.code_description.href.endswith("/docs/rules/filesystem.md")


@in_editor
async def test_what_an_earlier_run_has_found_is_shown_and_questions_have_answers_later(
    project: Path,
) -> None:
    check(Request(cwd=str(project), cache=True))
    async with editor(project, capabilities=PULLING, cache=True) as one:
        one.open("shop/names.py")
        report = await one.pull("shop/names.py")
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        assert [found.code for found in report.items] == [FILES]
        at = types.HoverParams(one.document("shop/names.py"), types.Position(0, 5))
        while (hover := await one.client.text_document_hover_async(at)) is None:
            await asyncio.sleep(0.05)
        assert "OrderWorkflow.run" in str(hover.contents)
        one.type("shop/names.py", "def new_name() -> str:\n    return ''\n")
        report = await one.pull("shop/names.py")
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        assert not report.items


@in_editor
async def test_the_way_is_shown_beside_a_diagnostic(project: Path) -> None:
    async with editor(project) as one:
        (found,) = await one.codes("shop/names.py", [FILES])
        shop = one.uri("shop/flow.py")
    hops = found.related_information or []
    assert [hop.message for hop in hops] == ["OrderWorkflow.run → label", "label → new_name"]
    assert hops[0].location.uri == shop
    assert hops[0].location.range.start == types.Position(9, 32)


@in_editor
async def test_the_way_stands_in_the_message_for_editors_without_such_places(
    project: Path,
) -> None:
    plain = types.ClientCapabilities()
    async with editor(project, capabilities=plain) as one:
        (found,) = await one.codes("shop/names.py", [FILES])
    assert found.message.endswith("(from OrderWorkflow.run via label)")
    assert found.related_information is None


@in_editor
async def test_an_edit_counts_before_it_is_saved(project: Path) -> None:
    async with editor(project) as one:
        await one.codes("shop/names.py", [FILES])
        one.open("shop/names.py")
        one.type("shop/names.py", "def new_name() -> str:\n    return ''\n")
        await one.codes("shop/names.py", [])
        one.type("shop/names.py", f"\n\n{NAMES}")
        (found,) = await one.codes("shop/names.py", [FILES])
    assert found.range.start.line == 3


@in_editor
async def test_an_edit_changes_what_is_said_of_other_files(project: Path) -> None:
    async with editor(project) as one:
        await one.codes("shop/names.py", [FILES])
        one.open("shop/flow.py")
        one.type("shop/flow.py", FLOW.replace(" + prices.label()", ""))
        await one.codes("shop/names.py", [])
        await one.codes("shop/prices.py", [ENVIRONMENT])


@in_editor
async def test_what_is_closed_without_being_saved_is_as_it_was(project: Path) -> None:
    async with editor(project) as one:
        one.open("shop/names.py", "")
        await one.codes("shop/other.py", [PROCESS])
        await one.codes("shop/names.py", [])
        one.close("shop/names.py")
        await one.codes("shop/names.py", [FILES])


@in_editor
async def test_a_file_that_exists_only_in_the_editor_is_checked(project: Path) -> None:
    async with editor(project) as one:
        one.open("shop/prices2.py", "x = 1\n")
        one.type("shop/prices2.py", "import os\n\n\ndef stamp():\n    return os.getenv('X')\n")
        await one.codes("shop/names.py", [FILES])
        one.open("shop/flow.py")
        one.type("shop/flow.py", FLOW.replace("import prices", "import prices2 as prices"))
        await one.codes("shop/names.py", [])


@in_editor
async def test_a_file_that_does_not_parse_says_so_and_recovers(project: Path) -> None:
    async with editor(project) as one:
        one.open("shop/flow.py")
        await one.codes("shop/names.py", [FILES])
        one.type("shop/flow.py", FLOW + "    def (")
        await one.codes("shop/flow.py", ["WFL001"])
        one.type("shop/flow.py", FLOW)
        await one.codes("shop/flow.py", [])
        await one.codes("shop/names.py", [FILES])


@in_editor
async def test_with_run_on_save_edits_wait(project: Path) -> None:
    async with editor(project, settings={"run": "onSave"}) as one:
        one.open("shop/names.py")
        await one.codes("shop/names.py", [FILES])
        one.type("shop/names.py", "x = 1\n")
        one.open("shop/other.py")
        one.save("shop/names.py", "x = 1\n")
        await one.codes("shop/names.py", [])


@in_editor
async def test_what_is_saved_is_what_was_typed(project: Path) -> None:
    empty = "def new_name() -> str:\n    return ''\n"
    async with editor(project) as one:
        one.open("shop/names.py")
        await one.codes("shop/names.py", [FILES])
        one.type("shop/names.py", empty)
        await one.codes("shop/names.py", [])
        one.save("shop/names.py", empty)
        one.close("shop/names.py")
        one.open("shop/other.py", "")
        await one.codes("shop/other.py", [])
        await one.codes("shop/names.py", [])


@in_editor
async def test_changes_on_disk_are_seen_when_the_editor_tells_of_them(project: Path) -> None:
    async with editor(project) as one:
        await one.codes("shop/names.py", [FILES])
        (project / "shop/names.py").write_text("def new_name() -> str:\n    return ''\n")
        change = types.FileEvent(one.uri("shop/names.py"), types.FileChangeType.Changed)
        one.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
        await one.codes("shop/names.py", [])


@in_editor
async def test_settings_of_the_user_count_when_they_change(project: Path) -> None:
    async with editor(project, settings={"ignore": [FILES]}) as one:
        await one.codes("shop/prices.py", [ENVIRONMENT])
        assert one.uri("shop/names.py") not in one.diagnostics
        one.settings = {"ignore": [ENVIRONMENT]}
        one.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
        await one.codes("shop/prices.py", [])
        await one.codes("shop/names.py", [FILES])


@in_editor
async def test_a_setting_of_the_project_that_cannot_be_read_is_said_once(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.wflint]\nselect = ["WFL9999"]\n')
    async with editor(project) as one:
        await one.until(lambda: any("WFL9999" in line for line in one.told))
        (project / "pyproject.toml").write_text("")
        change = types.FileEvent(one.uri("pyproject.toml"), types.FileChangeType.Changed)
        one.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
        await one.codes("shop/names.py", [FILES])
    assert len(one.told) == 1


@in_editor
async def test_folders_come_and_go(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    make_project(other)
    async with editor(project) as one:
        await one.codes("shop/names.py", [FILES])
        here = types.WorkspaceFolder(project.as_uri(), "shop")
        there = types.WorkspaceFolder(other.as_uri(), "other")
        _exchange(one, [], [there])
        await one.until(lambda: (other / "shop/names.py").as_uri() in one.diagnostics)
        _exchange(one, [here], [])
        await one.codes("shop/names.py", [])
        assert one.diagnostics[(other / "shop/names.py").as_uri()]


def _exchange(
    one: Editor, removed: list[types.WorkspaceFolder], added: list[types.WorkspaceFolder]
) -> None:
    event = types.WorkspaceFoldersChangeEvent(added, removed)
    params = types.DidChangeWorkspaceFoldersParams(event)
    one.client.workspace_did_change_workspace_folders(params)


@in_editor
async def test_an_editor_that_asks_is_answered(project: Path) -> None:
    async with editor(project, capabilities=PULLING) as one:
        assert one.answer.capabilities.diagnostic_provider is not None
        one.open("shop/names.py")
        first = await one.pull("shop/names.py")
        assert isinstance(first, types.RelatedFullDocumentDiagnosticReport)
        assert [item.code for item in first.items] == [FILES]
        again = await one.pull("shop/names.py", first.result_id)
        assert isinstance(again, types.RelatedUnchangedDocumentDiagnosticReport)
        one.type("shop/names.py", "x = 1\n")
        last = await one.pull("shop/names.py", first.result_id)
        assert isinstance(last, types.RelatedFullDocumentDiagnosticReport)
        assert not last.items
    assert one.uri("shop/names.py") not in one.diagnostics
    assert [d.code for d in one.diagnostics[one.uri("shop/other.py")]] == [PROCESS]


@in_editor
async def test_such_an_editor_is_told_to_ask_again_for_other_files(project: Path) -> None:
    async with editor(project, capabilities=PULLING) as one:
        one.open("shop/names.py")
        one.open("shop/flow.py")
        await one.pull("shop/names.py")
        before = one.refreshed
        one.type("shop/flow.py", "x = 1\n")
        await one.until(lambda: one.refreshed > before)
        report = await one.pull("shop/names.py")
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        assert not report.items


WIDE = "import os\n\n\ndef stamp() -> str:\n    return '€𝄞', os.getenv('X')\n"


@pytest.mark.parametrize(
    ("encoding", "column"),
    [
        (types.PositionEncodingKind.Utf8, 22),
        (types.PositionEncodingKind.Utf16, 18),
        (types.PositionEncodingKind.Utf32, 17),
    ],
)
@in_editor
async def test_columns_are_counted_as_agreed(
    project: Path, encoding: types.PositionEncodingKind, column: int
) -> None:
    (project / "shop/prices.py").write_text(WIDE + "\n\ndef label():\n    return ''\n", "utf-8")
    counting = types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=[encoding])
    )
    async with editor(project, capabilities=counting) as one:
        assert one.answer.capabilities.position_encoding == encoding
        (found,) = await one.codes("shop/prices.py", [ENVIRONMENT])
    assert (found.range.start.line, found.range.start.character) == (4, column)
    assert found.range.end.character == column + len("os.getenv('X')")


@in_editor
async def test_the_first_check_shows_how_far_it_is(project: Path) -> None:
    async with editor(project) as one:
        await one.codes("shop/names.py", [FILES])
    kinds = [getattr(value, "kind", None) or dict(value).get("kind") for value in one.progress]  # type: ignore[call-overload]
    assert (kinds[0], kinds[-1]) == ("begin", "end")
