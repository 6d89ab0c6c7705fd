"""Differences on purpose between wflint and the SDK's sandbox, with the reasons."""

from __future__ import annotations

_NOT_REPORTED: dict[str, tuple[str, ...]] = {
    "works on text, numbers or other values alone": (
        "getopt.*",
        "glob.escape",
        "glob.translate",
        "imaplib.Int2AP",
        "imaplib.Internaldate2tuple",
        "imaplib.ParseFlags",
        "imaplib.Time2Internaldate",
        "os.WCOREDUMP",
        "os.WEXITSTATUS",
        "os.WIFCONTINUED",
        "os.WIFEXITED",
        "os.WIFSIGNALED",
        "os.WIFSTOPPED",
        "os.WSTOPSIG",
        "os.WTERMSIG",
        "os.major",
        "os.makedev",
        "os.minor",
        "os.strerror",
        "os.waitstatus_to_exitcode",
        "shutil.get_archive_formats",
        "shutil.get_unpack_formats",
        "shutil.ignore_patterns",
        "signal.strsignal",
        "signal.valid_signals",
        "smtplib.quoteaddr",
        "smtplib.quotedata",
        "socket.CMSG_LEN",
        "socket.CMSG_SPACE",
        "socket.htonl",
        "socket.htons",
        "socket.inet_aton",
        "socket.inet_ntoa",
        "socket.inet_ntop",
        "socket.inet_pton",
        "socket.ntohl",
        "socket.ntohs",
        "tempfile.gettempprefix",
        "tempfile.gettempprefixb",
        "urllib.request.pathname2url",
        "urllib.request.url2pathname",
    ),
    "a class that only describes something, or that others derive from": (
        "http.client.HTTPResponse",
        "http.server.BaseHTTPRequestHandler",
        "http.server.CGIHTTPRequestHandler",
        "http.server.SimpleHTTPRequestHandler",
        "os.DirEntry",
        "os.sched_param",
        "os.stat_result",
        "os.statvfs_result",
        "os.terminal_size",
        "os.times_result",
        "os.uname_result",
        "os.waitid_result",
        "selectors.ABCMeta",
        "selectors.BaseSelector",
        "selectors.Mapping",
        "selectors.SelectorKey",
        "selectors.abstractmethod",
        "selectors.namedtuple",
        "shelve.BsdDbShelf",
        "shelve.Shelf",
        "signal.Handlers",
        "signal.Sigmasks",
        "signal.Signals",
        "signal.struct_siginfo",
        "socket.AddressFamily",
        "socket.CAPI",
        "socket.SocketKind",
        "socketserver.*",
        "subprocess.CompletedProcess",
        "urllib.request.*",
    ),
    "works on file descriptors; opening files and sockets is reported": (
        "fileinput.*",
        "marshal.dump",
        "marshal.load",
        "os.eventfd",
        "os.eventfd_read",
        "os.eventfd_write",
        "os.get_blocking",
        "os.get_inheritable",
        "os.grantpt",
        "os.memfd_create",
        "os.ptsname",
        "os.set_blocking",
        "os.set_inheritable",
        "os.tcgetpgrp",
        "os.tcsetpgrp",
        "os.timerfd_create",
        "os.timerfd_gettime",
        "os.timerfd_gettime_ns",
        "os.timerfd_settime",
        "os.timerfd_settime_ns",
        "os.unlockpt",
        "shutil.copyfileobj",
        "socket.close",
        "socket.dup",
    ),
    "changes or reads a table of the process from which a workflow takes nothing": (
        "filecmp.clear_cache",
        "shutil.register_archive_format",
        "shutil.register_unpack_format",
        "shutil.unregister_archive_format",
        "shutil.unregister_unpack_format",
        "socket.getdefaulttimeout",
        "socket.has_dualstack_ipv6",
        "socket.setdefaulttimeout",
        "webbrowser.register",
        "zoneinfo.ZoneInfo.clear_cache",
        "zoneinfo.ZoneInfo.from_file",
        "zoneinfo.ZoneInfo.reset_tzpath",
    ),
    "sets the identity or priority of the process, which no known workflow does": (
        "os.sched_get_priority_max",
        "os.sched_get_priority_min",
        "os.sched_rr_get_interval",
        "os.sched_setparam",
        "os.sched_setscheduler",
        "os.sched_yield",
        "os.setegid",
        "os.seteuid",
        "os.setgid",
        "os.setgroups",
        "os.setns",
        "os.setpgid",
        "os.setpgrp",
        "os.setregid",
        "os.setresgid",
        "os.setresuid",
        "os.setreuid",
        "os.setsid",
        "os.setuid",
        "os.unshare",
    ),
    "signal handlers need the main thread, where no workflow runs": (
        "signal.default_int_handler",
        "signal.getitimer",
    ),
    "translates text; the catalogue comes from gettext.translation, which is reported": (
        "gettext.*",
    ),
    "its functions are judged one by one: those that touch the disk are reported": ("os.path",),
    "a slip of the SDK, which means readlink; there is no such method": ("pathlib.Path.read_link",),
}

DELIBERATELY_NOT: dict[str, str] = {
    name: reason for reason, names in _NOT_REPORTED.items() for name in names
}
"""Names that the sandbox restricts and no rule reports, each with the reason. A name that ends in
``.*`` stands for every name below it that no rule knows."""

NOT_CAUGHT: dict[str, str] = {
    "sdk-attribute-assigned": "the SDK uses what it finds",
    "set-in-payload": "what is sent is not compared",
    "subsecond-timer": "it is a timer like any other",
    "task-without-wait-before-return": "that nobody waits for the task is not noticed",
    "taskgroup-cancel-order": "in one process the order is the same",
    "all-tasks-iteration": "the sandbox does not see what a loop runs over",
    "condition-side-effect": "the condition is evaluated like any other code",
    "discarded-task": "the command is issued; that nobody waits for it is not noticed",
    "import-not-passed-through": "loading a package again only costs memory and time",
    "import-time-nondeterminism": "uuid is restricted only once the workflow runs",
    "local-timezone-dependent": "only time.localtime and time.tzset are restricted",
    "plain-tracer": "the library is passed through, and its calls are not looked at",
    "object-identity": "the sandbox does not look at id() and hash()",
    "polling-loop": "the loop works, it is only expensive",
    "print": "the sandbox does not look at print()",
    "sandbox-bypass": "the sandbox is what the example does without",
    "shared-mutable-state": "what a module keeps is new for each workflow in the sandbox",
    "side-effect-in-workflow-module": "most restrictions hold only once the workflow runs",
    "stdlib-logging": "the sandbox does not look at logging",
    "time-based-condition": "the workflow waits, as it would for a signal",
    "unordered-iteration": "the sandbox does not see what a loop runs over",
    "weakref-gc": "the sandbox looks neither at gc nor at weakref",
    "third-party-randomness": "the library is passed through, and its calls are not looked at",
    "third-party-clock": "the example's library is always passed through",
    "unseeded-rng": "the sandbox does not look at the classes of random",
}
"""Rules whose bad example the sandbox lets through, each with the reason."""

FAILS_ON_PURPOSE: dict[str, str] = {
    "process-exit": "failing the workflow is what one does instead of leaving the process",
}
"""Rules whose good example ends with a failed workflow, each with the reason."""

NEEDS_LIBRARY: dict[str, str] = {
    "activity-import-not-passed-through": "shop",
    "foreign-async-runtime": "anyio",
    "plain-tracer": "opentelemetry",
    "settings-and-flags": "django",
    "taskgroup-cancel-order": "asyncio.taskgroups",  # from Python 3.11 on
    "third-party-randomness": "shortuuid",
    "workflow-and-activity-in-one-file": "shop",
}
"""Rules whose examples need a library; without it, they are not run. `shop` is nobody's."""

# Of the fixes. A rule that has cases at all must have one that needs its entry.

NOT_NOTICED: dict[str, str] = {
    "activity-api-in-workflow": "`activity.logger` only logs too often",
    "activity-class-or-call": "a workflow does not make the Worker",
    "async-api-in-sync-activity": "a workflow does not run the activity itself",
    "awaited-heartbeat": "a workflow does not run the activity itself",
    "non-retryable-in-workflow": "the flag is sent, and nobody reads it",
    "start-then-await": "the SDK does the same for both",
    "awaited-continue-as-new": "the SDK does the same for both",
    "unused-suppression": "the SDK does not read comments",
    "workflow-instance": "a workflow does not make the Worker",
    "workflow-api-in-activity": "a workflow does not run the activity itself",
    "workflow-class-not-run": "only type checkers object",
    "wrong-activity-variant": "only type checkers object",
}
"""Rules with safe fixes whose before the SDK does not object to, each with the reason."""

NEVER_WORKED: dict[str, str] = {
    "activity-result-passed": "the SDK raises TypeError for what is no activity",
    "multiple-positional-args": "the SDK's functions raise TypeError if there are several",
    "non-retryable-type-not-string": "the SDK raises TypeError for a class",
    "sleep-argument": "asyncio.sleep() raises TypeError for a timedelta",
    "activity-decorator-order": "the SDK refuses the class method, and the import fails",
    "decorator-call-form": "the SDK refuses the decorator, and the import fails",
}
"""Rules with safe fixes whose before fails each workflow task, so that no history goes beyond it;
each with the reason."""

ENDED: dict[str, str] = {
    "wrong-timeout-class": "the timeout that the handler does not get fails the workflow",
}
"""Rules with safe fixes whose before ends the workflow where the fix makes a difference, so that
the history is closed; each with the reason."""

OTHER_VALUES: dict[str, str] = {}
"""Cases of safe fixes whose values are not those of the stand-ins, each with the reason."""

STILL_FAILS: dict[str, str] = {
    "global_random/seeded_by_hand": "what becomes of random.seed() is for a person to decide",
}
"""Cases of unsafe fixes whose after still fails in the sandbox, each with the reason."""

UNSAFE_BECAUSE: dict[str, str] = {
    "async-query": "may derive from this one and await the query",
    "asyncio-as-completed": "equal elements are then started twice",
    "asyncio-wait": "uses of the results as sets become uses of lists",
    "cancellation-swallowed-by-error-handler": "lets a cancellation through",
    "never-matching-handler": "may have gone on in another way",
    "wrong-cancelled-class": "may have gone another way",
    "dynamic-import": "It then happens earlier, and under the sandbox for each workflow",
    "import-not-passed-through": "shared by all workflows of a worker",
    "interactive": "somebody may still be debugging",
    "raise-non-failure": "might have let it go on",
    "polling-loop": "which workflows that are already running have in their history",
    "print": "the text goes to the log instead of standard output",
    "print-in-activity": "goes to the log instead of standard output",
    "stdlib-logging": "records move to the logger `temporalio.workflow`",
    "restricted-pure-function": "On Windows that gives other texts",
    "set-in-payload": "the receiver may depend on the order",
    "sync-activity-without-executor": "how many threads the machine stands",
    "unawaited-client-call": "does what it has never done so far",
    "third-party-clock": "a local time becomes one in UTC, and a naive one an aware one",
    "unordered-iteration": "workflows that are already running have another order in their history",
    "wall-clock-time": "`datetime.now(tz)`, which becomes `workflow.now().astimezone(tz)`",
}
"""Rules with an unsafe fix whose harm no command shows, each with words of its "Fix safety" that
say what it is."""

SHOWN_BY_CHANCE = frozenset(
    {"asyncio-as-completed", "asyncio-wait", "set-in-payload", "unordered-iteration"}
)
"""Those whose harm is in the order of sets, which may by chance be that of the after."""

NEEDS_TO_RUN: dict[str, tuple[str, ...]] = {
    "activity_import_not_passed_through/activities": ("ledger",),
    "import_not_passed_through/behind_the_sdk": ("attrs", "more_itertools", "yaml"),
    "import_not_passed_through/joins_a_block": ("attrs", "httpx", "yaml"),
    "import_not_passed_through/joins_a_block_before": ("attrs", "httpx"),
    "third_party_clock/libraries": ("airflow", "arrow", "django", "pandas", "pendulum"),
    "wall_clock_time/utc_of_pytz": ("pytz",),
}
"""Cases whose module needs libraries; without them, they are not run."""
