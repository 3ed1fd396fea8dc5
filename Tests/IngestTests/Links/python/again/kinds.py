__all__ = ["One", "Two", "helper"]


class One:
    def go(self):
        pass

    def __enter__(self):
        return Two()

    def chain(self):
        return self


class Two:
    def go(self):
        pass

    def __enter__(self) -> "Two":
        return self

    def __exit__(self, *problem):
        pass


def helper():
    pass


def open():
    pass


def _hidden():
    pass
