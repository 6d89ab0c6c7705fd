"""Files that a stranger may have made are read whole, or not at all."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from wflint.system.disk import read_file, read_text

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs links, pipes and devices")


def a_socket(path: Path) -> None:
    server = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    try:
        os.chdir(path.parent)  # the path of a socket must be short
        server.bind(path.name)
    finally:
        os.chdir(here)
        server.close()


def a_link_to_a_pipe(path: Path) -> None:
    os.mkfifo(f"{path}.pipe")
    path.symlink_to(f"{path}.pipe")


def a_sparse_file(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(1024**4)


UNFIT: dict[str, Callable[[Path], object]] = {
    "a named pipe": os.mkfifo,
    "a link to a pipe": a_link_to_a_pipe,
    "a device without end": lambda path: path.symlink_to("/dev/zero"),
    "a terminal": lambda path: path.symlink_to("/dev/tty"),
    "a socket": a_socket,
    "a folder": Path.mkdir,
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to nothing": lambda path: path.symlink_to("nothing"),
    "a file that is too large": a_sparse_file,
    "nothing": lambda path: None,
}


@pytest.mark.parametrize("make", UNFIT.values(), ids=UNFIT)
def test_what_is_no_file_of_a_sensible_size_is_not_read(
    make: Callable[[Path], object], tmp_path: Path
) -> None:
    make(tmp_path / "it")
    with pytest.raises(OSError) as raised:
        read_file(tmp_path / "it")
    assert raised.value.strerror


@pytest.mark.parametrize("size", [0, 1, 9_999, 10_000])
def test_a_file_is_read_whole(size: int, tmp_path: Path) -> None:
    data = bytes(n % 256 for n in range(size))
    (tmp_path / "file").write_bytes(data)
    (tmp_path / "link").symlink_to("file")
    assert read_file(tmp_path / "file", most=10_000) == data
    assert read_file(tmp_path / "link", most=10_000) == data


def test_a_file_that_says_it_is_empty_and_is_not_has_a_limit_as_well() -> None:
    version = Path("/proc/version")
    if not version.exists():
        pytest.skip("needs /proc")
    assert version.stat().st_size == 0
    assert read_file(version) == version.read_bytes()
    with pytest.raises(OSError, match="too large"):
        read_file(version, most=10)


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 5_000])
def test_what_cannot_be_a_name_is_no_file(name: str, tmp_path: Path) -> None:
    with pytest.raises(OSError):
        read_file(f"{tmp_path}/{name}")


def test_text_has_plain_line_ends_and_no_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xef\xbb\xbfa\r\nb\rc\n\xff")
    assert read_text(tmp_path / "file") == "a\nb\nc\n\ufffd"
