"""Touches the file system in workflow code.

## What breaks

A replay happens later, and often on another machine. The file may be gone, changed, or readable
only on the first worker, so the workflow sees other content than the first run did. A write
happens again at every replay. Both block the thread that all workflows of the worker share.

## Bad

```python
from temporalio import workflow


@workflow.defn
class ReportWorkflow:
    @workflow.run
    async def run(self) -> str:
        with open("/etc/report.conf") as handle:
            return handle.read()
```

## Good

```python
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow


@activity.defn
def report_settings() -> str:
    return Path("/etc/report.conf").read_text()


@workflow.defn
class ReportWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            report_settings, start_to_close_timeout=timedelta(seconds=10)
        )
```

Paths may be put together in a workflow, with `pathlib.PurePath` or with `Path` and its pure
methods. A buffer in memory (`io.BytesIO`, `sqlite3.connect(":memory:")`) is no file.

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` at run time for `open()`, most of `os`, the
methods of `Path`, `shutil`, `glob` and `tempfile`. It misses `io.open()`, `os.stat()`,
`Path.readlink()`, `(Path("a") / "b").exists()`, `from os.path import exists`, `linecache`,
`sqlite3` and `zipfile.ZipFile("a.zip")`. In modules that are passed through it catches `open()`
and nothing else.

## References

* https://docs.temporal.io/workflow-definition#deterministic-constraints
* https://docs.temporal.io/develop/python/python-sdk-sandbox
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Property, Report, Rule, Scope, Severity, ValueType

if TYPE_CHECKING:
    from wflint.rule import Arg, CallView, Value

# These take an open handle as well as a path: reported only where a path is shown.
_PATH_OR_HANDLE = (
    *("PIL.", "PyPDF2.", "docx.", "fastparquet.", "fiona.", "fitz.", "geopandas.", "h5py."),
    *("imageio.", "joblib.", "librosa.", "lxml.", "matplotlib.", "netCDF4.", "numpy."),
    *("onnxruntime.", "openpyxl.", "pandas.", "pdfplumber.", "polars.", "pptx.", "py7zr."),
    *("pyarrow.", "pymupdf.", "pypdf.", "rarfile.", "rasterio.", "scipy.", "skimage."),
    *("soundfile.", "tarfile.is_", "toml.", "torch.jit.", "torch.load", "torch.save", "wave."),
    *("xarray.", "xlrd.", "xlsxwriter.", "xml.", "zarr.", "zipfile."),
)
_PATH_COMES_SECOND = frozenset(
    {
        "joblib.dump",
        "pandas.to_pickle",
        "pyarrow.csv.write_csv",
        "pyarrow.dataset.write_dataset",
        "pyarrow.feather.write_feather",
        "pyarrow.orc.write_table",
        "pyarrow.parquet.write_table",
        "pyarrow.parquet.write_to_dataset",
        "torch.jit.save",
        "torch.save",
    }
)
_PATH_KEYWORDS = (
    *("path", "file", "filename", "fname", "f", "fp", "io", "source", "src", "where", "uri"),
    *("path_or_buf", "path_or_buffer", "filepath_or_buffer", "filepath_or_bytes", "filesource"),
    *("excel_writer", "root_path", "stream", "workbook", "dest", "store"),
)
_TEXT_OR_PATH = frozenset({"pandas.read_html", "pandas.read_json", "pandas.read_xml"})
_MAKE_PATHS = ("pathlib.", "os.path.", "os.fspath", "posixpath.")
_MAKE_BUFFERS = frozenset({"io.BytesIO", "io.StringIO", "tempfile.SpooledTemporaryFile"})
_CURRENT_FOLDER = frozenset({"abspath", "absolute", "cwd", "getcwd", "getcwdb", "relpath"})
_HERE = "`{name}` depends on the folder that the worker was started in; pass the path as input"
_COMPRESSED = ("bz2.", "gzip.", "lzma.", "tarfile.")
_DATABASES = ("sqlite3.", "aiosqlite.", "duckdb.connect")


class Filesystem(Rule):
    code = "WFL132"
    name = "filesystem"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    names_are = frozenset({Property.FILES})
    since = "0.1"
    message = "`{name}` touches the file system; move it to an activity"
    tables = ("filesystem.toml", "filesystem_libraries.toml")

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Drop what works on memory: buffers, open handles, in-memory databases."""
        name = view.name
        if name.startswith(_DATABASES) and _is_memory_database(view):
            return None
        if name.startswith(_COMPRESSED) and _wraps_a_buffer(view):
            return None
        if name.startswith(_PATH_OR_HANDLE) and not _always_writes(name):
            argument = _path_argument(view)
            if argument is None or not _is_path(view, argument.value):
                return None
        if name.rpartition(".")[2] in _CURRENT_FOLDER:
            return Report(_HERE.format(name=view.shown), api.severity)
        return super().judge(view, api)


def _always_writes(name: str) -> bool:
    """Extracting an archive writes files, whatever the archive was opened from."""
    return name.endswith((".extract", ".extractall"))


def _is_memory_database(view: CallView) -> bool:
    database = view.argument(0, "database")
    if database is None:
        return view.name == "duckdb.connect" and not view.spread
    return database.value.type is ValueType.STR and database.value.text.startswith(
        (":memory:", "file::memory:")
    )


def _wraps_a_buffer(view: CallView) -> bool:
    if view.keyword("fileobj") is not None:
        return True
    return bool(view.positional) and view.qualified(view.positional[0].value) in _MAKE_BUFFERS


def _path_argument(view: CallView) -> Arg | None:
    index = 1 if view.name in _PATH_COMES_SECOND else 0
    if len(view.positional) > index:
        return view.positional[index]
    given = (view.keyword(keyword) for keyword in _PATH_KEYWORDS)
    return next((argument for argument in given if argument is not None), None)


def _is_path(view: CallView, value: Value) -> bool:
    if value.type is ValueType.STR:
        return not value.text.lstrip().startswith(("<", "{", "["))  # a document, not its path
    made_by = view.qualified(value)
    if made_by == "builtins.str":
        return view.name not in _TEXT_OR_PATH
    return value.type is ValueType.FSTRING or made_by.startswith(_MAKE_PATHS)
