"""Takes out of histories what people and programs have put into them, for safe check-in.

Types of events, names, ids, times and kinds of failure stay, so that a history replays as before.
In place of each payload stands one of the same type without content: ``""``, ``0``, ``{}``. It is
marked, so that nobody takes it for what the workflow was given.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Sequence
from typing import Any

import msgspec

from wflint.config.errors import ConfigError
from wflint.histories.events import camel
from wflint.histories.export import ExportError, events_in, load
from wflint.histories.payloads import STRIPPED, decoded_text

_PAYLOADS = frozenset(
    {
        *("args", "details", "failureDetails", "heartbeatDetails", "input", "lastHeartbeatDetails"),
        *("lastCompletionResult", "payload", "payloads", "result", "success", "summary"),
    }
)
"""Where payloads stand, as JSON of protobuf has them, or decoded by the UI."""

_GONE = frozenset(
    {
        *("callback", "completionCallbacks", "encodedAttributes", "identity", "principal"),
        *("stackTrace", "userMetadata"),
    }
)
_REQUESTS = frozenset({"acceptedRequest", "rejectedRequest", "request"})
_EMPTIED = frozenset({"header", "headers", "memo", "nexusHeader", "upsertedMemo"})
_TEXTS = frozenset({"message", "reason"})
_KEPT_METADATA = frozenset({"encoding", "messageType", "type"})
_MARK = base64.b64encode(b"true").decode()
_KEPT_MARKS = {"core_patch": "patch-data", "core_local_activity": "data"}
"""What the SDK itself writes into markers, and needs to replay them."""

_EMPTY = base64.b64encode(b"{}").decode()


def stripped(document: Any, path: str) -> Any:
    """Return a history without payloads. Raises :class:`ExportError`."""
    events_in(document, path)
    try:
        return _walk(document)
    except RecursionError:
        raise ExportError(f"{path} is nested too deeply to be a history") from None


def _walk(value: Any) -> Any:
    if isinstance(value, list):
        return [_walk(part) for part in value]
    if not isinstance(value, dict):
        return value
    if _is_payload(value):
        return _payload(value)
    mark = _KEPT_MARKS.get(str(value.get("markerName", value.get("marker_name", ""))), "")
    found: dict[str, Any] = {}
    for key, part in value.items():
        word = camel(key)
        if word in _GONE or (word == "cause" and isinstance(part, str) and "_CAUSE_" not in part):
            continue
        if word == "details" and mark and isinstance(part, dict):
            found[key] = {k: v if k == mark else _content(v) for k, v in part.items()}
        elif word in _PAYLOADS:
            found[key] = _content(part)
        elif word in _REQUESTS:
            found[key] = _request(part)
        elif word in _EMPTIED:
            found[key] = {}
        elif word in _TEXTS and isinstance(part, str):
            found[key] = ""
        elif word == "searchAttributes":
            found[key] = _attributes(part)
        else:
            found[key] = _walk(part)
    return found


def _request(value: Any) -> Any:
    """Keep the name of an update in the request that was accepted."""
    if not isinstance(value, dict):
        return {}
    found = _walk({key: part for key, part in value.items() if key != "input"})
    given = value.get("input")
    if isinstance(given, dict):
        name = given.get("name")
        args = {"args": _content(given["args"])} if "args" in given else {}
        found["input"] = {"name": name if isinstance(name, str) else "", **args}
    return found


def _attributes(value: Any) -> Any:
    """Keep the names of search attributes."""
    if not isinstance(value, dict):
        return {}
    return {
        key: {name: _content(each) for name, each in part.items()} if isinstance(part, dict) else {}
        for key, part in value.items()
    }


# Payloads.


def _is_payload(value: dict[str, Any]) -> bool:
    metadata = value.get("metadata", {})
    return isinstance(metadata, dict) and ("data" in value or "encoding" in metadata)


def _content(value: Any) -> Any:
    """Return one or several payloads without content, whichever form they have."""
    if isinstance(value, list):
        return [_content(part) for part in value]
    if isinstance(value, dict):
        if _is_payload(value):
            return _payload(value)
        if isinstance(value.get("payloads"), list):
            return {"payloads": [_content(part) for part in value["payloads"]]}
    return _like(value)


def _payload(value: dict[str, Any]) -> dict[str, Any]:
    known = value.get("metadata", {})
    metadata = {k: v for k, v in known.items() if k in _KEPT_METADATA and isinstance(v, str)}
    encoding, data = decoded_text(metadata.get("encoding")), ""
    if encoding == "json/plain":
        data = _json_like(value.get("data"))
        metadata[STRIPPED] = _MARK
    elif encoding == "json/protobuf":
        data = _EMPTY
    return {"metadata": metadata, "data": data}


def _json_like(data: Any) -> str:
    try:
        content = msgspec.json.decode(base64.b64decode(data))
    except (msgspec.DecodeError, binascii.Error, TypeError, ValueError, RecursionError):
        return _EMPTY
    return base64.b64encode(json.dumps(_like(content)).encode()).decode()


def _like(content: Any) -> Any:
    """Return a value of the same type without content."""
    match content:
        case bool():
            return False
        case int() | float():
            return 0
        case str():
            return ""
        case list():
            return []
    return None if content is None else {}


# Files.


def strip_files(
    files: Sequence[str], folder: str | None
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return what is to be written, with the path of each, and what could not be read.

    Without a folder there is one history, for stdout, and its path is ``""``.
    """
    if folder is None and len(files) > 1:
        raise ConfigError("--strip: give a folder for several histories: -o FOLDER")
    places: dict[str, str] = {}
    for path in files:
        place = os.path.join(folder, os.path.basename(path)) if folder is not None else ""
        if place in places:
            raise ConfigError(f"--strip: {places[place]} and {path} would both become {place}")
        if place and os.path.exists(place) and os.path.samefile(place, path):
            raise ConfigError(f"--strip: {path} would be overwritten; give another folder with -o")
        places[place] = path
    written, problems = [], []
    for place, path in places.items():
        try:
            text = json.dumps(stripped(load(path), path), indent=1)
        except ExportError as error:
            problems.append(str(error))
        else:
            written.append((place, f"{text}\n"))
    return written, problems
