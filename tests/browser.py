"""Chromium without a window, for tests of pages: it is told what to do over two pipes."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SECONDS = 60
_COMPLAINTS = (
    "Log.entryAdded",
    "Page.javascriptDialogOpening",
    "Runtime.consoleAPICalled",
    "Runtime.exceptionThrown",
)


def find_chromium() -> str | None:
    """Return the path of a browser; ``None`` if none is installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


class Browser:
    """A browser with one page. ``said`` has what its console and its scripts complain about."""

    def __init__(self, write_to: int, read_from: int) -> None:
        self._write_to, self._read_from = write_to, read_from
        self._buffer = b""
        self._number = 0
        self._events: list[dict[str, Any]] = []
        targets = self._ask("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        attached = self._ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.tell(f"{domain}.enable")

    def tell(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask the page for something, and return the answer."""
        return self._ask(method, self._session, **params)

    def open(self, path: Path, width: int = 1280, height: int = 900, *, dark: bool = False) -> None:
        """Open a page."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.tell("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.tell("Emulation.setEmulatedMedia", features=[scheme])
        self._events.clear()
        self.tell("Page.navigate", url=path.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self._events):
            self._events.append(self._read())

    def run(self, script: str) -> Any:
        """Run a script in the page, and return what it gives."""
        given = self.tell(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in given, given
        return given["result"].get("value")

    def press(self, key: str, code: int = 0) -> None:
        """Press a key."""
        for kind in ("rawKeyDown", "keyUp"):
            self.tell("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code)

    def picture(self) -> bytes:
        """Return a picture of the page, as PNG."""
        taken = self.tell("Page.captureScreenshot", format="png")
        return base64.b64decode(taken["data"])

    @property
    def said(self) -> list[str]:
        """What went wrong since a page was opened."""
        self.run("0")  # all that came before is here then
        return [json.dumps(e["params"]) for e in self._events if e.get("method") in _COMPLAINTS]

    def close(self) -> None:
        """End the browser."""
        self._ask("Browser.close")

    def _ask(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        data = json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0"
        while data:
            data = data[os.write(self._write_to, data) :]
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result
            self._events.append(answer)

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read_from], [], [], _SECONDS)
            assert ready, "the browser does not answer"
            data = os.read(self._read_from, 1 << 20)
            assert data, "the browser has ended"
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        read: dict[str, Any] = json.loads(message)
        return read


@contextmanager
def browser(chromium: str, folder: Path) -> Iterator[Browser]:
    """Start a browser that keeps its files in a folder, and end it."""
    pipes = [*os.pipe(), *os.pipe()]
    its_in, our_out, our_in, its_out = (
        fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 20) for one in pipes
    )
    for one in pipes:
        os.close(one)

    def connect() -> None:
        os.dup2(its_in, 3)
        os.dup2(its_out, 4)

    command = [
        *(chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"),
        *("--hide-scrollbars", f"--user-data-dir={folder}", "about:blank"),
    ]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, stdin=quiet, stdout=quiet, stderr=quiet, close_fds=False, preexec_fn=connect
    )
    os.close(its_in)
    os.close(its_out)
    try:
        started = Browser(our_out, our_in)
        yield started
        started.close()
        process.wait(_SECONDS)
    finally:
        process.kill()
        process.wait()
        os.close(our_out)
        os.close(our_in)
