from ..store import save


def refund(amount):
    save(amount)
    amount.uniquely_named()
    amount.setup()


class Fast:
    def uniquely_named(self):
        pass
