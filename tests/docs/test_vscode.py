"""The extension for VS Code and the server that it starts agree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wflint import __version__
from wflint.server.options import Options, options_from

FOLDER = Path(__file__).resolve().parents[2] / "editors" / "vscode"
PACKAGE = json.loads((FOLDER / "package.json").read_text("utf-8"))
SETTINGS = {
    key.removeprefix("wflint."): value
    for key, value in PACKAGE["contributes"]["configuration"]["properties"].items()
}


def test_the_extension_has_the_version_of_wflint() -> None:
    assert PACKAGE["version"] == __version__


def test_each_setting_is_explained_in_its_readme() -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")
    assert [key for key in SETTINGS if f"`wflint.{key}`" not in readme] == []


def test_a_workspace_that_is_not_trusted_starts_nothing() -> None:
    assert PACKAGE["capabilities"]["untrustedWorkspaces"]["supported"] is False


def test_the_program_to_start_is_no_setting_that_follows_a_user_to_other_machines() -> None:
    assert SETTINGS["path"]["scope"] == "machine-overridable"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("run", "onSave"),
        ("configuration", "/home/me/wflint.toml"),
        ("select", ["WFL1"]),
        ("extendSelect", ["WFL1"]),
        ("ignore", ["WFL1"]),
        ("minSeverity", "error"),
        ("codeLens", False),
    ],
)
def test_the_server_knows_each_setting(setting: str, value: object) -> None:
    assert setting in SETTINGS
    assert options_from({"settings": {"wflint": {setting: value}}}) != Options()


def test_settings_that_nobody_has_changed_mean_nothing() -> None:
    defaults = {key: value["default"] for key, value in SETTINGS.items()}
    assert options_from({"settings": defaults}) == Options()
