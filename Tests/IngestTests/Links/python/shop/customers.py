from shop import Order, pay
from shop.base import Entity as Base
import shop.store
import requests


class Customer(Base):
    orders: list[Order]

    def greet(self):
        order = Order(self)
        order.check()
        pay.card.charge(None, 1)
        shop.store.save(order)
        response = requests.get("x")
        response.json()

    def setup(self):
        super().setup()
        refund(1)
