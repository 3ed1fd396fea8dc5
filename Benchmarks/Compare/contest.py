# SPDX-License-Identifier: Apache-2.0
"""Contestants as processes that answer one question at a time, and what is asked of them all, turn
about. README.md has the questions."""

import json
import os
import select
import shutil
import statistics
import subprocess
import sys
import time

WARM_UPS = 1
# What a single question may take before its process is given up.
PATIENCE = 1800


# What is no trouble: some stores have no such thing.
UNABLE = ("no such task", "has no", "does not", "nothing of it")


class Died(Exception):
    pass


class Contestant:
    def __init__(self, peer, rows, folder):
        self.peer, self.name = peer, peer.name
        self.folder = f"{folder}/{peer.name}"
        self.command = peer.serve(rows, self.folder)
        self.process = None
        self.about = self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self.answer()

    def answer(self):
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.stop()
            raise Died(f"{self.name} gave no answer")
        return json.loads(line)

    def ask(self, *question):
        try:
            self.process.stdin.write(" ".join(map(str, question)) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise Died(f"{self.name} has ended") from error
        return self.answer()

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


class Contest:
    """All tasks on the rows of one size."""

    def __init__(self, contestants, options, log):
        self.contestants, self.options, self.log = contestants, options, log
        self.results, self.checks, self.notes = {}, {}, {}
        self.turn = 0

    # -------------------------------------------------------------------------------- bookkeeping

    def alive(self, task):
        """Who still takes part, each time another one first."""
        names = [c for c in self.contestants if (task, c.name) not in self.notes]
        self.turn += 1
        split = self.turn % max(len(names), 1)
        return names[split:] + names[:split]

    def leave(self, contestant, task, why):
        """Takes it out of one task; a note says why."""
        self.notes[task, contestant.name] = why
        if not why.startswith(UNABLE):
            self.log(f"  {task}: {contestant.name}: {why}")

    def ask(self, contestant, task, *question):
        """The answer, or nothing if it has none."""
        try:
            answer = contestant.ask(*question)
        except Died as death:
            self.leave(contestant, task, str(death))
            contestant.start()
            return None
        for trouble in ("unsupported", "error"):
            if trouble in answer:
                self.leave(contestant, task, answer[trouble])
                return None
        return answer

    def check(self, task, contestant, value):
        self.checks.setdefault(task, {})[contestant.name] = value

    def keep(self, task, contestant, rounds, **more):
        """`rounds`: the times of each round."""
        middles = [statistics.median(times) for times in rounds]
        self.results.setdefault(task, {})[contestant.name] = {
            "p50": statistics.median(middles),
            "p99": statistics.median([quantile(times, 0.99) for times in rounds]),
            "low": min(middles), "high": max(middles), "rounds": len(rounds),
            "each": round(statistics.mean(len(times) for times in rounds), 1), **more}

    def rounds(self, task, question, count=None, warm_ups=WARM_UPS):
        """Asks all, turn about, so often after a warm-up."""
        count = count or self.options.runs
        rounds, spent, extra = {}, {}, {}
        for number in range(warm_ups + count):
            for contestant in self.alive(task):
                done = rounds.setdefault(contestant.name, [])
                if len(done) >= 3 and spent.get(contestant.name, 0) > self.options.budget:
                    continue
                start = time.monotonic()
                answer = self.ask(contestant, task, *question(number))
                if answer is None:
                    continue
                spent[contestant.name] = spent.get(contestant.name, 0) + time.monotonic() - start
                if number >= warm_ups:
                    done.append(answer["times"])
                    for name in ("processor", "whole", "modularity"):
                        if name in answer:
                            extra.setdefault(contestant.name, {}).setdefault(name, []).extend(
                                answer[name])
        for contestant in self.contestants:
            if rounds.get(contestant.name):
                more = {name: statistics.median(values)
                        for name, values in extra.get(contestant.name, {}).items()}
                self.keep(task, contestant, rounds[contestant.name], **more)

    # -------------------------------------------------------------------------------------- tasks

    def run(self, entities):
        large = entities > 100_000
        self.entities = entities
        if self.options.questions:
            self.build("build", "build", 0)
            self.questions()
            return
        self.log("load")
        self.rounds("load", lambda n: ("load",))
        if entities <= 10_000:
            self.rounds("script", lambda n: ("script",), 3, warm_ups=0)
        self.log("build, open")
        self.build("build", "build", 0)
        self.first()
        self.log("read")
        self.reads("")
        for task, passes in (("kinds", 20), ("lines", 20)):
            self.probe(task, (task, 1))
            self.rounds(task, lambda n, task=task: (task, passes if not large else 3))
        self.questions()
        if not self.options.brief:
            self.log("batches")
            self.batches()
        self.log("write")
        self.writes()
        if not self.options.brief:
            self.log("readers beside a writer")
            self.readers()

    def questions(self):
        self.log("questions")
        self.reads("", ("names",))
        for task in ("components", "pagerank"):
            self.probe(task, (task, 1))
        for task in ("components", "pagerank", "communities"):
            self.rounds(task, lambda n, task=task: (task, 1))

    def build(self, task, *question):
        for contestant in self.alive(task):
            answer = self.ask(contestant, task, *question)
            if answer and task == "build" and answer["bytes"] is not None:
                self.results.setdefault("bytes", {})[contestant.name] = {"bytes": answer["bytes"]}

    def first(self):
        """From a path to an answer, in a new process: what is on disk in memory, and not."""
        key = self.options.first_key
        for contestant in self.alive("first"):
            self.ask(contestant, "close", "close")
        for task in ("first", "first, cold"):
            rounds = {}
            for number in range(WARM_UPS + self.options.runs):
                for contestant in self.alive(task):
                    command = contestant.peer.first(f"{contestant.folder}/store", key)
                    if command is None or ("build", contestant.name) in self.notes:
                        self.leave(contestant, task, "has no store to open")
                        continue
                    if task == "first, cold":
                        forget(f"{contestant.folder}/store")
                    done = subprocess.run(command, capture_output=True, text=True)
                    if done.returncode != 0:
                        self.leave(contestant, task, (done.stderr or "failed").strip()[-200:])
                        continue
                    answer = json.loads(done.stdout.splitlines()[-1])
                    self.check(task, contestant, answer["check"])
                    if number >= WARM_UPS:
                        rounds.setdefault(contestant.name, []).append(answer["times"])
            for contestant in self.contestants:
                if contestant.name in rounds:
                    self.keep(task, contestant, rounds[contestant.name])
        for contestant in self.contestants:
            recall(f"{contestant.folder}/store")
            if ("close", contestant.name) not in self.notes:
                self.ask(contestant, "open", "open")

    def probe(self, task, question):
        """The same for all, whose answers must be the same; and what one takes, in nanoseconds."""
        cost = {}
        for contestant in self.alive(task):
            answer = self.ask(contestant, task, *question)
            if answer:
                self.check(task, contestant, answer["check"])
                cost[contestant.name] = statistics.median(answer["times"])
        return cost

    def reads(self, suffix, tasks=("timer", "columns", "row", "missing", "deps", "rdeps", "near", "far")):
        """Each round on other keys, after others that are not timed: between two rounds of a
        contestant the rest had the processor's caches."""
        for task in tasks:
            name = task + suffix
            most = 200 if task in ("near", "far") else self.options.look_ups
            each, warm = {}, {}
            for who, cost in self.probe(name, (task, 0, 10, 0)).items():
                # A round of a slow one takes a fifth of a second, or a single question. Of far
                # closures all are asked for the same: most are large, but some are small.
                each[who] = 10 if task == "far" else max(1, min(most, int(2e8 / max(cost, 1))))
                warm[who] = min(20_000, int(1e8 / max(cost, 1)))
            rounds = {}
            for number in range(WARM_UPS + self.options.runs):
                for contestant in self.alive(name):
                    count = each.get(contestant.name)
                    done = rounds.get(contestant.name, [])
                    if count is None or (len(done) >= 3 and sum(
                            sum(times) for times in done) > self.options.budget * 1e9):
                        continue
                    answer = self.ask(contestant, name, task, number * count, count,
                                      warm[contestant.name])
                    if answer and number >= WARM_UPS:
                        rounds.setdefault(contestant.name, []).append(answer["times"])
            for contestant in self.contestants:
                if contestant.name in rounds:
                    self.keep(name, contestant, rounds[contestant.name])

    def batches(self):
        tasks = ("columns", "row", "missing", "deps", "rdeps")
        for count in (1, 8, 64):
            suffix = f", {count} batches"
            self.build("build" + suffix, "batches", count)
            for contestant in self.contestants:
                if ("build" + suffix, contestant.name) in self.notes:
                    for task in tasks + ("compact",):
                        self.notes[task + suffix, contestant.name] = "has no such store"
                        self.notes[task + suffix + ", merged", contestant.name] = "has no such store"
            self.reads(suffix, tasks)
            if count == 1:
                continue
            for contestant in self.alive("compact" + suffix):
                answer = self.ask(contestant, "compact" + suffix, "compact")
                if answer:
                    self.keep("compact" + suffix, contestant, [answer["times"]])
                else:
                    for task in tasks:
                        self.notes[task + suffix + ", merged", contestant.name] = "does not merge"
            self.reads(suffix + ", merged", tasks)

    def writes(self):
        self.build("build to write", "build", 1)
        tasks = [("upsert", lambda n: ("upsert", n)), ("replace", lambda n: ("replace", 3 * n, 3)),
                 ("singly", lambda n: ("singly", 97 * n, 100)),
                 ("together", lambda n: ("together", 97 * n, 100))]
        for task, question in tasks:
            self.rounds(task, question)
            for scan in ("kinds", "lines"):
                # The same rows were written again, so what can be read is the same.
                for contestant in self.alive(task):
                    answer = self.ask(contestant, f"{scan} after {task}", scan, 1)
                    if answer:
                        self.check(scan, contestant, answer["check"])

    def readers(self):
        for task, writers in (("readers", 0), ("readers and writer", 1)):
            found = {}
            for _ in range(WARM_UPS + 3):
                for contestant in self.alive(task):
                    answer = self.ask(contestant, task, "readers", 500, 4, writers)
                    if answer:
                        found.setdefault(contestant.name, []).append(answer)
            for contestant in self.contestants:
                answers = found.get(contestant.name, [])[WARM_UPS:]
                if answers:
                    self.keep(task, contestant, [answer["times"] for answer in answers],
                              reads_per_second=statistics.median(
                                  a["reads"] / a["seconds"] for a in answers),
                              writes_per_second=statistics.median(
                                  len(a["writes"]) / a["seconds"] for a in answers))

    def disagreements(self):
        return {task: found for task, found in self.checks.items() if len(set(found.values())) > 1}


def forget(folder):
    """Asks the kernel to drop what it has of the files in memory."""
    for place, _, names in os.walk(folder):
        for name in names:
            descriptor = os.open(os.path.join(place, name), os.O_RDONLY)
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def recall(folder):
    """Brings the files back into memory: what is measured next is to be warm."""
    for place, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(place, name), "rb") as file:
                while file.read(1 << 20):
                    pass


def memory(peers, rows, folder, runs, log):
    """Peak memory of a load, each in a new process."""
    found = {}
    for peer in peers:
        values = []
        for _ in range(runs):
            contestant = Contestant(peer, rows, folder)
            try:
                answer = contestant.ask("memory")
            except Died as death:
                log(f"  memory: {death}")
                break
            finally:
                contestant.stop()
            if "bytes" not in answer:
                break
            values.append(answer["bytes"])
        if values:
            found[peer.name] = {"bytes": statistics.median(values)}
    return found
