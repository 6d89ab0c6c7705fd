"""Replays histories with the Replayer of the SDK; runs in a process of its own.

This is the only module of wflint that runs code of the project, by ``wflint replay --run``. It is
given to the interpreter of the project as text, which may have no wflint, so that it imports the
standard library and the SDK alone. The histories come as JSON on stdin, and the answers go as lines
of JSON to what was stdout; what the project prints goes to stderr.
"""

from __future__ import annotations

import asyncio
import codecs
import importlib
import json
import os
import sys
from typing import Any


def main() -> None:
    """Read what is wanted, and answer for each history as soon as it is replayed."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    wanted = json.loads(sys.stdin.buffer.read())
    sys.path[:] = [*wanted["roots"], *(entry for entry in sys.path if entry)]
    for history in wanted["histories"]:
        verdict, said = _replay(history)
        answers.write(json.dumps({"verdict": verdict, "said": said}) + "\n")
        answers.flush()
    answers.close()
    os._exit(0)  # threads of the project do not hold us up


def _replay(wanted: dict[str, Any]) -> tuple[str, str]:
    try:
        workflow = _imported(wanted["module"], wanted["qualname"])
    except BaseException as error:
        return "failed", f"`{wanted['module']}` cannot be imported: {_line(error)}"
    try:
        failure = asyncio.run(_failure(workflow, _document(wanted["path"], wanted["part"])))
    except BaseException as error:
        return "failed", _line(error)
    if failure is None:
        return "compatible", ""
    if type(failure).__name__ == "NondeterminismError":
        return "incompatible", _line(failure)
    return "failed", _line(failure)


def _imported(module: str, qualname: str) -> Any:
    found: Any = importlib.import_module(module)
    for name in qualname.split("."):
        found = getattr(found, name)
    return found


def _document(path: str, part: int) -> Any:
    with open(path, "rb") as stream:
        data = stream.read()
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    document = json.loads(data.decode("utf-16" if is_wide else "utf-8-sig"))
    if part >= 0:
        document = document[part]
    if isinstance(document, dict) and "history" in document:
        document = document["history"]
    return {"events": document} if isinstance(document, list) else document


async def _failure(workflow: Any, document: Any) -> BaseException | None:
    from temporalio.client import WorkflowHistory
    from temporalio.worker import Replayer

    history = WorkflowHistory.from_json("replayed", document)
    result = await Replayer(workflows=[workflow]).replay_workflow(
        history, raise_on_replay_failure=False
    )
    failure: BaseException | None = result.replay_failure
    return failure


def _line(error: BaseException) -> str:
    said = " ".join(str(error).split())
    own = said.find("[TMPRL")  # the core's own words stand in quotes
    if own >= 0:
        return said[own:].replace('\\"', "`").split('"')[0]
    said = f"{type(error).__name__}: {said}"
    cause = error.__cause__
    return f"{said}: {_line(cause)}" if cause is not None and cause is not error else said


if __name__ == "__main__":
    main()
