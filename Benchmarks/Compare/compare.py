#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The engine beside its peers: the same work on the same rows, turn about, in one run. Started by
scripts/compare, which builds what it needs."""

import argparse
import datetime
import json
import os
import platform
import shutil
import struct
import subprocess
import sys

import report
from contest import Contest, Contestant, Died, memory

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = f"{ROOT}/.build/compare"
ENGINE = f"{ROOT}/.build/release/EngineBenchmarks"
PYTHON = f"{BUILD}/venv/bin/python"


class Peer:
    def __init__(self, name, title, most=None):
        # `most`: how many entities it is asked to take; above that it would take all day.
        self.name, self.title, self.most = name, title, most


class Engine(Peer):
    def missing(self):
        return None if os.path.exists(ENGINE) else "not built"

    def serve(self, rows, folder):
        return [ENGINE, "serve", f"{rows}/rows.bin", folder]

    def first(self, folder, key):
        return [ENGINE, "first", folder, key]


class Native(Peer):
    def missing(self):
        return None if os.path.exists(f"{BUILD}/peers") else \
            "its Debian packages are not there: scripts/compare --install"

    def serve(self, rows, folder):
        return [f"{BUILD}/peers", "serve", self.name, f"{rows}/rows.bin", folder]

    def first(self, folder, key):
        return None if self.name == "floor" else [f"{BUILD}/peers", "first", self.name, folder, key]


class Python(Peer):
    WORKER = f"{HERE}/python/worker.py"

    def missing(self):
        if os.path.exists(PYTHON):
            done = subprocess.run([PYTHON, "-B", self.WORKER, "check", self.name], capture_output=True)
            if done.returncode == 0:
                return None
        return "its package from PyPI is not there: scripts/compare --install"

    def serve(self, rows, folder):
        return [PYTHON, "-B", self.WORKER, "serve", self.name, rows, folder]

    def first(self, folder, key):
        return None if self.name in ("cozo-mem", "igraph", "networkx") else [PYTHON, "-B", self.WORKER, "first", self.name, folder, key]


PEERS = [
    Engine("segstore", "segstore"),
    Native("floor", "floor"),
    Native("sqlite", "SQLite"),
    Native("lmdb", "LMDB"),
    Native("rocksdb", "RocksDB, LZ4"),
    Native("rocksdb-zstd", "RocksDB, zstd"),
    Python("duckdb", "DuckDB"),
    Python("kuzu", "Kùzu"),
    Python("lance", "Lance"),
    Python("parquet", "Parquet, zstd"),
    Python("cozo-rocksdb", "CozoDB, RocksDB", 50_000),
    Python("cozo-sqlite", "CozoDB, SQLite", 50_000),
    Python("cozo-mem", "CozoDB, memory", 50_000),
    Python("igraph", "igraph"),
    Python("networkx", "NetworkX", 250_000),
]


def log(text):
    print(text, file=sys.stderr, flush=True)


def machine():
    processor = "?"
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith("model name"):
                processor = line.split(":", 1)[1].strip()
    commit = "?"
    if shutil.which("git"):
        commit = subprocess.run(["git", "describe", "--always", "--dirty", "--abbrev=12"], cwd=ROOT,
                                capture_output=True, text=True).stdout.strip()
    return {"processor": processor, "cores": len(os.sched_getaffinity(0)),
            "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            "kernel": platform.release(), "commit": commit,
            "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")}


def prepare_rows(size, peers):
    folder = f"{BUILD}/rows-{size}"
    if not os.path.exists(f"{folder}/done"):
        os.makedirs(folder, exist_ok=True)
        subprocess.run([ENGINE, "--entities", str(size), "--dump", f"{folder}/rows.bin"],
                       check=True, stdout=subprocess.DEVNULL)
        open(f"{folder}/done", "w").close()
    if any(isinstance(peer, Python) for peer in peers) and not os.path.exists(f"{folder}/edges.arrow"):
        subprocess.run([PYTHON, "-B", f"{HERE}/python/rows.py", f"{folder}/rows.bin", folder], check=True)
    return folder


def first_key(rows):
    """The first entity's key, which the dump begins with."""
    with open(f"{rows}/rows.bin", "rb") as file:
        file.seek(24)
        return file.read(struct.unpack("<I", file.read(4))[0]).decode()


def compare(size, peers, options):
    peers = [peer for peer in peers if peer.most is None or size <= peer.most]
    rows = prepare_rows(size, peers)
    folder = f"{BUILD}/stores-{os.getpid()}"
    options.first_key = first_key(rows)
    byte_count = os.path.getsize(f"{rows}/rows.bin")
    peaks = {}
    if not options.questions:
        log(f"{size} entities: memory")
        peaks = memory([peer for peer in peers if peer.name != "floor"], rows, folder,
                       1 if size > 100_000 else 3, log)
    contestants = []
    for peer in peers:
        try:
            contestants.append(Contestant(peer, rows, folder))
        except Died as death:
            log(f"  {death}")
    contest = Contest(contestants, options, log)
    try:
        contest.run(size)
    finally:
        for contestant in contestants:
            contestant.stop()
        shutil.rmtree(folder, ignore_errors=True)
        if not options.keep:
            shutil.rmtree(rows, ignore_errors=True)
    contest.results["memory"] = peaks
    for task, found in contest.disagreements().items():
        log(f"DIFFERENT ANSWERS, {task}: {found}")
    return {
        "entities": size, "edges": size * 3, "bytes": byte_count,
        "contestants": {c.name: {"title": c.peer.title, **c.about} for c in contestants},
        "tasks": contest.results, "agree": not contest.disagreements(),
        "notes": {f"{task}: {name}": why for (task, name), why in contest.notes.items()}}


def main():
    parser = argparse.ArgumentParser(prog="scripts/compare", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, help="how many entities (10000)")
    parser.add_argument("--install", action="store_true", help="install all peers first")
    parser.add_argument("--only", help="names, with commas: " + " ".join(p.name for p in PEERS))
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--budget", type=int, default=60, help="seconds for all rounds of a task"
                        " of a contestant, but for the first three")
    parser.add_argument("--look-ups", type=int, default=2000, help="in a round")
    parser.add_argument("--brief", action="store_true", help="without batches and readers")
    parser.add_argument("--questions", action="store_true",
                        help="only what is asked of all names, and of the whole graph")
    parser.add_argument("--keep", action="store_true", help="keep the rows for the next run")
    parser.add_argument("--json", help="where to write what was found")
    parser.add_argument("--write", action="store_true", help="renew README, RESULTS.md and the plot")
    parser.add_argument("--from", dest="source", help="what an earlier run wrote, instead of a run")
    options = parser.parse_args()
    if options.source:
        with open(options.source) as file:
            found = json.load(file)
        for size in found["sizes"]:
            report.print_table(size)
        if options.write:
            report.write_all(found, ROOT)
        return 0
    wanted = options.only.split(",") if options.only else None
    unknown = set(wanted or []) - {peer.name for peer in PEERS}
    if unknown:
        parser.error(f"no peer {' '.join(sorted(unknown))}")
    peers, missing = [], {}
    for peer in PEERS:
        if wanted and peer.name not in wanted:
            continue
        why = peer.missing()
        if why:
            missing[peer.name] = why
            log(f"MISSING {peer.title}: {why}")
        else:
            peers.append(peer)
    found = {"machine": machine(), "missing": missing, "sizes": []}
    for size in options.sizes or [10_000]:
        found["sizes"].append(compare(size, peers, options))
        report.print_table(found["sizes"][-1])
        if options.json:  # Each time: a long run may be cut short.
            with open(options.json, "w") as file:
                json.dump(found, file, indent=1, ensure_ascii=False)
                file.write("\n")
    if options.write:
        report.write_all(found, ROOT)
    return 0 if all(size["agree"] for size in found["sizes"]) else 1


if __name__ == "__main__":
    sys.exit(main())
