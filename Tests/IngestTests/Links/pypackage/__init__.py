"""A package that is the root of the tree."""

from .app import App
from . import helpers
from .json import dump
