"""Makes the picture of a map that README and `docs/map.md` show, `docs/map.png`.

    python scripts/map_picture.py

It is the map of `examples/orders` in Chromium, which must be installed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.browser import browser, find_chromium

ROOT = Path(__file__).parent.parent

_SHOW = """
(async () => {
  const order = MAP.workflows.findIndex((w) => w.n === "OrderWorkflow");
  sections.forEach((section, number) => { section.open = number === order; });
  draw({ kind: "flow", number: order });
  sections[order].querySelector("li.child > a").click();
  scrollTo(0, 0);
  await new Promise((done) => setTimeout(done, 300));
  fitGraph(false);
  await new Promise((done) => setTimeout(done, 300));
})()
"""


def main() -> int:
    """Make the picture."""
    chromium = find_chromium()
    if chromium is None:
        print("Chromium is not installed")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "map.html"
        command = [sys.executable, "-m", "wflint", "map", "-q", "examples/orders", "-o", str(page)]
        command += ["--title", "the shop", "--link", "none"]
        subprocess.run(command, cwd=ROOT, check=True)
        with browser(chromium, Path(folder) / "chromium") as shown:
            shown.open(page, 1180, 820)
            shown.run(_SHOW)
            (ROOT / "docs" / "map.png").write_bytes(shown.picture())
    return 0


if __name__ == "__main__":
    sys.exit(main())
