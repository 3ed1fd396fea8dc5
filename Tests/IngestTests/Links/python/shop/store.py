from __future__ import annotations

from shop.orders import Order

_cache = {}


def save(order: Order) -> Order:
    _cache[order.name] = order
    return order


class Repository:
    def find(self, number) -> Order:
        global _cache
        return save(_cache.get(number))


save(Repository().find(1)).check()
