import json
from .. import App, helpers


class Provider:
    def dump(self, value):
        helpers.name()
        App().go()
        return json.dump(value)
