"""Examples and exit codes: the end of the help of each command."""

from __future__ import annotations

EPILOGS = {
    "wflint": """\b
Examples:
  wflint check                Check everything below the current folder.
  wflint check src --diff     Show what can be fixed in a folder.
  wflint rule WFL101          Explain a rule.

\b
Exit codes:
  0  Nothing was found.
  1  There is something to report.
  2  wflint could not do its work.

`wflint COMMAND --help` says more about a command.
""",
    "check": """\b
Examples:
  wflint check                      Check everything below the current folder.
  wflint check src/orders           Report only what is wrong below a folder.
  wflint check --select WFL101,WFL2 Run one rule, and a family of rules.
  wflint check --diff               Show what --fix would change.
  wflint check -o report.sarif      Write a report for code scanning.

\b
Exit codes:
  0  Nothing was found, or nothing as severe as --fail-on says.
  1  There are diagnostics.
  2  Something is wrong with the options, the configuration or the files.
""",
    "init": """\b
Examples:
  wflint init              Write into pyproject.toml, or a new wflint.toml.
  wflint init --dry-run    Print what would be written.

\b
Exit codes:
  0  The configuration was written, or printed.
  2  There is one already, or something is wrong with the files.
""",
    "diff": """\b
Examples:
  wflint diff                           Files on disk with the default branch.
  wflint diff --from v1.4 --from v1.5   Releases that workflows still run.
  wflint diff --from HEAD~1 --to HEAD   The last commit.

\b
Exit codes:
  0  Nothing was found, or nothing as severe as --fail-on says.
  1  Running workflows may fail.
  2  Something is wrong with the options, the configuration or the files.
""",
    "replay": """\b
Examples:
  temporal workflow show -w ID -o json >order.json
  wflint replay order.json                    One history.
  wflint replay --from-folder histories src   All histories of a folder.

\b
Exit codes:
  0  Nothing was found, or nothing as severe as --fail-on says.
  1  Histories do not replay.
  2  Something is wrong with the options, the files or the histories.
""",
    "list": """\b
Examples:
  wflint list                        Everything below the current folder.
  wflint list src/orders             What is defined below a folder.
  wflint list --output-format json   The same for other programs.

\b
Exit codes:
  0  The list was printed, or there is nothing to list.
  2  Something is wrong with the options, the configuration or the files.
""",
    "map": """\b
Examples:
  wflint map -o map.html                 Everything below the current folder.
  wflint map src/orders -o map.md        An outline for a pull request.
  wflint map -o map.html --link vscode   Links that open lines in an editor.

\b
Exit codes:
  0  The map was written.
  2  Something is wrong with the options, the configuration or the files.
""",
    "server": """\b
It is installed by: pip install 'wflint[lsp]'
An editor starts it, and speaks to it on stdin and stdout.
docs/editors.md in the repository has what each editor needs.
""",
    "completion": """\b
Examples:
  eval "$(wflint completion bash)"                            in ~/.bashrc
  eval "$(wflint completion zsh)"                             in ~/.zshrc
  wflint completion fish >~/.config/fish/completions/wflint.fish
""",
    "graph": """\b
Examples:
  wflint graph OrderWorkflow                    All that a workflow runs.
  wflint graph price_order                      Why this is workflow code.
  wflint graph OrderWorkflow --format mermaid   The same as a drawing.

\b
Exit codes:
  0  A graph was printed.
  1  No workflow reaches ENTRY.
  2  The name is unknown or ambiguous, or something else is wrong.
""",
    "rule": """\b
Examples:
  wflint rule WFL101            What breaks, with a bad and a good example.
  wflint rule wall-clock-time   The same by its name.
  wflint rule --all             A line for each rule.

\b
Exit codes:
  0  The text was printed.
  2  There is no such rule.
""",
    "config": """\b
Examples:
  wflint config              A line for each setting.
  wflint config test-paths   What a setting does.

\b
Exit codes:
  0  The text was printed.
  2  There is no such setting.
""",
    "clean": """\b
Examples:
  wflint clean          The cache of the project in the current folder.
  wflint clean --user   And what is kept for all projects.

\b
Exit codes:
  0  There is no cache any more.
  2  A path or the configuration is wrong.
""",
}
