from .kinds import *
from .other import *


def use():
    helper()
    One()
    open()
    _hidden()
    Node()
