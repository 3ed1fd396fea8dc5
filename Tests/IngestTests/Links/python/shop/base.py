class Entity:
    def __init__(self, name):
        self.name = name
        self.setup()

    def setup(self):
        pass

    def validate(self):
        return self.name


class Mixin:
    def touch(self):
        self.validate()
