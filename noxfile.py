"""The tests on every Python that wflint supports, and the checks.

``nox`` runs everything, ``nox -s tests-3.13`` and ``nox -s lint`` a part. Versions of Python that
are not installed are skipped.
"""

import nox

nox.options.error_on_missing_interpreters = False

CHECKS = ("ruff check", "ruff format --check", "mypy", "lint-imports", "wflint check src rules")


@nox.session(python=["3.10", "3.11", "3.12", "3.13", "3.14"])
def tests(session: nox.Session) -> None:
    """Run the tests; arguments behind ``--`` go to pytest."""
    session.install("-e", ".[test]")
    session.run("pytest", *session.posargs)


@nox.session(python=["3.10", "3.14"])
def exhaustive(session: nox.Session) -> None:
    """Run the tests that look at many more examples; arguments behind ``--`` go to pytest."""
    session.install("-e", ".[test]")
    session.run("pytest", "-m", "exhaustive", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Run the checks that need no test."""
    session.install("-e", ".[dev]")
    for check in CHECKS:
        session.run(*check.split())


@nox.session(python=["3.10", "3.11", "3.12", "3.13"], default=False)
def library(session: nox.Session) -> None:
    """Derive the whole table of the standard library again; takes minutes."""
    session.install("-e", ".[test]")
    session.run("pytest", "tests/rules/test_stdlib_reach.py", env={"WFLINT_WHOLE_LIBRARY": "1"})
