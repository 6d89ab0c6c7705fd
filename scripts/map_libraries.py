"""Fetches the JavaScript libraries of `wflint map` from the npm registry.

    python scripts/map_libraries.py [--write]

`src/wflint/map/assets/vendor/pins.toml` says which package and version each file is from, with the
hash of the package, as the registry and `npm install` have it, and that of the file. Prints what is
not as it says, and ends with 1 if there is any; with `--write` it first writes the files. To take a
newer version, change it in `pins.toml` and delete its hashes: they are printed then, to be checked
and put there. Uses `npm pack`, and runs no code of a package.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomli

VENDOR = Path(__file__).parent.parent / "src" / "wflint" / "map" / "assets" / "vendor"
_NPM = "npm"


def main() -> int:
    """Compare the files with their pins, and fetch them if that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="fetch the files and write them")
    arguments = parser.parse_args()
    pins = tomli.loads((VENDOR / "pins.toml").read_text(encoding="utf-8"))
    found: list[str] = []
    for package in pins["packages"]:
        if arguments.write:
            found += fetch(package)
        found += list(differences(package))
    print("\n".join(found) or "all files are as they should be")
    return 1 if found else 0


def differences(package: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the files of a package."""
    for file in package["files"]:
        path = VENDOR / file["name"]
        if not path.exists():
            yield f"{file['name']} is missing"
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest != file.get("sha256"):
            yield f"{file['name']} has the hash {digest}, and pins.toml says {file.get('sha256')}"


def fetch(package: dict[str, Any]) -> list[str]:
    """Fetch a package and write its files; return what is wrong with it."""
    named = f"{package['name']}@{package['version']}"
    npm = shutil.which(_NPM)
    if npm is None:
        return ["npm is not installed"]
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", "--ignore-scripts", "--silent", named]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode != 0 or len(archives) != 1:
            return [f"{named} cannot be fetched: {done.stderr.strip()}"]
        digest = base64.b64encode(hashlib.sha512(archives[0].read_bytes()).digest()).decode()
        if f"sha512-{digest}" != package.get("integrity"):
            return [f"{named} has the hash sha512-{digest}, which is not that of pins.toml"]
        with tarfile.open(archives[0]) as archive:
            for file in package["files"]:
                member = archive.extractfile(f"package/{file['from']}")
                assert member is not None
                (VENDOR / file["name"]).write_bytes(member.read())
    return []


if __name__ == "__main__":
    sys.exit(main())
