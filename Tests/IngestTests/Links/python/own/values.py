"""Values that a class gives itself are no members of a base from outside."""
from events import Emitter


class Reader(Emitter):
    def __init__(self, options):
        self.callback = None
        self.options = options

    def take(self):
        self.callback()
        self.options.check()
        self.emit("take")


class Late(Reader):
    def again(self):
        self.callback()
        self.emit("again")
