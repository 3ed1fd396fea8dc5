"""A program that runs, so that what it really calls can be compared with the graph."""
import shop
from shop import Shelf, Storage, describe, pricing
from shop.errors import Missing
from shop.stock import Item, Loud


def fill(storage: Storage) -> None:
    front = storage.shelf("front")
    front.put(Item.parse("apple=1.5")).put(Item("pear", 2))
    front.put(Loud("plum", 3))
    with front.quiet() as shelf:
        shelf.put(Item("fig", 4))
    add = front.put
    add(Item("nut", 5))


def report(storage: Storage) -> str:
    lines = storage.all()
    lines.append(str(storage.price("front", "apple")))
    try:
        storage.price("front", "melon")
    except Missing as problem:
        lines.append(problem.hint())
    return "\n".join(lines)


def numbers():
    for rule in pricing.table().values():
        yield rule()
    yield pricing.best([3, 1, 2])


def main() -> None:
    storage = Storage("front", "back")
    fill(storage)
    storage.move("pear", "front", "back")
    first, *_ = numbers()
    first.apply(10)
    error = shop.ShopError(report(storage))
    error.hint()
    describe(1)
    shelf = Shelf()
    shelf.put(storage.shelf("back").find("pear"))
    shelf.find("pear").price


if __name__ == "__main__":
    main()
