"""The fix of `wflint diff`: a patch around a change that running workflows do not survive."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent, indent

import pytest

from tests.command_line import enter_project, invoke

HEAD = """\
from datetime import timedelta

from temporalio import activity, workflow

TEN = timedelta(seconds=10)


@activity.defn
async def reserve(order: str) -> str: ...


@activity.defn
async def charge(order: str) -> str: ...


@activity.defn
async def ship(order: str) -> str: ...


async def do(name: str, order: str) -> str:
    return await workflow.execute_activity(name, order, start_to_close_timeout=TEN)


"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "new").mkdir()
    return enter_project(tmp_path / "new", monkeypatch)


def flow(body: str, methods: str = "", head: str = HEAD) -> str:
    run = indent(dedent(body).strip("\n"), " " * 8)
    more = indent(dedent(methods).strip("\n"), " " * 4)
    return (
        f"{head}@workflow.defn\nclass OrderWorkflow:\n    @workflow.run\n"
        f"    async def run(self, order: str) -> str:\n{run}\n{more}\n"
    )


def put(side: str, files: Mapping[str, str] | str) -> None:
    for name, text in ({"flow.py": files} if isinstance(files, str) else files).items():
        path = Path("..", side, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "pyproject.toml").write_text("[tool.wflint]\n")
        path.write_text(text, newline="")


def fixed(old: Mapping[str, str] | str, new: Mapping[str, str] | str) -> str:
    """Put both sides, fix the new one, and return the workflow's file."""
    put("old", old)
    put("new", new)
    invoke("diff", "--from", "../old", "--fix", "--unsafe-fixes")
    return Path("flow.py").read_bytes().decode()


def body_of(text: str) -> str:
    """Return the body of the run method."""
    return dedent(text[text.index("-> str:\n", text.index("def run")) + 8 :]).strip("\n")


def body_fixed(old: str, new: str, methods: str = "") -> str:
    return body_of(fixed(flow(old, methods), flow(new, methods)))


def withheld(old: Mapping[str, str] | str, new: Mapping[str, str] | str) -> str:
    """Return why a change is not fixed."""
    put("old", old)
    put("new", new)
    done = invoke("diff", "--from", "../old", "--output-format", "json")
    (one,) = (each for each in json.loads(done.stdout) if each["code"] == "WFL950")
    assert one["fix"] is None
    return str(one["message"].partition("(not fixed: ")[2].removesuffix(")"))


def prepare_fixed(more: Mapping[str, str]) -> str:
    """Fix a helper in a module that does not import ``temporalio.workflow``, and return it."""
    head = "from steps import prepare\nfrom temporalio import workflow\n\n\n"
    text = flow('await prepare()\nreturn ""', head=head)
    steps = (
        "from datetime import timedelta\n\n"
        "from temporalio.workflow import execute_activity as give\n\n\n"
        "async def prepare() -> None:\n    {}"
    )
    one, two = (f'await give("{name}", start_to_close_timeout=timedelta(1))\n' for name in "ab")
    put("old", {"flow.py": text, "steps.py": steps.format(two), **more})
    put("new", {"flow.py": text, "steps.py": steps.format(f"{one}    {two}"), **more})
    invoke("diff", "--from", "../old", "--fix", "--unsafe-fixes")
    return Path("steps.py").read_text()


TWO = """
await do("reserve", order)
return await do("ship", order)
"""
THREE = """
await do("reserve", order)
await do("charge", order)
return await do("ship", order)
"""


class TestForms:
    def test_an_insertion(self) -> None:
        assert body_fixed(TWO, THREE) == (
            'await do("reserve", order)\n'
            'if workflow.patched("add-charge"):\n'
            '    await do("charge", order)\n'
            'return await do("ship", order)'
        )

    def test_a_removal(self) -> None:
        assert body_fixed(THREE, TWO) == (
            'await do("reserve", order)\n'
            'if not workflow.patched("remove-charge"):\n'
            '    await do("charge", order)\n'
            'return await do("ship", order)'
        )

    def test_a_removal_at_the_start(self) -> None:
        new = THREE.replace('await do("reserve", order)\n', "", 1)
        assert body_fixed(THREE, new).startswith(
            'if not workflow.patched("remove-reserve"):\n    await do("reserve", order)\n'
        )

    def test_a_replacement(self) -> None:
        assert body_fixed(THREE, THREE.replace("charge", "bill")) == (
            'await do("reserve", order)\n'
            'if workflow.patched("bill-instead-of-charge"):\n'
            '    await do("bill", order)\n'
            "else:\n"
            '    await do("charge", order)\n'
            'return await do("ship", order)'
        )

    def test_inside_of_a_block(self) -> None:
        old = 'for _ in range(2):\n    await do("reserve", order)\nreturn ""'
        new = old.replace("order)\nreturn", 'order)\n    await do("charge", order)\nreturn')
        assert body_fixed(old, new) == (
            "for _ in range(2):\n"
            '    await do("reserve", order)\n'
            '    if workflow.patched("add-charge"):\n'
            '        await do("charge", order)\n'
            'return ""'
        )

    def test_all_that_a_block_had(self) -> None:
        old = 'if order:\n    await do("charge", order)\n' + TWO.strip()
        new = "if order:\n    pass\n" + TWO.strip()
        assert body_fixed(old, new).startswith(
            'if order:\n    if not workflow.patched("remove-charge"):\n'
            '        await do("charge", order)\n'
        )

    def test_in_a_function_inside_of_another(self) -> None:
        old = (
            f"async def inner() -> None:\n    await do('a', order)\n\nawait inner()\n{TWO.strip()}"
        )
        new = old.replace("('a', order)", "('a', order)\n    await do('b', order)")
        assert "    if workflow.patched(\"add-b\"):\n        await do('b'" in body_fixed(old, new)

    def test_an_elif_becomes_part_of_the_whole(self) -> None:
        old = 'if order:\n    await do("a", order)\n' + TWO.strip()
        new = old.replace("\nawait", '\nelif not order:\n    await do("b", order)\nawait', 1)
        found = body_fixed(old, new)
        assert '    elif not order:\n        await do("b", order)\nelse:\n    if order:' in found

    def test_lines_in_strings_comments_and_blank_lines_stay(self) -> None:
        new = THREE.replace(
            'await do("charge", order)\n',
            '# What it costs.\nawait do(\n    "charge",  # an activity\n'
            '    """\nas it\n  stands""",\n)\n\n',
        )
        assert (
            'if workflow.patched("add-charge"):\n    await do(\n        "charge",  # an activity\n'
        ) in body_fixed(TWO, new)
        text = Path("flow.py").read_text()
        assert '    """\n        as it\n          stands""",\n' in text  # as before

    def test_comments_of_the_old_code_come_along(self) -> None:
        old = THREE.replace('await do("charge"', '# It costs.\nawait do("charge"')
        assert '    # It costs.\n    await do("charge", order)\n' in body_fixed(old, TWO)

    def test_data_and_logs_beside_it_are_left_alone(self) -> None:
        old = f'total = 1\nworkflow.logger.info("a %s", total)\n{TWO.strip()}'
        new = f'total = 2\nworkflow.logger.info("b %s", total)\n{THREE.strip()}'
        found = body_fixed(old, new)
        assert found.startswith(
            'total = 2\nworkflow.logger.info("b %s", total)\nawait do("reserve"'
        )
        assert found.count("patched") == 1 and "else" not in found

    def test_ends_of_lines_and_tabs_are_those_of_the_file(self) -> None:
        sides = [flow(body).replace("    ", "\t").replace("\n", "\r\n") for body in (TWO, THREE)]
        found = fixed(*sides)
        assert (
            '\t\tif workflow.patched("add-charge"):\r\n\t\t\tawait do("charge", order)\r\n' in found
        )
        assert found.count("\n") == found.count("\r\n")


class TestNames:
    def test_the_module_is_called_as_the_file_calls_it(self) -> None:
        head = HEAD.replace(
            "import activity, workflow", "import activity\nfrom temporalio import workflow as wf"
        )
        sides = [flow(body, head=head).replace("workflow.", "wf.") for body in (TWO, THREE)]
        assert 'if wf.patched("add-charge"):' in fixed(*sides)

    def test_it_is_imported_where_it_is_not(self) -> None:
        found = prepare_fixed({})
        assert "from temporalio import workflow\n" in found
        assert '    if workflow.patched("add-a"):\n        await give("a"' in found

    def test_ids_are_new_in_the_project(self) -> None:
        other = flow('workflow.patched("add-charge")\nreturn ""').replace("OrderW", "OtherW")
        put("old", {"flow.py": flow(TWO), "other.py": other})
        put("new", {"flow.py": flow(THREE), "other.py": other.replace("add-charge", "remove-it")})
        invoke("diff", "--from", "../old", "--fix", "--unsafe-fixes")
        assert 'patched("add-charge-2")' in Path("flow.py").read_text()

    def test_one_helper_of_two_workflows_has_one_patch(self) -> None:
        two = (
            "@workflow.defn\nclass {0}:\n    @workflow.run\n"
            "    async def run(self) -> None:\n        await prepare()\n\n\n"
        )
        old = (
            HEAD
            + 'async def prepare() -> None:\n    await do("a", "")\n    await do("c", "")\n\n\n'
        )
        old += two.format("AWorkflow") + two.format("BWorkflow")
        new = old.replace('    await do("c"', '    await do("b", "")\n    await do("c"')
        found = fixed(old, new)
        assert found.count("patched") == 1
        assert invoke("diff", "--from", "../old").stdout == ""


class TestWithheld:
    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            (THREE.replace('\nawait do("charge"', '; await do("charge"'), TWO, "shares a line"),
            (
                THREE,
                THREE.replace('await do("charge", order)', 'workflow.deprecate_patch("x")'),
                "patches in it already",
            ),
        ],
    )
    def test_reasons(self, old: str, new: str, reason: str) -> None:
        assert reason in withheld(flow(old), flow(new))

    def test_a_name_that_only_one_branch_gives_a_value(self) -> None:
        old = 'await do("reserve", order)\nmore = ""\nawait do("ship", order)\nreturn more'
        new = old.replace("more =", 'bill = await do("charge", order)\nmore =') + " + bill"
        reason = withheld(flow(old), flow(new))
        assert reason == "`bill` has a value in one of both branches only, and is used later"
        assert 'patched("add-charge")' in body_fixed(old, f'bill = ""\n{new}')

    def test_a_field_that_only_one_branch_sets(self) -> None:
        query = "@workflow.query\ndef bill(self) -> str:\n    return self.paid"
        new = THREE.replace('await do("charge"', 'self.paid = await do("charge"')
        reason = withheld(flow(TWO, query), flow(new, query))
        assert reason == "`self.paid` is set in one of both branches only, and is used later"
        init = f"def __init__(self) -> None:\n    self.paid = ''\n\n{query}"
        assert 'patched("add-charge")' in body_fixed(TWO, new, init)

    def test_what_the_old_code_used_is_gone(self) -> None:
        call = "await workflow.execute_activity({}, order, start_to_close_timeout=TEN)\n"
        old, new = (flow(f"{call.format(name)}{TWO.strip()}") for name in ("charge", "reserve"))
        gone = new.replace("@activity.defn\nasync def charge(order: str) -> str: ...\n", "")
        assert withheld(old, gone) == "the old code uses `charge`, which is gone"

    def test_two_functions_have_changed(self) -> None:
        helper = 'async def prepare(order: str) -> None:\n    await do("a", order)\n\n\n'
        old = flow(f"await prepare(order)\n{TWO.strip()}", head=HEAD + helper)
        new = flow(
            f"await prepare(order)\n{THREE.strip()}", head=HEAD + helper.replace('"a"', '"b"')
        )
        found = fixed(old, new)
        assert found == new

    def test_what_a_patch_alone_does_not_mend_stays(self) -> None:
        """A constant names another activity as well, which is no statement of a function."""
        body = 'await do("reserve", order)\nreturn await do(NAME, order)'
        old = flow(body, head=f'{HEAD}NAME = "ship"\n\n\n')
        more = body.replace("return", 'await do("charge", order)\nreturn')
        new = flow(more, head=f'{HEAD}NAME = "send"\n\n\n')
        assert fixed(old, new) == new
        done = invoke("diff", "--from", "../old", "--diff", "--unsafe-fixes")
        assert "OrderWorkflow: a patch alone does not make the change compatible" in done.stderr

    def test_a_generated_file(self) -> None:
        old, new = (f"# DO NOT EDIT\n{flow(body)}" for body in (TWO, THREE))
        assert withheld(old, new) == "the file is generated"

    def test_code_that_others_than_workflows_run(self) -> None:
        main = "import asyncio\n\nfrom steps import prepare\n\nasyncio.run(prepare())\n"
        assert "patched" not in prepare_fixed({"main.py": main})
        assert "also runs it outside workflows" in invoke("diff", "--from", "../old").stdout

    def test_code_that_a_query_runs(self) -> None:
        query = "@workflow.query\nasync def state(self) -> str:\n    return await step()"
        text = flow('await step()\nreturn ""', query, HEAD + "{}\n\n")
        helper = 'async def step() -> str:\n    {}return await do("ship", "")'
        old, new = (text.format(helper.format(more)) for more in ("", 'await do("a", "")\n    '))
        assert "raises in queries and validators" in withheld(old, new)


class TestCommand:
    def test_only_on_request(self) -> None:
        put("old", flow(TWO))
        put("new", flow(THREE))
        done = invoke("diff", "--from", "../old", "--fix")
        assert "[**] 1 fixable with `--fix --unsafe-fixes`." in done.stderr
        assert Path("flow.py").read_text() == flow(THREE)

    def test_as_a_diff(self) -> None:
        put("old", flow(TWO))
        put("new", flow(THREE))
        done = invoke("diff", "--from", "../old", "--diff", "--unsafe-fixes")
        assert '+        if workflow.patched("add-charge"):\n' in done.stdout
        assert (done.exit_code, done.stderr) == (1, "Would fix 1 diagnostic in 1 file.\n")
        assert Path("flow.py").read_text() == flow(THREE)

    def test_new_code_that_is_not_on_disk(self) -> None:
        done = invoke("diff", "--from", "../old", "--to", "HEAD", "--fix")
        assert done.exit_code == 2 and "leave out --to" in done.stderr

    def test_settings_say_what_is_fixed(self) -> None:
        put("old", flow(TWO))
        put("new", flow(THREE))
        Path("pyproject.toml").write_text('[tool.wflint]\nunfixable = ["WFL950"]\n')
        assert "[**]" not in invoke("diff", "--from", "../old").stdout

    def test_in_json(self) -> None:
        put("old", flow(TWO))
        put("new", flow(THREE))
        (one,) = json.loads(invoke("diff", "--from", "../old", "--output-format", "json").stdout)
        assert one["fix"]["applicability"] == "unsafe"
        assert one["fix"]["message"] == 'Put it behind `workflow.patched("add-charge")`'
