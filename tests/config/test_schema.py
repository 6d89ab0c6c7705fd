"""The JSON schema of the settings: it takes what wflint takes, and explains each key."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from tests.command_line import invoke
from wflint.config.settings import Settings

jsonschema = pytest.importorskip("jsonschema", reason="validates the schema")
tomli = pytest.importorskip("tomli")


@pytest.fixture(scope="module")
def schema() -> Any:
    result = invoke("config", "--schema")
    assert result.exit_code == 0
    return json.loads(result.stdout)


def test_is_a_schema_that_editors_know(schema: Any) -> None:
    jsonschema.Draft7Validator.check_schema(schema)
    assert schema["$schema"].startswith("http://json-schema.org/draft-07/")


def test_has_each_setting_with_its_explanation(schema: Any) -> None:
    names = [field.encode_name for field in msgspec.structs.fields(Settings)]
    assert list(schema["properties"]) == names
    for part in (schema, schema["definitions"]["ApiSetting"]):
        for about in part["properties"].values():
            assert about["description"].endswith(".")
            assert "null" not in json.dumps(about)


@pytest.mark.parametrize(
    "text",
    [
        "",
        'extend = "../wflint.toml"\nselect = ["WFL1"]\nfail-on = "never"\nsrc = ["src"]',
        '[severity]\nWFL101 = "off"\n[per-file-ignores]\n"*_pb2.py" = ["ALL"]',
        '[[apis]]\nname = "a.b"\nrule = "WFL101"\nkind = "any"',
    ],
)
def test_takes_what_wflint_takes(schema: Any, text: str) -> None:
    table = tomli.loads(text)
    msgspec.convert(table, Settings)
    jsonschema.validate(table, schema, cls=jsonschema.Draft7Validator)


@pytest.mark.parametrize(
    "text",
    [
        "selct = []",
        'select = "WFL1"',
        "select = [1]",
        'fail-on = "fatal"',
        "target-sdk = 1.20",
        '[severity]\nWFL101 = "loud"',
        '[[apis]]\nrule = "WFL101"',
        '[[apis]]\nname = "a.b"\nnme = "c"',
    ],
)
def test_refuses_what_wflint_refuses(schema: Any, text: str) -> None:
    table = tomli.loads(text)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(table, Settings)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(table, schema, cls=jsonschema.Draft7Validator)


def test_is_about_all_settings() -> None:
    assert invoke("config", "select", "--schema").exit_code == 2
