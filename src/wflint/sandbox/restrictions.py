"""The sandbox's own restrictions, as tables; a test holds them against the installed SDK."""

from __future__ import annotations

from functools import lru_cache

from wflint.standard_library import STANDARD_MODULES

PASSED_THROUGH = frozenset(
    {
        "annotated_types",
        "google.protobuf",
        "grpc",
        "importlib_metadata",
        "nexusrpc",
        "pkg_resources",
        "pydantic",
        "pydantic_core",
        "temporalio",
        "typing_extensions",
    }
)
"""Modules that are passed through with all that is below them, besides the standard library."""

_WHOLE_MODULES = frozenset(
    {
        "curses",
        "dbm",
        "filecmp",
        "fileinput",
        "ftplib",
        "getopt",
        "getpass",
        "gettext",
        "glob",
        "http.client",
        "http.server",
        "imaplib",
        "locale",
        "poplib",
        "readline",
        "sched",
        "shelve",
        "shutil",
        "smtplib",
        "socketserver",
        "subprocess",
        "tempfile",
        "urllib.request",
        "webbrowser",
        "xmlrpc.client",
        "xmlrpc.server",
    }
)
_MEMBERS: dict[str, str] = {
    "bz2": "open",
    "datetime.date": "today",
    "datetime.datetime": "now today utcnow",
    "gzip": "open",
    "lzma": "open",
    "marshal": "dump load",
    "pathlib.Path": (
        "chmod cwd exists expanduser glob group hardlink_to home is_block_device is_char_device "
        "is_dir is_fifo is_file is_mount is_socket is_symlink iterdir lchmod link_to lstat mkdir "
        "open owner read_bytes read_link read_text rename replace resolve rglob rmdir samefile "
        "stat symlink_to touch unlink write_bytes write_text"
    ),
    "random": (
        "betavariate binomialvariate choice choices expovariate gammavariate gauss getrandbits "
        "getstate lognormvariate main normalvariate paretovariate randbytes randint random "
        "randrange sample seed setstate shuffle triangular uniform vonmisesvariate weibullvariate"
    ),
    "secrets": ("SystemRandom choice randbelow randbits token_bytes token_hex token_urlsafe"),
    "tarfile": "open",
    "tarfile.TarFile": "extract extractall",
    "zipfile.ZipFile": "extract extractall",
    "zoneinfo.ZoneInfo": "clear_cache from_file reset_tzpath",
}

RESTRICTED_AT_IMPORT = frozenset(
    f"{owner}.{name}" for owner, names in _MEMBERS.items() for name in names.split()
) | {f"{module}.*" for module in _WHOLE_MODULES}
"""Names that no module may call while the sandbox loads it; ``module.*`` is all that is in it."""

_ONLY_AT_RUN = frozenset(
    f"{module}.*"
    for module in (
        "concurrent.futures",
        "mmap",
        "multiprocessing",
        "os",
        "os.environ",
        "platform",
        "select",
        "selectors",
        "signal",
        "socket",
        "threading",
    )
) | frozenset(
    f"{owner}.{name}"
    for owner, names in {
        "builtins": "input open",
        "time": (
            "get_clock_info localtime monotonic monotonic_ns perf_counter perf_counter_ns "
            "process_time process_time_ns pthread_getcpuclockid sleep thread_time thread_time_ns "
            "time time_ns tzset"
        ),
        "uuid": "uuid1 uuid4 uuid7",
    }.items()
    for name in names.split()
)
_NEVER_REFUSED = frozenset({"os.stat"})

_KEPT = 16_384
"""For how many modules the answer is kept: each sandbox is asked for nearly the same ones."""

UNREADABLE_AT_IMPORT = frozenset({"xmlrpc.client", "xmlrpc.server"})
"""Modules of which it may not even take a name."""


@lru_cache(maxsize=_KEPT)
def passes_by_default(module: str) -> bool:
    """True if the sandbox passes a module through without being asked."""
    return module.partition(".")[0] in STANDARD_MODULES or is_below(module, PASSED_THROUGH)


@lru_cache(maxsize=_KEPT)
def is_below(module: str, packages: frozenset[str]) -> bool:
    """True if a module is one of ``packages`` or inside one."""
    most = _most_parts(packages)
    parts = module.split(".", most)[:most]
    return any(".".join(parts[:count]) in packages for count in range(1, len(parts) + 1))


@lru_cache(maxsize=64)
def _most_parts(packages: frozenset[str]) -> int:
    """Return the number of parts of the longest of some names."""
    return max((name.count(".") + 1 for name in packages), default=0)


def is_unreadable(name: str) -> bool:
    """True if even taking a name fails then."""
    return name.rpartition(".")[0] in UNREADABLE_AT_IMPORT


def is_restricted_at_import(name: str) -> bool:
    """True if calling a name fails while the sandbox loads a module."""
    owner = name.rpartition(".")[0]
    return name in RESTRICTED_AT_IMPORT or f"{owner}.*" in RESTRICTED_AT_IMPORT


def is_refused(name: str) -> bool:
    """True if calling a name fails in workflow code that the sandbox has loaded."""
    below = f"{name.rpartition('.')[0]}.*"
    is_at_run = name in _ONLY_AT_RUN or below in _ONLY_AT_RUN
    return name not in _NEVER_REFUSED and (is_at_run or is_restricted_at_import(name))
