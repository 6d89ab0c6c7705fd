"""The changes that benchmarks make leave code that means what it meant."""

from __future__ import annotations

import ast

from benchmarks.edits import with_other_body, with_other_signature

TEXT = '''\
class Order:
    @property
    def total(
        self,
    ) -> int:
        """The amount."""

        @cached
        def add() -> int:
            return 1

        return add()

    async def pay(self, by: str = "card", *more: int) -> None: ...


def price(order: Order, *, tax: int = 2) -> int:
    # with tax
    return order.total * tax
'''


def test_a_body_has_one_more_statement() -> None:
    changed = with_other_body(TEXT, "Order.total", 7)
    assert changed == TEXT.replace(
        "        @cached\n", "        benchmark_7 = 7\n        @cached\n"
    )


def test_a_function_without_docstring_begins_with_the_statement() -> None:
    changed = with_other_body(TEXT, "price", 1)
    assert changed == TEXT.replace("    return order", "    benchmark_1 = 1\n    return order")


def test_a_signature_has_one_more_parameter_with_a_default() -> None:
    changed = with_other_signature(TEXT, "price", 3)
    assert changed is not None
    header = "def price(order: Order, *, tax: int=2, benchmark_3: int=3) -> int:\n    return order"
    assert header in changed


def test_decorators_stay_when_a_signature_changes() -> None:
    changed = with_other_signature(TEXT, "Order.total", 1)
    assert changed is not None
    assert (
        '    @property\n    def total(self, *, benchmark_1: int=1) -> int:\n        """' in changed
    )
    ast.parse(changed)


def test_changes_add_up() -> None:
    text: str | None = TEXT
    for number in range(3):
        text = with_other_signature(text or "", "price", number)
    assert text is not None
    assert "tax: int=2, benchmark_0: int=0, benchmark_1: int=1, benchmark_2: int=2" in text


def test_what_has_no_place_for_a_change_stays() -> None:
    assert with_other_body(TEXT, "Order.pay", 1) is None  # its body stands beside the signature
    assert with_other_body(TEXT, "nobody", 1) is None
    assert with_other_body("def price(:\n", "price", 1) is None
    assert with_other_signature("def f(**more):\n    pass\n", "f", 1) is None
