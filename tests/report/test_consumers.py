"""Reports of a real run, held against the schemas of the programs that read them.

The run has findings that are suppressed, known, fixable, in a notebook, and in a file whose name no
format likes. The schemas as their owners publish them are asked where they are at hand:
``consumers.toml`` says where they come from.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import tomli

from tests.command_line import CLOCK, enter_project, invoke
from tests.notebooks import notebook
from tests.report.test_machine_formats import GITLAB, RDJSON, RDJSON_DIAGNOSTIC

HERE = Path(__file__).parent
PUBLISHED = tomli.loads((HERE / "consumers.toml").read_text("utf-8"))
SUPPRESSED = CLOCK.replace("datetime.now())", "datetime.now())  # wflint: ignore[WFL101] shown")
UNUSED = CLOCK.replace("str(datetime.now())", "''  # wflint: ignore[WFL101] shown")
HOSTILE = 'a"<&]]>%\x1b;é\u202e.py' if os.name == "posix" else "a&%;é.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with findings of all kinds, some of them in its baseline."""
    root = tmp_path_factory.mktemp("project")
    for name, text in {
        "flow.py": CLOCK,
        "known.py": CLOCK,
        "suppressed.py": SUPPRESSED,
        "unused.py": UNUSED,
        "odd.py": "import temporalio\ndef f(:\n",
        HOSTILE: CLOCK,
    }.items():
        (root / name).write_text(text)
    (root / "book.ipynb").write_bytes(notebook(CLOCK, "x = 1"))
    return root


@pytest.fixture(autouse=True)
def project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the project the working directory."""
    enter_project(folder, monkeypatch)
    if not (folder / "known.toml").exists():
        written = invoke("check", "known.py", "--baseline", "known.toml", "--update-baseline")
        assert "1 added" in written.stderr


def report(form: str, *flags: str) -> str:
    """The report of a run in a format."""
    shown = ("--show-baselined", "--baseline", "known.toml")
    text = invoke("check", "--output-format", form, *shown, *flags).stdout
    assert text or flags
    return text


def lines_of(form: str) -> Iterator[Any]:
    yield from map(json.loads, report(form).splitlines())


def published(name: str) -> Path:
    """The path of a schema as its owner publishes it."""
    home = os.environ.get("WFLINT_CONSUMER_SCHEMAS")
    if not home:
        pytest.skip(f"WFLINT_CONSUMER_SCHEMAS names no folder with {name}; see consumers.toml")
    path = Path(home, name)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == PUBLISHED[name]["sha256"]
    return path


def check(instance: Any, schema: Any) -> None:
    """Hold a report against a schema, formats such as that of URIs included."""
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    kind(schema, format_checker=kind.FORMAT_CHECKER).validate(instance)


def test_the_run_has_findings_of_all_kinds() -> None:
    found = json.loads(report("json"))
    assert any(one["fix"] for one in found)
    assert any(one["baselined"] for one in found)
    assert {one["filename"] for one in found} >= {"book.ipynb", "odd.py", "unused.py", HOSTILE}
    assert "suppressed.py" not in {one["filename"] for one in found}


class TestSarif:
    def test_fits_what_wflint_needs_of_the_schema(self) -> None:
        check(json.loads(report("sarif")), json.loads((HERE / "sarif_subset.json").read_text()))

    @pytest.mark.parametrize("flags", [(), ("--select", "WFL139")], ids=["found", "empty"])
    def test_fits_the_schema_of_oasis(self, flags: tuple[str, ...]) -> None:
        schema = json.loads(published("sarif-schema-2.1.0.json").read_text("utf-8"))
        found = json.loads(report("sarif", *flags))
        check(found, schema)
        found["runs"][0]["tool"] = {}
        with pytest.raises(jsonschema.ValidationError):
            check(found, schema)


class TestJunit:
    def test_no_two_tests_have_the_same_name(self) -> None:
        root = ElementTree.fromstring(report("junit"))
        names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
        assert len(set(names)) == len(names)
        assert ("book.ipynb", "WFL101 wall-clock-time cell 2:10:20") in names

    @pytest.mark.parametrize("flags", [(), ("--select", "WFL139")], ids=["found", "empty"])
    def test_fits_the_schema_of_jenkins(self, flags: tuple[str, ...]) -> None:
        path = published("junit-10.xsd")
        xmlschema = pytest.importorskip("xmlschema")
        schema = xmlschema.XMLSchema(str(path))
        text = report("junit", *flags)
        schema.validate(io.StringIO(text))
        assert not schema.is_valid(io.StringIO(text.replace("testcase", "case")))


class TestRdjson:
    def test_fits_the_messages_of_reviewdog(self) -> None:
        check(json.loads(report("rdjson")), RDJSON)
        for line in lines_of("rdjsonl"):
            check(line, RDJSON_DIAGNOSTIC)

    def test_fits_the_schema_of_reviewdog(self) -> None:
        whole = json.loads(published("DiagnosticResult.json").read_text("utf-8"))
        check(json.loads(report("rdjson")), whole)
        with pytest.raises(jsonschema.ValidationError):
            check({"diagnostics": [{"message": 1}]}, whole)
        one = json.loads(published("Diagnostic.json").read_text("utf-8"))
        for line in lines_of("rdjsonl"):
            check(line, one)


def test_gitlab_fits_what_gitlab_documents() -> None:
    found = json.loads(report("gitlab"))
    check(found, GITLAB)
    assert len({one["fingerprint"] for one in found}) == len(found)
