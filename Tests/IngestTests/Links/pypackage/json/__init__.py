import json as _json

from .provider import Provider
from ..helpers import name


def dump(value):
    Provider().dump(value)
    return _json.dump(value, name())
