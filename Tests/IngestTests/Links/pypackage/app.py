import logging
import typing as t
import json

from side.tool import run
from .helpers import name
from .logging import create


class App:
    def go(self) -> t.Any:
        logging.getLogger(name())
        json.dump({})
        run()
        return create(self)
