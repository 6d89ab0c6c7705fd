"""The settings that rules may ask for."""

from __future__ import annotations

from msgspec import Struct


class RuleSettings(Struct, frozen=True):
    """The settings that rules may ask for. Versions are (major, minor).

    ``target_sdk`` is the oldest SDK that the code must run with, ``newest_sdk`` the newest one that
    it may run with: both are that of the settings, of a lock file or of an exact requirement where
    there is one. (99, 0) stands for the newest of all.
    ``target_python`` is the oldest Python, and ``named_python`` the one that the project names.
    ``max_commands``, ``max_handlers`` and ``max_branches`` limit the size of a workflow.
    """

    default_activity_timeout: int = 60
    target_sdk: tuple[int, int] = (99, 0)
    newest_sdk: tuple[int, int] = (99, 0)
    target_python: tuple[int, int] = (3, 10)
    named_python: tuple[int, int] = (99, 0)
    max_commands: int = 40
    max_handlers: int = 20
    max_branches: int = 60
