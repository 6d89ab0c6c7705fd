"""``wflint replay --run``: histories replayed by the SDK, in a process that runs the project."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from msgspec import Struct

from wflint.comparison.side import Side
from wflint.config.errors import ConfigError
from wflint.histories.command import Replayed
from wflint.histories.matching import Matched
from wflint.report.json_report import to_text
from wflint.report.look import one_line

COMPATIBLE, INCOMPATIBLE, FAILED = "compatible", "incompatible", "failed"


class Rerun(Struct, frozen=True):
    """What the Replayer says of a history, by the name of which it is known."""

    name: str
    workflow: str
    verdict: str
    said: str = ""


def rerun(replayed: Replayed, python: str, seconds: float) -> list[Rerun]:
    """Replay histories with an interpreter. Raises :class:`ConfigError` if it cannot be run."""
    wanted: list[dict[str, Any]] = []
    roots: dict[str, None] = {}
    numbers: dict[int, int] = {}
    for number, matched in enumerate(replayed.histories):
        place = _place(replayed.code, matched)
        if place is not None:
            root, module, qualname = place
            roots[root] = None
            numbers[number] = len(wanted)
            path, part = replayed.sources[matched.path]
            about = {"path": os.path.abspath(path), "part": part}
            wanted.append({**about, "module": module, "qualname": qualname})
    answers, why = list[tuple[str, str]](), ""
    if wanted:
        given = json.dumps({"roots": list(roots), "histories": wanted}).encode()
        answers, why = _answers(python, given, seconds)
    found = []
    for number, matched in enumerate(replayed.histories):
        at = numbers.get(number)
        verdict, said = FAILED, matched.why if at is None else why
        if at is not None and at < len(answers):
            verdict, said = answers[at]
        found.append(Rerun(matched.path, matched.recorded.workflow, verdict, said))
    return found


def _place(code: Side, matched: Matched) -> tuple[str, str, str] | None:
    """Return where the class of a workflow can be imported: folder, module, name."""
    view = matched.view
    examined = code.of(view.cls.path) if view is not None else None
    if view is None or examined is None:
        return None
    module, is_package = examined.answer.index.name_of(view.cls.path)
    parts = module.split(".")
    wrong = [number for number, part in enumerate(parts) if not part.isidentifier()]
    parts = parts[wrong[-1] + 1 :] if wrong and wrong[-1] + 1 < len(parts) else parts
    root = Path(view.cls.path).parents[len(parts) - 1 + is_package]
    return str(root), ".".join(parts), view.cls.qualname


def _answers(python: str, given: bytes, seconds: float) -> tuple[list[tuple[str, str]], str]:
    """Return the answers that came in time, and why there are no more."""
    script = files("wflint.histories").joinpath("replayer.py").read_text(encoding="utf-8")
    try:
        process = subprocess.Popen(
            [python, "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise ConfigError(f"--python: {python} cannot be run: {error}") from None
    why = ""
    try:
        out, err = process.communicate(given, timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        out, err = process.communicate()
        why = f"it was not replayed within {seconds:g} seconds (--timeout)"
    except BaseException:
        _end(process)
        raise
    found = []
    for line in out.decode("utf-8", "replace").splitlines():
        try:
            answer = json.loads(line)
            found.append((str(answer["verdict"]), str(answer["said"])))
        except (ValueError, KeyError, TypeError):
            continue
    if not why:
        last = err.decode("utf-8", "replace").strip().splitlines()[-1:] or ["it said nothing"]
        why = f"the process ended with {process.returncode}: {last[0]}"
    return found, why


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process, with those that it has started."""
    try:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass


def render(results: Sequence[Rerun]) -> str:
    """Return a line for each history."""
    words = {COMPATIBLE: "replays", INCOMPATIBLE: "does not replay"}
    lines = []
    for each in results:
        text = words.get(each.verdict, "could not be replayed")
        said = f": {one_line(each.said)}" if each.said else ""
        lines.append(f"{one_line(each.name)} {text}{said}\n")
    return "".join(lines)


def to_json(results: Sequence[Rerun]) -> str:
    """Return a list with an object for each history; keys are only ever added."""
    return to_text(
        [
            {
                "history": each.name,
                "workflow": each.workflow,
                "verdict": each.verdict,
                "message": each.said,
            }
            for each in results
        ]
    )
