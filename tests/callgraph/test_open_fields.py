"""Objects that are made from data: a default factory runs where the data leave the field out.

Where it is written out which keys there are, that is known. Else it is a gap.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from wflint.run.check import check
from wflint.run.request import Request

FLOW = """\
import time
from dataclasses import dataclass, field
from pydantic import BaseModel, Field
from temporalio import workflow

def now() -> float:
    return time.time()

class Model(BaseModel):
    at: float = Field(default_factory=time.time)
    size: int = 0

class Aliased(BaseModel):
    at: float = Field(default_factory=time.time, alias="createdAt")

class Followed(BaseModel):
    at: float = Field(default_factory=lambda: now())

class Harmless(BaseModel):
    tags: list = Field(default_factory=list)

@dataclass
class Data:
    at: float = field(default_factory=time.time)
    size: int = 0

@workflow.defn
class Flow:
    @workflow.run
    async def run(self, data: dict, key: str) -> None:
        {body}
"""


def outcome(root: Path, body: str) -> tuple[list[str], list[str]]:
    """Return the codes that are reported, and the calls that are gaps."""
    (root / "flow.py").write_text(FLOW.replace("{body}", body))
    result = check(Request(paths=(str(root),), jobs=1, show_gaps=True))
    gaps = [gap.written for entry in result.gaps for gap in entry.gaps]
    return [found.code for found in result.diagnostics], gaps


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ("Model(**data)", "Model()"),
        ("Data(**data)", "Data()"),
        ("Data(*data)", "Data()"),
        ("Followed(**data)", "Followed()"),
        ("Model(**{'size': 1, **data})", "Model()"),
        ("Model.model_validate(data)", "Model.model_validate()"),
        ("Model.model_validate({key: 1})", "Model.model_validate()"),
        ("Model.model_validate_json(key)", "Model.model_validate_json()"),
    ],
)
def test_data_with_unknown_keys_may_leave_a_field_out(
    tmp_path: Path, body: str, written: str
) -> None:
    assert outcome(tmp_path, body) == ([], [written])


@pytest.mark.parametrize(
    "body",
    ["Model()", "Model(**{'size': 1})", "Data(**{})", "Model.model_validate({'size': 1})"],
)
def test_data_that_are_written_out_leave_it_out(tmp_path: Path, body: str) -> None:
    assert outcome(tmp_path, body) == (["WFL108"], [])


@pytest.mark.parametrize(
    "body",
    [
        "Model(**data, at=1.0)",
        "Model(**{'at': 1.0})",
        "Data(1.0, **data)",
        "Model.model_validate({'at': 1.0})",
        "Model.model_validate({'at': 1.0, **data})",
        "Aliased(createdAt=1.0)",
        "Harmless(**data)",
    ],
)
def test_a_field_that_is_given_has_no_default(tmp_path: Path, body: str) -> None:
    assert outcome(tmp_path, body) == ([], [])
