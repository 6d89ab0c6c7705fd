"""What one test leaves in the cache of the user, another must not find."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def caches_of_user(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("caches")))
