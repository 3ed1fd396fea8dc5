#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How many of a tree's calls segstore links right, by a truth that knows better.

A truth is a file of JSON lines. Of calls:

  {"file", "line", "name", "targets": [[file, line], …]}   what may be called, in the tree
  {"file", "line", "name", "outer": "os.path.join"}        what is called is not in the tree

`line` is that of the name that is called; `start`, where it differs, that of the whole call; `also`
other names that may be said to be called, as `apply` is by the name of what has it. A
target's line is that of the definition's name; a constructor is called by its type's name. Of
definitions:

  {"entity": name, "file", "line", "kind"}

What the truth does not name was not judged: with {"within": "nothing"} no definition in a function.
"""

import argparse
import collections
import json
import os
import random
import subprocess
import tempfile

SURE = ("exact", "probable")
TYPES = ("struct", "class", "enum", "interface", "trait", "protocol", "union", "enum_member")


def rows(segstore, store, relation):
    lines = subprocess.run(
        [segstore, "export", "--store", store, "--relation", relation], check=True,
        stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


class Graph:
    def __init__(self, segstore, tree, store, excluded):
        subprocess.run(
            [segstore, "ingest", tree, "--store", store, "--include-tests",
             *(f"--exclude={pattern}" for pattern in excluded)], check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.entities = {row["key"]: row for row in rows(segstore, store, "entities")}
        self.files = {row["file"] for row in rows(segstore, store, "files")}
        self.sites = collections.defaultdict(list)
        self.lines = collections.defaultdict(list)
        edges = list(rows(segstore, store, "edges"))
        self.heirs = collections.defaultdict(list)
        for edge in edges:
            if edge["kind"] == "extends" and edge["resolution"] == "exact":
                self.heirs[edge["to"]].append(self.entities[edge["from"]])
        self.makers = {
            entity["parent"] for entity in self.entities.values()
            if entity.get("parent") in self.entities
            and names_constructor(entity, self.entities[entity["parent"]])}
        for edge in edges:
            if edge["kind"] != "calls":
                continue
            target = self.entities.get(edge["to"])
            for line in edge.get("lines") or [edge["line"]]:
                self.lines[edge["file"], line].append((edge["resolution"], target, edge["to"]))
                for name in self.names(edge["to"], target):
                    self.sites[edge["file"], line, name].append(
                        (edge["resolution"], target, edge["to"]))

    def names(self, key, target):
        """What a caller may write for it."""
        if not target:
            name = key.split(":")[2].replace("%3A", ":")
            while name.endswith("()"):
                name = name[:-2]
            return {name.split(".")[-1].split("/")[-1]}
        names = {target["name"]}
        if target["kind"] == "constructor" or target["name"] in ("__init__", "initialize"):
            parts = target["qualified_name"].split(".")
            if len(parts) > 1:
                names.add(parts[-2])
            names.update(heir["name"] for heir in self.made_by(target["parent"]))
        if target["kind"] in TYPES and target["kind"] != "enum_member":
            names.add("init")
        return names

    def at(self, site):
        lines = (site["line"], site.get("start", site["line"]))
        for line in lines:
            for name in (site["name"], *site.get("also", [])):
                found = self.sites.get((site["file"], line, name))
                if found:
                    return found
        # Under another name: one that an import gave, `super` and `new` for what makes a value.
        return [
            edge for line in dict.fromkeys(lines) for edge in self.lines[site["file"], line]
            if edge[1] and any(self.isRight(edge[1], *place) for place in site.get("targets", []))]

    def made_by(self, type):
        """What has a type's constructor for want of its own."""
        found = []
        pending = [type]
        while pending:
            for heir in self.heirs[pending.pop()]:
                if heir["key"] not in self.makers and heir not in found:
                    found.append(heir)
                    pending.append(heir["key"])
        return found

    def isInFunction(self, entity):
        parent = self.entities.get(entity.get("parent"))
        while parent and parent["kind"] not in ("function", "method", "constructor", "property"):
            parent = self.entities.get(parent.get("parent"))
        return parent is not None

    def isRight(self, entity, file, line):
        parent = self.entities.get(entity.get("parent"))
        isMaker = (
            parent is not None and parent["kind"] in TYPES and names_constructor(entity, parent))
        if isMaker and any(
                heir["file"] == file and heir["start_line"] <= line <= heir["start_line"] + 12
                for heir in self.made_by(parent["key"])):
            return True
        if entity["file"] != file:
            return False
        if entity["start_line"] <= line <= min(entity["end_line"], entity["start_line"] + 12):
            return True
        # A type for what makes its values, and the other way round.
        if entity["kind"] in TYPES:
            return entity["start_line"] <= line <= entity["end_line"]
        return isMaker and parent["start_line"] <= line <= parent["start_line"] + 12


def names_constructor(entity, parent):
    return entity["kind"] == "constructor" or entity["name"] in (
        "__init__", "__new__", "initialize", "init", parent["name"])


class Result:
    def __init__(self):
        self.calls = collections.Counter()
        self.definitions = collections.Counter()
        self.misses = []
        # Files that segstore has not read.
        self.left = set()

    def judge(self, graph, site, beside):
        """`beside` are the targets of all calls with that name on that line: edges have no more."""
        found = graph.at(site)
        if "outer" in site:
            self.calls["outer"] += 1
            for resolution in sorted({
                    r for r, target, _ in found if target and r in SURE
                    and not any(graph.isRight(target, *place) for place in beside)}):
                self.calls[resolution, "wrong"] += 1
                self.miss(resolution + "-wrong", site, found)
            return
        self.calls["inner"] += 1
        right = sorted(
            (SURE + ("ambiguous",)).index(resolution) for resolution, target, _ in found
            if target and any(graph.isRight(target, *place) for place in site["targets"]))
        if right and right[0] < 2:
            self.calls[SURE[right[0]], "right"] += 1
        elif right:
            self.calls["ambiguous"] += 1
            self.miss("ambiguous", site, found)
        else:
            wrong = sorted(
                r for r, target, _ in found if target and r in SURE
                and not any(graph.isRight(target, *place) for place in beside))
            if wrong:
                self.calls[wrong[0], "wrong"] += 1
                self.miss(wrong[0] + "-wrong", site, found)
            else:
                self.calls["missed"] += 1
                self.miss("missed" if found else "none", site, found)

    def miss(self, what, site, found):
        truth = site.get("outer") or " ".join(f"{f}:{l}" for f, l in site["targets"])
        said = " ".join(sorted({key for _, _, key in found})) or "nothing"
        self.misses.append(
            (what, f"{site['file']}:{site['line']} {site['name']}: {said}, truth {truth}"))

    def judge_definitions(self, graph, truth, isOuter):
        """By file and name, as lines of attributes and comments may come before either."""
        kinds = {entity["kind"] for entity in truth}
        files = {entity["file"] for entity in truth}
        if not truth:
            return
        wanted = collections.defaultdict(list)
        for entity in truth:
            wanted[entity["file"], entity["entity"]].append(entity["line"])
        for entity in graph.entities.values():
            if entity["kind"] not in kinds or entity["file"] not in files:
                continue
            if isOuter and graph.isInFunction(entity):
                continue
            # What has no name in its language is not in the truths: tests that are macros neither.
            if entity["name"].startswith("$") or entity["name"] == "_" or (
                    entity["language"] == "cpp" and "." in entity["name"]
                    and entity["kind"] == "function"):
                continue
            lines = wanted.get((entity["file"], entity["name"]), [])
            here = [l for l in lines if entity["start_line"] <= l <= entity["end_line"]]
            if here:
                lines.remove(here[0])
                self.definitions["right"] += 1
            else:
                self.definitions["superfluous"] += 1
                self.misses.append(("superfluous", entity["key"]))
        for (file, name), lines in wanted.items():
            for line in lines:
                self.definitions["missing"] += 1
                self.misses.append(("missing", f"{file}:{line} {name}"))

    def share(self, part, whole):
        return 100 * part / whole if whole else 100.0

    def figures(self):
        c, d = self.calls, self.definitions
        right = c["exact", "right"] + c["probable", "right"]
        return {
            "calls": c["inner"], "outer": c["outer"],
            "resolved": self.share(right, c["inner"]),
            "ambiguous": self.share(c["ambiguous"], c["inner"]),
            "exact": self.share(c["exact", "right"], c["exact", "right"] + c["exact", "wrong"]),
            "exactCount": c["exact", "right"] + c["exact", "wrong"],
            "probable": self.share(
                c["probable", "right"], c["probable", "right"] + c["probable", "wrong"]),
            "probableCount": c["probable", "right"] + c["probable", "wrong"],
            "definitions": d["right"] + d["missing"],
            "recall": self.share(d["right"], d["right"] + d["missing"]),
            "precision": self.share(d["right"], d["right"] + d["superfluous"]),
        }


def compare(segstore, tree, truth, excluded=()):
    with tempfile.TemporaryDirectory() as folder:
        graph = Graph(segstore, tree, os.path.join(folder, "store"), excluded)
    result = Result()
    definitions, isOuter = [], False
    calls, targets = [], collections.defaultdict(list)
    with open(truth) as lines:
        for line in lines:
            row = json.loads(line)
            if "within" in row:
                isOuter = True
            elif row["file"] not in graph.files:
                result.left.add(row["file"])
            elif "entity" in row:
                definitions.append(row)
            elif "targets" in row or "outer" in row:
                calls.append(row)
                targets[row["file"], row["line"], row["name"]] += row.get("targets", [])
    for row in calls:
        result.judge(graph, row, targets[row["file"], row["line"], row["name"]])
    result.judge_definitions(graph, definitions, isOuter)
    return result


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("segstore", help="the program")
    parser.add_argument("tree")
    parser.add_argument("truth")
    parser.add_argument("--exclude", action="append", default=[], help="what is not ingested")
    parser.add_argument(
        "--show", metavar="WHAT",
        help="list misses: exact-wrong, probable-wrong, ambiguous, missed, none, missing, superfluous")
    parser.add_argument("--count", type=int, default=30, help="how many of them, by chance (30)")
    arguments = parser.parse_args()
    result = compare(arguments.segstore, arguments.tree, arguments.truth, arguments.exclude)
    f = result.figures()
    print(f"calls into the tree  {f['calls']:,}: {f['resolved']:.1f} % exact or probable and right, "
          f"{f['ambiguous']:.1f} % ambiguous with the right one")
    print(f"exact                {f['exact']:.2f} % right of {f['exactCount']:,}")
    print(f"probable             {f['probable']:.2f} % right of {f['probableCount']:,}")
    print(f"calls out of it      {f['outer']:,}")
    if f["definitions"]:
        print(f"definitions          {f['definitions']:,}: recall {f['recall']:.2f} %, "
              f"precision {f['precision']:.2f} %")
    if result.left:
        print(f"not ingested         {len(result.left):,} files")
    if arguments.show:
        misses = [text for what, text in result.misses if what == arguments.show]
        random.seed(1)
        for text in sorted(random.sample(misses, min(arguments.count, len(misses)))):
            print(text)


if __name__ == "__main__":
    main()
