# SPDX-License-Identifier: Apache-2.0
"""What a peer from PyPI has to do."""

import time

now = time.perf_counter_ns


class Unsupported(AttributeError):
    """A peer has no such thing, or no durable one."""


class Peer:
    """`engine` is what of the last call was spent in the engine, in nanoseconds, where it can be told
    from Python's part; else None."""

    engine = None
    # Whether the process that made a store goes on with it, because opening it is dear or impossible.
    keeps_open = False
    reopens = True
    # False for what holds a graph in memory, and answers only what is asked of all of it.
    is_store = True

    def __init__(self, name, rows):
        self.name, self.rows = name, rows

    def __getattr__(self, name):
        raise Unsupported(f"has no {name}")

    def prepare_load(self): pass
    def settle(self): pass
    def checkpoint(self): pass
    def close(self): pass
    def reader(self): return self
