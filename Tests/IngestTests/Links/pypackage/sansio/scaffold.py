import typing as t

from ..helpers import name
from ..app import App
from .blueprints import Blueprint


def find() -> t.Any:
    App().go()
    Blueprint().register()
    return t.cast(str, name())
