# SPDX-License-Identifier: Apache-2.0
"""What a run found: as text, as tables for README.md and RESULTS.md, and as a plot."""

import math
import os
import re

import plot

# Task, title, what is shown of it.
MAIN = [
    ("load", "load, durable", "p50"), ("memory", "memory above the input", "bytes"),
    ("bytes", "on disk", "bytes"), ("first", "open, first answer, new process", "p50"),
    ("columns", "look-up, two columns", "p50"), ("row", "look-up, whole row with code", "p50"),
    ("missing", "key that is not there", "p50"), ("deps", "edges of a node, forward", "p50"),
    ("rdeps", "edges of a node, backward", "p50"), ("near", "all within 5 steps back", "p50"),
    ("far", "all that reaches a node", "p50"), ("kinds", "count by kind", "p50"),
    ("lines", "sum of lines by file", "p50"), ("upsert", "upsert of a tenth", "p50"),
    ("replace", "replace one file's rows", "p50"),
    ("readers and writer", "look-ups a second, 4 threads beside a writer", "reads_per_second"),
]
MORE = [
    ("processor", "load, processor time", "p50"), ("script", "load by a `:put` script", "p50"),
    ("first, cold", "open, first answer, nothing in memory", "p50"),
    ("columns", "look-up, two columns, p99", "p99"), ("row", "whole row, p99", "p99"),
    ("missing", "missing key, p99", "p99"), ("deps", "forward, p99", "p99"),
    ("rdeps", "backward, p99", "p99"), ("near", "5 steps back, p99", "p99"),
    ("far", "all that reaches, p99", "p99"), ("singly", "100 commits of one entity", "p50"),
    ("together", "one commit of 100", "p50"),
    ("readers", "look-ups a second, 4 threads alone", "reads_per_second"),
    ("readers and writer", "files replaced a second beside them", "writes_per_second"),
    ("timer", "the timer alone", "p50"),
]
BATCHED = [("columns", "two columns"), ("row", "whole row"), ("missing", "missing key"),
           ("deps", "forward"), ("rdeps", "backward")]
for count in (1, 8, 64):
    for task, title in BATCHED:
        MORE.append((f"{task}, {count} batches", f"{count} batches: {title}", "p50"))
    if count > 1:
        MORE.append((f"compact, {count} batches", f"{count} batches: merging them", "p50"))
        for task, title in BATCHED:
            MORE.append((f"{task}, {count} batches, merged", f"{count} batches, merged: {title}", "p50"))

# What is asked of all names, and of the whole graph.
QUESTIONS = [
    ("names", "names that contain a text", "p50"),
    ("components", "strongly connected components", "p50"), ("pagerank", "PageRank", "p50"),
    ("communities", "communities (Leiden)", "p50"),
    ("communities", "their modularity", "modularity"),
]
QUESTION_PEERS = ["segstore", "sqlite", "duckdb", "kuzu", "cozo-rocksdb", "igraph", "networkx"]
README_PEERS = ["segstore", "sqlite", "lmdb", "rocksdb", "duckdb", "kuzu", "parquet", "cozo-rocksdb"]


def time_text(nanoseconds):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            value = nanoseconds / size
            return (f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100
                    else f"{value:,.0f}") + f" {unit}"
    return f"{nanoseconds:.0f} ns"


def text(value, what):
    if value is None:
        return "–"
    if what == "bytes":
        return f"{value / 1e6:.1f} MB" if value < 1e8 else f"{value / 1e6:,.0f} MB"
    if what == "modularity":
        return f"{value:.3f}"
    if what.endswith("second"):
        return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
    return time_text(value)


def value(size, task, name, what):
    if task == "processor":
        return size["tasks"].get("load", {}).get(name, {}).get("processor")
    found = size["tasks"].get(task, {}).get(name)
    return found.get(what) if found else None


def table(size, names, rows):
    """Lists of cells, the best of each row marked; the floor and what is not durable take no part."""
    for task, title, what in rows:
        values = [value(size, task, name, what) for name in names]
        if all(v is None for v in values):
            continue
        fit = [v for v, name in zip(values, names)
               if v is not None and name not in ("floor", "cozo-mem")]
        best = (max if what.endswith("second") or what == "modularity" else min)(fit) if len(fit) > 1 else None
        yield [title] + [f"**{text(v, what)}**" if v == best and v is not None and task != "timer"
                         else text(v, what) for v in values]


def markdown(size, names, rows):
    titles = [size["contestants"][name]["title"] for name in names]
    lines = ["| | " + " | ".join(titles) + " |", "|---" * (len(names) + 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(cells) + " |" for cells in table(size, names, rows)])


def able(size, rows):
    """Who has an answer to anything of a table."""
    return [name for name in size["contestants"]
            if any(value(size, task, name, what) is not None for task, _, what in rows)]


def print_table(size):
    names = list(size["contestants"])
    print(f"\n{size['entities']:,} entities, {size['edges']:,} edges\n")
    rows = [[""] + names] + [[cell.replace("*", "") for cell in cells]
                             for cells in table(size, names, MAIN + QUESTIONS + MORE)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(names) + 1)]
    for row in rows:
        print(row[0].ljust(widths[0]) + "".join(
            f"  {cell:>{width}}" for cell, width in zip(row[1:], widths[1:])))


def slope(found, task, name):
    """How a time grows: 1 is with the rows, 0 not at all. By least squares over the logarithms."""
    points = [(math.log(size["entities"]), math.log(value(size, task, name, what)))
              for size in found["sizes"]
              for what in ["bytes" if task in ("memory", "bytes") else "p50"]
              if value(size, task, name, what)]
    if len(points) < 2:
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return (sum((x - mean_x) * (y - mean_y) for x, y in points)
            / sum((x - mean_x) ** 2 for x, _ in points))


def about(found):
    machine = found["machine"]
    return (f"{machine['time'][:10]}, commit `{machine['commit']}`, {machine['cores']} cores of"
            f" {machine['processor']}, {machine['memory'] / 2**30:.0f} GiB, Linux {machine['kernel']}")


def between(path, content):
    """Puts `content` between the marks of a file."""
    with open(path) as file:
        old = file.read()
    new = re.sub(r"(<!-- compare -->\n).*?(<!-- end -->)",
                 lambda match: match[1] + content + "\n" + match[2], old, flags=re.S)
    with open(path, "w") as file:
        file.write(new)


def write_all(found, root):
    folder = os.path.dirname(os.path.abspath(__file__))
    first = found["sizes"][0]
    names = [name for name in README_PEERS if name in first["contestants"]]
    others = [name for name in QUESTION_PEERS if name in able(first, QUESTIONS)]
    between(f"{root}/README.md", f"{about(found)}; {first['entities']:,} entities,"
            f" {first['edges']:,} edges; medians.\n\n" + markdown(first, names, MAIN)
            + "\n\nWhat is asked of all names, and of the whole graph; igraph and NetworkX are no stores"
            " and have the graph in memory:\n\n" + markdown(first, others, QUESTIONS))
    with open(f"{folder}/RESULTS.md", "w") as file:
        file.write(results(found))
    if len(found["sizes"]) > 1:
        with open(f"{folder}/growth.svg", "w") as file:
            file.write(plot.growth(found, MAIN, value, slope, text))


def results(found):
    parts = ["# What the last run found\n",
             "Written by `scripts/compare --write`; [README.md](README.md) says how it is measured.\n",
             about(found) + ".\n"]
    for name, why in found["missing"].items():
        parts.append(f"Missing: {name}: {why}.\n")
    if len(found["sizes"]) > 1:
        names = able(found["sizes"][0], MAIN)
        titles = found["sizes"][0]["contestants"]
        parts.append("## How it grows\n\n![Time by number of entities](growth.svg)\n\n"
                     "The slope of the logarithms: 1 grows as the rows do, 0 does not grow.\n")
        rows = ["| | " + " | ".join(titles[name]["title"] for name in names) + " |",
                "|---" * (len(names) + 1) + "|"]
        for task, title, what in MAIN:
            slopes = [slope(found, task, name) for name in names] if what in ("p50", "bytes") else []
            if any(s is not None for s in slopes):
                rows.append(f"| {title} | " + " | ".join(
                    "–" if s is None else f"{s:.2f}" for s in slopes) + " |")
        parts.append("\n".join(rows) + "\n")
    for size in found["sizes"]:
        parts.append(f"## {size['entities']:,} entities, {size['edges']:,} edges\n")
        for rows in (MAIN + MORE, QUESTIONS):
            if able(size, rows):
                parts.append(markdown(size, able(size, rows), rows) + "\n")
        notes = [f"- {note}: {why}" for note, why in sorted(size["notes"].items())
                 if not why.startswith(("no such task", "has no", "does not", "nothing of it"))]
        if notes:
            parts.append("Troubles:\n\n" + "\n".join(notes) + "\n")
    parts.append("## Who took part\n\n" + "\n".join(
        f"- {c['title']}: {c['version']}{', ' + c['how'] if c.get('how') else ''}"
        for c in found["sizes"][0]["contestants"].values()) + "\n")
    return "\n".join(parts)
