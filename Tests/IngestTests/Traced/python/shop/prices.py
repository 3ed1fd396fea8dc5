"""Prices, their rules and what is memorized of them."""
import functools
from typing import Callable, Protocol


class Rule(Protocol):
    def apply(self, price: float) -> float: ...


class Discount:
    def __init__(self, share: float):
        self.share = share

    def apply(self, price: float) -> float:
        return rounded(price * (1 - self.share))


class Tax:
    rate = 0.2

    @classmethod
    def standard(cls) -> "Tax":
        return cls()

    def apply(self, price: float) -> float:
        return rounded(price * (1 + self.rate))


def counted(function: Callable) -> Callable:
    @functools.wraps(function)
    def wrapper(*arguments):
        note(function.__name__)
        return function(*arguments)

    return wrapper


calls = []


def note(name: str) -> None:
    calls.append(name)


def rounded(price: float) -> float:
    return round(price, 2)


@counted
def total(price: float, rules: "list[Rule]") -> float:
    for rule in rules:
        price = rule.apply(price)
    return price


def best(prices):
    def cheaper(first, second):
        return first if first < second else second

    return functools.reduce(lambda a, b: cheaper(a, b), prices)


def table():
    return {"discount": make_discount, "tax": Tax.standard}


def make_discount() -> Discount:
    return Discount(0.1)
