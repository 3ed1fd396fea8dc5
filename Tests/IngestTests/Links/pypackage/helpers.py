import typing
import app
import missing.deep


def name():
    app.App()
    return typing.cast(str, missing.deep.name())
