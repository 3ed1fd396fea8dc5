from .kinds import One, Two

app = One()
app = Two()
single = None
kept = One()


def use():
    app.go()
    single.go()
    kept.go()


def set_up():
    global single
    single = Two()


def typed(x: One):
    x = Two()
    x.go()


def comprehension(x: One, xs):
    [x.go() for x in xs]
    x.go()


def loop(xs):
    x = One()
    y = One()
    for _ in xs:
        x.go()
        y.go()
        z = One()
        z.go()
        x = Two()
    y.go()


def captured():
    x = One()
    y = One()

    def back():
        x.go()
        y.go()

    x = Two()
    back()


def shared():
    x = One()

    def change():
        nonlocal x
        x = Two()

    change()
    x.go()


def entered(path):
    with One() as x:
        x.go()
    with Two() as y:
        y.go()
    with open(path) as z:
        z.read()
    One().chain().go()


IDLE = 1
BUSY = 2


class Machine:
    def __init__(self, back=None):
        self.state = IDLE
        self.kept = helper

    def run(self):
        if self.state != BUSY:
            self.state = BUSY
        self.kept()


def helper():
    pass
