# SPDX-License-Identifier: Apache-2.0
"""Peers from PyPI as contestants: ../README.md says what they are asked, line by line.

    python3 worker.py serve NAME ROWS FOLDER
    python3 worker.py first NAME FOLDER KEY
    python3 worker.py check NAME            whether it can run here
"""

import ctypes
import importlib
import json
import os
import shutil
import sys
import threading
import time

from peer import Unsupported, now
from rows import Rows, SplitMix

MODULES = {"duckdb": "duckdb_peer", "cozo-mem": "cozo_peer", "cozo-sqlite": "cozo_peer",
           "cozo-rocksdb": "cozo_peer", "parquet": "parquet_peer", "kuzu": "kuzu_peer",
           "lance": "lance_peer", "igraph": "graph_peer", "networkx": "graph_peer"}


def memory(field):
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(field):
                return int(line.split()[1]) * 1024
    return 0


def bytes_on_disk(path):
    return sum(os.stat(os.path.join(folder, name)).st_size
               for folder, _, names in os.walk(path) for name in names)


def make(name, rows):
    return importlib.import_module(MODULES[name]).make(name, rows)


def part_of_name(key):
    """The middle of the name that a key has, in small letters."""
    return key.split(":")[2].split(".")[-1][1:-1].lower()


class Contestant:
    def __init__(self, name, rows, folder):
        self.name, self.rows, self.folder = name, rows, folder
        self.peer = None
        self.path = None
        os.makedirs(folder, exist_ok=True)

    def store(self):
        peer = make(self.name, self.rows)
        if not peer.is_store:
            raise Unsupported("has no store")
        return peer

    def fresh(self, name):
        path = f"{self.folder}/{name}"
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        return path

    def timed(self, answer, call, *arguments):
        """Adds a call's time to the answer, and gives what the call gave."""
        self.peer.engine = None
        start = now()
        result = call(*arguments)
        whole = now() - start
        engine = self.peer.engine
        answer.setdefault("times", []).append(whole if engine is None else engine)
        answer.setdefault("whole", []).append(whole)
        return result

    # ---------------------------------------------------------------------------------- loads

    def load(self, answer):
        self.close()
        self.peer = self.store()
        path = self.fresh("load")
        self.peer.create(path)
        before = time.process_time_ns()
        self.timed(answer, self.peer.load)
        answer["processor"] = [time.process_time_ns() - before]
        self.close()
        shutil.rmtree(path)

    def memory(self, answer):
        peer = self.store()
        peer.create(self.fresh("memory"))
        peer.prepare_load()
        ctypes.CDLL(None).malloc_trim(0)
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
        before = memory("VmRSS:")
        peer.load()
        answer["bytes"] = max(memory("VmHWM:") - before, 0)
        peer.close()
        shutil.rmtree(f"{self.folder}/memory")

    def build(self, answer, to_write=0):
        self.close()
        self.path = self.fresh("store")
        self.peer = make(self.name, self.rows)
        self.peer.create(self.path)
        self.peer.load()
        self.peer.settle()
        answer["bytes"] = self.peer.size(self.path) if self.peer.is_store else None
        if self.peer.keeps_open:
            return
        self.peer.close()
        self.peer = make(self.name, self.rows)
        self.peer.open(self.path, not to_write)

    def batches(self, answer, count):
        self.close()
        self.path = self.fresh("store")
        self.peer = make(self.name, self.rows)
        self.peer.create(self.path)
        self.peer.load_batches(count)
        self.peer.settle()
        answer["bytes"] = self.peer.size(self.path)

    def compact(self, answer):
        self.timed(answer, self.peer.compact)

    def script(self, answer):
        self.close()
        self.peer = make(self.name, self.rows)
        self.peer.create(self.fresh("load"))
        self.timed(answer, self.peer.load_script())
        self.close()
        shutil.rmtree(f"{self.folder}/load")

    def close(self, answer=None):
        if answer is not None and not self.peer.reopens:
            raise Unsupported("nothing of it outlives its process")
        if self.peer is not None:
            self.peer.close()
        self.peer = None

    def open(self, answer):
        self.close()
        self.peer = make(self.name, self.rows)
        self.peer.open(self.path, True)

    # ---------------------------------------------------------------------------------- reads

    def each(self, answer, first, count, warm, call):
        keys, total = self.rows.keys, 0
        for n in range(first - warm, first):
            call(keys[n % len(keys)])
        for n in range(first, first + count):
            total += self.timed(answer, call, keys[n % len(keys)])
        answer["check"] = total

    def columns(self, answer, *numbers):
        self.each(answer, *numbers, self.peer.columns)

    def row(self, answer, *numbers):
        self.each(answer, *numbers, self.peer.row)

    def missing(self, answer, *numbers):
        self.each(answer, *numbers, lambda key: self.peer.missing(key + "x"))

    def deps(self, answer, *numbers):
        self.each(answer, *numbers, lambda key: self.peer.hop(key, False))

    def rdeps(self, answer, *numbers):
        self.each(answer, *numbers, lambda key: self.peer.hop(key, True))

    def near(self, answer, *numbers):
        self.each(answer, *numbers, lambda key: self.peer.closure(key, 5))

    def far(self, answer, *numbers):
        self.each(answer, *numbers, lambda key: self.peer.closure(key, None))

    def names(self, answer, *numbers):
        self.each(answer, *numbers, lambda key: self.peer.names(part_of_name(key)))

    def components(self, answer, passes):
        for _ in range(passes):
            sizes = self.timed(answer, self.peer.components)
        answer["check"] = sum(size * size for size in sizes if size > 1)

    def pagerank(self, answer, passes):
        for _ in range(passes):
            ranks = self.timed(answer, self.peer.pagerank)
        answer["check"] = round(max(ranks) * 1e7)

    def communities(self, answer, passes):
        for _ in range(passes):
            answer["modularity"] = [self.timed(answer, self.peer.communities)]

    def kinds(self, answer, passes):
        for _ in range(passes):
            counts = self.timed(answer, self.peer.kinds)
        answer["check"] = sum(count * count for count in counts)

    def lines(self, answer, passes):
        for _ in range(passes):
            sums = self.timed(answer, self.peer.lines)
        answer["check"] = sum(lines * lines for lines in sums)

    # --------------------------------------------------------------------------------- writes

    def upsert(self, answer, number):
        tenth = len(self.rows.entities) // 10
        self.put(answer, number % 9 * tenth, tenth)

    def put(self, answer, start, count):
        call = self.peer.prepare_upsert(start, start + count)
        self.timed(answer, call)
        self.peer.checkpoint()

    def replace(self, answer, first, count):
        for n in range(first, first + count):
            self.replace_one(answer, n)

    def replace_one(self, answer, number):
        file = number * 7 % len(self.rows.files)
        call = self.peer.prepare_replace(self.rows.files[file], *self.rows.ranges[file])
        self.timed(answer, call)
        self.peer.checkpoint()

    def singly(self, answer, first, count, step=1):
        parts = {}
        first %= len(self.rows.entities) - count
        for start in range(first, first + count, step):
            self.put(parts, start, step)
        for name, times in parts.items():
            answer[name] = [sum(times)]

    def together(self, answer, first, count):
        self.singly(answer, first, count, count)

    def readers(self, answer, milliseconds, count, writes):
        stop = threading.Event()
        times, reads, errors = [], [0] * count, []

        def work(number, peer):
            random = SplitMix(number)
            try:
                while not stop.is_set():
                    key = self.rows.keys[random.below(len(self.rows.keys))]
                    peer.engine = None
                    start = now()
                    peer.columns(key)
                    times.append(peer.engine or now() - start)
                    peer.hop(key, True)
                    reads[number] += 2
            except Exception as error:  # Told by the thread that waits.
                errors.append(error)

        threads = [threading.Thread(target=work, args=(n, self.peer.reader()), daemon=True)
                   for n in range(count)]
        start = now()
        for thread in threads:
            thread.start()
        parts, number = {}, 0
        try:
            while now() - start < milliseconds * 1_000_000 and not errors:
                if writes:
                    self.replace_one(parts, number)
                    number += 1
                else:
                    time.sleep(0.01)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        if errors:
            raise errors[0]
        answer.update(times=times[::1 + len(times) // 4000], writes=parts.get("times", []),
                      reads=sum(reads), seconds=(now() - start) / 1e9)


TASKS = ["load", "memory", "build", "batches", "compact", "columns", "row", "missing", "deps",
         "rdeps", "near", "far", "names", "components", "pagerank", "communities", "kinds", "lines", "upsert", "replace", "singly", "together",
         "readers", "script", "close", "open"]


def serve(name, folder, directory):
    contestant = Contestant(name, Rows(folder), directory)
    version, how = make(name, None).version()
    print(json.dumps({"version": version, "how": how}), flush=True)
    for line in sys.stdin:
        task, *numbers = line.split()
        answer = {}
        try:
            if task not in TASKS:
                raise Unsupported("no such task here")
            getattr(contestant, task)(answer, *map(int, numbers))
        except Unsupported as reason:
            answer = {"unsupported": str(reason)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"[:400]}
        print(json.dumps(answer), flush=True)
    contestant.close()


def first(name, folder, key):
    peer = make(name, None)
    answer = {"check": peer.first(folder, key)}
    answer["times"] = [peer.engine]
    print(json.dumps(answer))


if __name__ == "__main__":
    verb, name, *rest = sys.argv[1:]
    if verb == "serve":
        serve(name, *rest)
    elif verb == "first":
        first(name, *rest)
    else:
        print(make(name, None).version()[0])
