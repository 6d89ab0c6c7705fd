"""Starts Neovim and Emacs without a screen, with `wflint server`, and prints what they see.

``python scripts/try_editors.py [EDITOR ...]`` tries those that are named (`nvim`, `emacs`, or the
path of one), by default both; it exits with 1 if one of them does not show the diagnostic, or does
not apply the fix. One that is not installed is left out. The set-ups are those of docs/editors.md.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FLOW = """\
from datetime import datetime, timezone

from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return str(datetime.now(timezone.utc))
"""
WANTED, MENDED = "WFL101", "workflow.now()"
PATIENCE = 120

NEOVIM = """\
vim.o.swapfile = false
local command = { "wflint", "server", "--no-cache" }
if vim.lsp.config then
  vim.lsp.config("wflint", { cmd = command, filetypes = { "python" }, root_markers = { ".git" } })
  vim.lsp.enable("wflint")
else
  vim.api.nvim_create_autocmd("FileType", {
    pattern = "python",
    callback = function()
      if vim.lsp.start then
        vim.lsp.start({ name = "wflint", cmd = command, root_dir = vim.fn.getcwd() })
      else
        local id = vim.lsp.start_client({ name = "wflint", cmd = command,
                                          root_dir = vim.fn.getcwd() })
        vim.lsp.buf_attach_client(0, id)
      end
    end,
  })
end
vim.cmd("filetype on")
vim.cmd("edit flow.py")
vim.bo.filetype = "python"
local seen = {}
vim.wait(60000, function() return #vim.diagnostic.get(0) > 0 end, 100)
for _, d in ipairs(vim.diagnostic.get(0)) do
  local place = string.format("%d:%d", d.lnum + 1, d.col + 1)
  table.insert(seen, place .. " " .. tostring(d.code) .. " " .. d.message)
end
local fixed = false
local place = { line = 9, character = 20 }
local asked = { textDocument = { uri = vim.uri_from_bufnr(0) },
                range = { start = place, ["end"] = place },
                context = { diagnostics = {} } }
local answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", asked, 20000) or {}
for _, answer in pairs(answers) do
  for _, action in ipairs(answer.result or {}) do
    if action.edit and not fixed then
      vim.lsp.util.apply_workspace_edit(action.edit, "utf-16")
      fixed = true
    end
  end
end
vim.wait(30000, function() return #vim.diagnostic.get(0) == 0 end, 100)
local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\\n")
local result = { seen = seen, text = text, left = #vim.diagnostic.get(0) }
vim.fn.writefile({ vim.fn.json_encode(result) }, "result")
vim.cmd("qall!")
"""

EMACS = """\
(require 'package)
(package-initialize)
(require 'python)
(require 'eglot)
(require 'json)
(setq eglot-sync-connect 30 eglot-confirm-server-initiated-edits nil create-lockfiles nil
      project-vc-merge-submodules nil)
(add-to-list 'eglot-server-programs
             '((python-mode python-ts-mode) . ("wflint" "server" "--no-cache")))
(defun wait-until (holds)
  (let ((end (+ (float-time) 60)))
    (while (and (not (funcall holds)) (< (float-time) end))
      (accept-process-output nil 0.2))))
(find-file "flow.py")
(python-mode)
(eglot-ensure)
(run-hooks 'post-command-hook)
(unless (eglot-managed-p) (apply #'eglot (eglot--guess-contact)))
(flymake-mode 1)
(wait-until (lambda () (flymake-start) (flymake-diagnostics)))
(let ((seen (mapcar (lambda (d) (format "%d %s" (line-number-at-pos (flymake-diagnostic-beg d))
                                         (flymake-diagnostic-text d)))
                    (flymake-diagnostics))))
  (goto-char (point-min))
  (search-forward "datetime.now(")
  (let* ((actions (eglot-code-actions (point) (point)))
         (fix (seq-find (lambda (a) (plist-get a :edit)) actions)))
    (when fix (eglot--apply-workspace-edit (plist-get fix :edit) nil)))
  (eglot--signal-textDocument/didChange) ; which waits for an idle moment that does not come
  (wait-until (lambda () (flymake-start) (null (flymake-diagnostics))))
  (let ((text (buffer-string)) (left (length (flymake-diagnostics))))
    (with-temp-file "result"
      (insert (json-encode `((seen . ,(vconcat seen)) (text . ,text) (left . ,left)))))))
(set-buffer-modified-p nil)
(kill-emacs 0)
"""


def tried(editor: str) -> bool:
    """Try one editor; true if it does what it should, or is not there."""
    path = shutil.which(editor)
    if path is None:
        print(f"{editor}: it is not installed")
        return True
    name = Path(path).name
    with tempfile.TemporaryDirectory(prefix="wflint-") as folder:
        home = Path(folder)
        (home / "flow.py").write_text(FLOW)
        (home / ".git").mkdir()
        script = home / ("try.lua" if "nvim" in name else "try.el")
        script.write_text(NEOVIM if "nvim" in name else EMACS)
        flags = (
            ["--headless", "-u", "NONE", "-i", "NONE", "-c", f"luafile {script}"]
            if "nvim" in name
            else ["--batch", "-l", str(script)]
        )
        beside = os.path.dirname(sys.executable)
        environment = {**os.environ, "PATH": os.pathsep.join([beside, os.environ["PATH"]])}
        done = subprocess.run(
            [path, *flags],
            cwd=home,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
        )
        result = home / "result"
        found = json.loads(result.read_text()) if result.exists() else {}
    return _said(f"{editor} ({_version(path)})", found, done)


def _version(path: str) -> str:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.partition("\n")[0]


def _said(name: str, found: dict[str, object], done: subprocess.CompletedProcess[str]) -> bool:
    """Print what an editor has shown; true if it was what it should be."""
    seen, text = found.get("seen"), str(found.get("text", ""))
    lines = seen if isinstance(seen, list) else []
    shows = any(WANTED in str(line) or "wall clock" in str(line) for line in lines)
    fixes = MENDED in text and found.get("left") == 0
    said = ("NOT shown", "shown")[shows], ("NOT applied", "applied")[fixes]
    print(f"{name}: diagnostic {said[0]}, fix {said[1]}")
    for line in lines:
        print(f"    {line}")
    if not (shows and fixes):
        print((done.stdout + done.stderr)[-2000:], file=sys.stderr)
    return shows and fixes


if __name__ == "__main__":
    results = [tried(editor) for editor in sys.argv[1:] or ("nvim", "emacs")]
    sys.exit(0 if all(results) else 1)
