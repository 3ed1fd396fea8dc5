from . import other as module
from .kinds import helper

try:
    from .kinds import Two as Fast
except ImportError:
    from .other import Node as Fast


def outside():
    helper()
    module.helper()


def inside():
    from .other import helper
    import os as module

    helper()
    module.getcwd()

    def deeper():
        helper()


def run():
    pass


def shadowed():
    import os as run

    run()


def either():
    Fast().go()
