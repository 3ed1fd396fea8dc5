"""Module doc."""
import os, sys as system
import a.b.c as abc
from . import sibling
from .pkg.mod import one, two as deux
from x import *
LIMIT: int = 3
a, b = 1, 2
x = y = 2
@decorator(1)
@other.deco
class Foo(Base, mod.Mixin, metaclass=Meta):
    """Doc of Foo."""
    attr = 1
    typed: "Foo" = None
    def __init__(self, v: int, *args, **kw) -> None:
        self.v = v
    @property
    def p(self): return self.v
    @staticmethod
    async def run(a, b=1): await other(a); return [z for z in a if z and b]
    class Inner: pass
def top(x: List[int]) -> Dict[str, 'Foo']:
    def nested(): return helper().then(x)[0].go()
    lam = lambda q: q
    with open(x) as f: pass
    try: pass
    except ValueError as e: raise Foo(1)
    if x: pass
    elif y: pass
    return nested() if x else mod.sub.fn(*x)
if __name__ == "__main__": top(1)
type Alias = int
match x:
    case 1: pass
print("x" % foo())
first = second = third = top(1)
class Chained: one = two = three = 1
