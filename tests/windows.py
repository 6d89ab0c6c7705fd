"""Makes wflint believe that it runs on Windows, so that its paths can be tested anywhere.

``pretend(monkeypatch, folder)`` gives each module of wflint another ``os`` and ``Path``, with
drives and backslashes. The folder is ``C:\\work``, and the working directory. Whatever else is
in the real file system keeps its name.
"""

from __future__ import annotations

import importlib
import ntpath
import os
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace
from typing import Any

import pytest

import wflint

TOP = "C:\\work"
_TAKE_A_PATH = ("stat", "lstat", "listdir", "open", "unlink", "makedirs", "mkdir", "rmdir", "utime")


class Windows:
    """Translates between the names on the pretended drive and the real ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)

    def real(self, path: Any) -> Any:
        """Return the real name of a file."""
        if not isinstance(path, (str, os.PathLike)):
            return path  # an open file
        text = os.fspath(path)
        if text.startswith("/"):
            return text
        whole = self.absolute(text)
        if whole == TOP or whole.startswith(TOP + "\\"):
            return self.folder + whole[len(TOP) :].replace("\\", "/")
        return whole.replace("\\", "/")

    def absolute(self, path: Any) -> str:
        """Return what ``os.path.abspath`` says on Windows."""
        text = os.fspath(path)
        return ntpath.normpath(text if text.startswith(("/", "\\")) else ntpath.join(TOP, text))

    def relative(self, path: Any, start: Any = TOP) -> str:
        """Return what ``os.path.relpath`` says on Windows."""
        return ntpath.relpath(self.absolute(path), self.absolute(start))

    def translated(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function of ``os`` that takes names on the pretended drive."""

        def call(path: Any = ".", *arguments: Any, **named: Any) -> Any:
            return function(self.real(path), *arguments, **named)

        return call

    def module(self) -> SimpleNamespace:
        """Return what ``import os`` gives."""
        look = ("exists", "lexists", "isfile", "isdir", "islink", "getsize", "samefile")
        path = SimpleNamespace(**vars(ntpath))
        for name in look:
            setattr(path, name, self.translated(getattr(os.path, name)))
        path.abspath = path.realpath = self.absolute
        path.relpath = self.relative
        path.expanduser = lambda text: os.fspath(text).replace("~", "C:\\Users\\me")
        fake = SimpleNamespace(**vars(os))
        for name in (*_TAKE_A_PATH, "scandir"):
            setattr(fake, name, self.translated(getattr(os, name)))
        fake.replace = lambda old, new: os.replace(self.real(old), self.real(new))
        fake.__dict__.update(path=path, sep="\\", altsep="/", name="nt", getcwd=lambda: TOP)
        return fake

    def path_class(self) -> type[PureWindowsPath]:
        """Return what ``from pathlib import Path`` gives."""
        windows = self

        class WindowsPath(PureWindowsPath):
            @classmethod
            def cwd(cls) -> WindowsPath:
                return cls(TOP)

            def resolve(self) -> WindowsPath:
                return type(self)(windows.absolute(self))

            def glob(self, pattern: str) -> list[WindowsPath]:
                return [self / path.name for path in Path(windows.real(self)).glob(pattern)]

            def __getattr__(self, name: str) -> Any:
                if name.startswith("_"):
                    raise AttributeError(name)
                return getattr(Path(windows.real(self)), name)

        return WindowsPath


def pretend(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Make wflint take a folder for ``C:\\work`` until the test ends."""
    windows = Windows(folder)
    fake, path = windows.module(), windows.path_class()
    monkeypatch.chdir(folder)
    for found in pkgutil.walk_packages(wflint.__path__, "wflint."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    for name, module in [*sys.modules.items()]:
        if name.partition(".")[0] == "wflint":
            monkeypatch.setattr(module, "open", windows.translated(open), raising=False)
            if getattr(module, "os", None) is os:
                monkeypatch.setattr(module, "os", fake)
            if getattr(module, "Path", None) is Path:
                monkeypatch.setattr(module, "Path", path)
