# SPDX-License-Identifier: Apache-2.0
"""What 'segstore serve' does in a second, beside a plain static reply from the same library; and,
with --soak, for how long its memory stays the same while somebody commits.

All that is compared runs in turns in one run; figures are medians. The load is wrk's: one thread
of it beside two of each server.
"""

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))


def parsed():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", help="what is served (default: Python's library, ingested)")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3, help="of each load")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="instead: mixed load, so long")
    return parser.parse_args()


def started(command):
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline()


def free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, segstore, store, *options):
        self.process, line = started(
            [segstore, "serve", "--store", store, "--port", "0", "--format", "json", *options])
        self.port = json.loads(line)["port"]

    def memory(self):
        """Resident, of its own, in MB: what is mapped of the store is the system's."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"RssAnon:\s+(\d+)", status.read())[1]) / 1000

    def get(self, target):
        with urllib.request.urlopen(f"http://localhost:{self.port}{target}") as reply:
            return reply.read()

    def stop(self):
        self.process.terminate()
        return self.process.wait(60)


def keys(segstore, store, count):
    rows = subprocess.run(
        [segstore, "entities", "--store", store, "--format", "ndjson"],
        stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    random.seed(8)
    return [json.loads(row)["key"] for row in random.sample(rows, min(count, len(rows)))]


def load(port, targets, options, folder, is_new=False):
    """Requests a second, p50 and p99 in milliseconds."""
    path = os.path.join(folder, "targets")
    with open(path, "w") as file:
        file.write("\n".join(targets) + "\n")
    text = subprocess.run(
        ["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}", "--latency", "-s",
         os.path.join(HERE, "targets.lua"), f"http://localhost:{port}"],
        env={**os.environ, "TARGETS": path, "NEW": "1" if is_new else "0"},
        stdout=subprocess.PIPE, text=True, check=True).stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if failed:
        sys.exit(f"{failed[1]} requests failed: {targets[0]}")

    def milliseconds(quantile):
        number, unit = re.search(rf"{quantile}%\s+([\d.]+)(us|ms|s)\b", text).groups()
        return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]

    return (float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
            milliseconds(50), milliseconds(99))


def compare(segstore, store, options, folder):
    static = os.path.join(folder, "static")
    subprocess.run(
        ["gcc", "-O2", os.path.join(HERE, "static.c"), "-o", static, "-lmicrohttpd"], check=True)
    port = free_port()
    threads = str(max(2, os.cpu_count()))
    limit, _ = started([static, str(port), threads])
    server = Server(segstore, store)
    some = keys(segstore, store, 20_000)
    escaped = [urllib.parse.quote(key, safe="/:") for key in some]
    # The tree is looked at once, before it counts.
    server.get(f"/v1/entity?key={escaped[0]}")
    questions = {
        "entity by key": [f"/v1/entity?key={key}" for key in escaped],
        "dependents by key": [f"/v1/rdeps?key={key}" for key in escaped[:2000]],
        "list of 1,000 rows": ["/v1/entities?limit=1000"],
        "search by name": [
            "/v1/search?q=" + urllib.parse.quote(key.split(":")[2].split(".")[-1])
            for key in some[:500]],
    }
    # Twice: what was asked of late is kept by the server, and what is new to it is not.
    loads = {"static reply": (port, [f"/?key={key}" for key in escaped], False)}
    for name, targets in questions.items():
        loads[name] = (server.port, targets, False)
        loads[f"{name}, not asked before"] = (server.port, targets, True)
    results = {name: [] for name in loads}
    ratios = {name: [] for name in loads}
    for _ in range(options.rounds):
        for name, (target_port, targets, is_new) in loads.items():
            result = load(target_port, targets, options, folder, is_new)
            results[name].append(result)
            ratios[name].append(result[0] / results["static reply"][-1][0])
    print(f"{'':36} {'a second':>8} {'p50':>9} {'p99':>9}  of the limit")
    for name, rounds in results.items():
        rate, p50, p99 = (statistics.median(column) for column in zip(*rounds))
        print(f"{name:36} {rate:8,.0f} {p50:6.2f} ms {p99:6.2f} ms  "
              f"{statistics.median(ratios[name]):.0%}")
    print(f"memory of its own: {server.memory():.0f} MB; ended with {server.stop()}")
    limit.kill()


def soak(segstore, store, tree, options):
    server = Server(segstore, store, "--watch")
    some = [urllib.parse.quote(key, safe="/:") for key in keys(segstore, store, 2000)]
    end = time.time() + options.soak * 60
    counts, failures = [0] * 4, []
    kinds = ["entity?key={}", "rdeps?key={}&depth=2&limit=100", "impact?key={}&limit=50",
             "entities?limit=1000", "search?q=get", "hotspots?top=20", "cycles?by=file",
             "edges?format=ndjson&kind=extends", "context?key={}&tokens=2000", "stats",
             "sql?q=SELECT+kind,count(*)+FROM+entities+GROUP+BY+kind"]

    def ask(number):
        chance = random.Random(number)
        while time.time() < end:
            target = "/v1/" + chance.choice(kinds).format(chance.choice(some))
            try:
                server.get(target)
            except Exception as error:  # noqa: BLE001: whatever it is, it is told
                failures.append(f"{target}: {error}")
            counts[number] += 1

    def write():
        number = 0
        while time.time() < end:
            number += 1
            with open(os.path.join(tree, "soak.py"), "w") as file:
                file.write(f"def soak_{number}():\n    pass\n")
            time.sleep(1)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    threads.append(threading.Thread(target=write))
    for thread in threads:
        thread.start()
    samples, interval = [], max(5.0, options.soak * 60 / 20)
    while time.time() < end:
        time.sleep(min(interval, max(0.1, end - time.time())))
        samples.append(server.memory())
        generation = json.loads(server.get("/v1/health"))["data"]["generation"]
        print(f"{sum(counts):10,} answers, generation {generation}, {samples[-1]:.0f} MB", flush=True)
    for thread in threads:
        thread.join()
    early = max(samples[len(samples) // 4: len(samples) // 2 + 1])
    print(f"{sum(counts):,} answers, {len(failures)} failed; memory of the second quarter at most "
          f"{early:.0f} MB, at the end {samples[-1]:.0f}; ended with {server.stop()}")
    for failure in failures[:5]:
        print(failure)
    if failures or samples[-1] > early * 1.3 + 20:
        sys.exit("it is not flat" if not failures else "there were failures")


def main():
    options = parsed()
    segstore = os.path.abspath(".build/release/segstore")
    folder = tempfile.mkdtemp()
    try:
        store, tree = options.store, os.path.join(folder, "tree")
        if not store:
            shutil.copytree(os.path.dirname(os.__file__), tree, symlinks=True,
                            ignore=shutil.ignore_patterns("site-packages", "__pycache__"))
            store = os.path.join(tree, ".segstore")
            subprocess.run([segstore, "ingest", tree], check=True, stdout=subprocess.DEVNULL)
        if options.soak:
            soak(segstore, store, tree, options)
        else:
            compare(segstore, store, options, folder)
    finally:
        shutil.rmtree(folder)


main()
