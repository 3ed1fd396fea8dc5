import logging
import json as encoding
from typing import Optional, TYPE_CHECKING

from .payments.card import Card, charge as charge_card
from . import store
from .base import Entity, Mixin

if TYPE_CHECKING:
    from .customers import Customer

log = logging.getLogger(__name__)
LIMIT = 10


def place(order: "Order", card: Optional[Card] = None):
    log.info("placing")
    order.check()
    if card is None:
        card = Card.default()
    card.authorize(order.total())
    receipt = charge_card(card, LIMIT)
    receipt.send()
    return store.save(order)


class Line:
    def __init__(self, price):
        self.price = price

    @property
    def cost(self):
        return self.price

    @staticmethod
    def parse(text) -> "Line":
        return Line(float(text))

    @classmethod
    def empty(cls):
        return cls(0)


class Order(Mixin, Entity):
    discount = 0

    def __init__(self, customer: "Customer"):
        super().__init__("order")
        self.customer = customer
        self.lines = [Line.empty()]
        self.card = Card()
        self.repository = store.Repository()

    def total(self):
        def one(line):
            return line.cost

        return sum(map(one, self.lines)) - self.discount

    def check(self):
        self.validate()
        self.touch()
        self.customer.greet()
        self.card.authorize(self.total())
        self.repository.find(1).check()
        self.unknown()
        place = self.check
        place()

    def greet(self, place):
        place.authorize(1)
        place()
        for store in self.lines:
            store.save(1)
        with open("x") as handle:
            handle.write(encoding.dumps({}))
        total = Line.parse("1")
        return total.cost

    def find(self):
        return [store.Repository() for store in self.lines]
