from .other import deco_base


def wrap(*given, **named):
    return lambda function: function


def make(count):
    return count


class Kind:
    pass


@wrap(make(1), type=Kind(), base=deco_base)
def used():
    pass
