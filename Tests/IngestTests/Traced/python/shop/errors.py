class ShopError(Exception):
    def __init__(self, what, *, code=1):
        super().__init__(what)
        self.code = code

    def hint(self):
        return describe(self.code)


class Missing(ShopError):
    def __init__(self, name):
        super().__init__(name, code=2)
        self.name = name

    def hint(self):
        return super().hint() + shout(self.name)


def describe(code):
    return {1: "failed", 2: "missing "}.get(code, "")


def shout(text):
    return text.upper()
