import scaffold
from . import scaffold as own


class Blueprint:
    def register(self):
        scaffold.find()
        own.find()
