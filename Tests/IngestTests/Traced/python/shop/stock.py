from __future__ import annotations

from contextlib import contextmanager

from .errors import Missing
from .prices import Discount, Tax, rounded, total as whole


class Item:
    def __init__(self, name: str, price: float):
        self.name = name
        self._price = price

    @property
    def price(self) -> float:
        return rounded(self._price)

    @staticmethod
    def parse(text: str) -> Item:
        name, _, price = text.partition("=")
        return Item(name, to_number(price))

    def __eq__(self, other) -> bool:
        return self.name == other.name

    def with_price(self, price: float) -> Item:
        return type(self)(self.name, price)


class Loud(Item):
    def label(self) -> str:
        return decorate(self.name)


def to_number(text: str) -> float:
    return float(text or 0)


def decorate(text: str) -> str:
    return "*" + text + "*"


class Shelf:
    def __init__(self):
        self.items: dict[str, Item] = {}
        self.log = Log()

    def put(self, item: Item) -> Shelf:
        self.items[item.name] = item
        self.log.write("put", item)
        return self

    def find(self, name: str) -> Item:
        item = self.items.get(name)
        if item is None:
            raise Missing(name)
        return item

    def __iter__(self):
        yield from self.items.values()

    @contextmanager
    def quiet(self):
        before = self.log
        self.log = Silent()
        try:
            yield self
        finally:
            self.log = before


class Log:
    def __init__(self):
        self.lines: list[str] = []

    def write(self, what: str, item: Item) -> None:
        self.lines.append(self.line(what, item))

    def line(self, what: str, item: Item) -> str:
        return f"{what} {item.name}"


class Silent(Log):
    def write(self, what: str, item: Item) -> None:
        pass


class Stock:
    def __init__(self, *names: str):
        self.shelves = {name: Shelf() for name in names}

    def shelf(self, name: str) -> Shelf:
        return self.shelves[name]

    def price(self, shelf: str, name: str) -> float:
        found = self.shelf(shelf).find(name)
        return whole(found._price, [Discount(0.5), Tax.standard()])

    def all(self) -> list[str]:
        return [self.describe(item) for name in self.shelves for item in self.shelf(name)]

    def describe(self, item: Item) -> str:
        return item.label() if isinstance(item, Loud) else item.name

    def move(self, name: str, old: str, new: str) -> None:
        item = self.shelf(old).find(name)
        self.shelf(new).put(item.with_price(0.0))
