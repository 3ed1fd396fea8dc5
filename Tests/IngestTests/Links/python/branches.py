class One:
    def run(self): ...


class Two:
    def run(self): ...


def either(flag):
    task = One()
    if flag:
        task = Two()
    task.run()


def both(flag):
    if flag:
        task = One()
    else:
        task = One()
    task.run()


def one_of(flag):
    if flag:
        task = One()
    else:
        task = Two()
    task.run()


def late(flag):
    task = None
    if flag:
        task = Two()
        task.run()
    if task:
        task.run()


def left(flag):
    task = One()
    if flag:
        task = Two()
        task.run()
        return task
    task.run()


def given(task: One = None):
    if task is None:
        task = make(1)
    task.run()


def make(count):
    return Two()


def caught():
    try:
        task = One()
    except ValueError:
        task = Two()
    task.run()


def inner(tasks):
    task = One()
    names = [task.name for task in tasks]
    task.run()
    return names


def opened(path):
    with open(path) as file:
        task = Two()
    task.run()


try:
    import ctypes
except ImportError:
    buffer = None
else:
    def buffer(size): ...


def called():
    buffer(1)
