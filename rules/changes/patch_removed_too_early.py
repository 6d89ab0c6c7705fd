"""Removes or deprecates a patch that histories still have, or that runs from before it still need.

## What breaks

`workflow.patched("id")` writes a marker into the history. Code that meets the marker and does not
ask for the patch fails: `[TMPRL1100] ... Non-deprecated patch marker encountered for change id, but
there is no corresponding change command!`

`workflow.deprecate_patch("id")` accepts the marker, and keeps no old path: a run from before the
patch meets the new code, which gives other commands.

## The way of a patch

1. `if workflow.patched("id"): ... else: ...`, until no run from before it is left;
2. `workflow.deprecate_patch("id")` and the new path only, until no run has a marker that is not
   deprecated;
3. nothing.

## What is compared

The ids that each workflow asks for, itself and in what it calls. `wflint diff --from v1 --from v2`
takes all releases that runs are left from:

* an id that one of them asks for with `patched` and the new code not at all is an error;
* `deprecate_patch` in the new code is an error if one of them knows nothing of the patch;
* with a single base, what may be left from before it is not known: a warning.

## References

* https://docs.temporal.io/develop/python/versioning#patching
* https://github.com/wflint/wflint/blob/main/docs/changing-running-workflows.md
"""

from __future__ import annotations

from wflint.rule import Rule, Scope, Severity


class PatchRemovedTooEarly(Rule):
    code = "WFL953"
    name = "patch-removed-too-early"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    command = "diff"
