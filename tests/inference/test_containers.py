"""Contents of containers: parts that are not there."""

from __future__ import annotations

import pytest

from wflint.inference.builtin_types import made, part
from wflint.inference.values import ExternalValue, Unresolved

NAME, COUNT = made("builtins.str"), made("builtins.int")


@pytest.mark.parametrize(
    ("number", "expected"), [(0, NAME), (1, COUNT), (-1, COUNT), (-2, NAME), (2, None), (-3, None)]
)
def test_a_tuple_has_the_parts_that_it_has(number: int, expected: ExternalValue | None) -> None:
    (found,) = part(made("builtins.tuple", ((NAME,), (COUNT,))), number)
    assert found == expected if expected else isinstance(found, Unresolved)
