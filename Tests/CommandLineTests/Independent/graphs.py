# SPDX-License-Identifier: Apache-2.0
"""Reads graphs that segstore drew or gave out as other programs do, and compares them with its rows.

graphs.py picture DIR: answer.json beside answer.graphml and answer.mermaid, of one question.
graphs.py whole DIR: entities.ndjson and edges.ndjson beside graph.graphml, nodes.csv, edges.csv.
"""
import collections
import csv
import json
import re
import sys
from pathlib import Path

import networkx


def rows(path):
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def in_xml(value):
    """What XML can hold of it."""
    if not isinstance(value, str):
        return value
    return re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", value)


def picture(folder):
    answer = json.loads((folder / "answer.json").read_text("utf-8"))
    edges = collections.Counter(
        tuple(map(in_xml, (e["from"], e["to"], e["kind"], e["resolution"])))
        for e in answer["edges"])
    keys = {in_xml(answer["key"])} | {key for edge in edges for key in edge[:2]}

    graph = networkx.read_graphml(folder / "answer.graphml", force_multigraph=True)
    names = networkx.get_node_attributes(graph, "key")
    assert sorted(names.values()) == sorted(keys), (names, keys)
    drawn = collections.Counter(
        (names[a], names[b], data["kind"], data["resolution"])
        for a, b, data in graph.edges(data=True))
    assert drawn == edges, (drawn, edges)

    # The rules of Mermaid's grammar for what is used of it.
    lines = (folder / "answer.mermaid").read_text("utf-8").split("\n")
    assert lines[0] == "flowchart LR" and lines.pop() == "", lines
    text = r'[^"<>`|#&\x00-\x1f]|#(?:quot|lt|gt|amp|\d+);'
    node = re.compile(rf'  n(\d+)\["(?:{text})*<br><i>(?:{text})*</i>"\](?::::(?:focus|external))?')
    edge = re.compile(rf"  n(\d+) (?:-->|-\.->)\|(?:{text})*\| n(\d+)")
    nodes, ends, styles = set(), 0, 0
    for line in lines[1:]:
        if found := node.fullmatch(line):
            nodes.add(found[1])
        elif found := edge.fullmatch(line):
            assert {found[1], found[2]} <= nodes, line
            ends += 1
        else:
            assert re.fullmatch(r"  classDef (?:focus|external) [\w:#,-]+", line), line
            styles += 1
    assert (len(nodes), ends, styles) == (len(keys), sum(edges.values()), 2), lines


def whole(folder):
    entities = {row["key"]: row for row in rows(folder / "entities.ndjson")}
    edges = rows(folder / "edges.ndjson")
    keys = set(entities) | {row[end] for row in edges for end in ("from", "to")}

    graph = networkx.read_graphml(folder / "graph.graphml", force_multigraph=True)
    nodes = dict(graph.nodes(data=True))
    assert sorted(data["key"] for data in nodes.values()) == sorted(map(in_xml, keys))
    by_key = {in_xml(key): row for key, row in entities.items()}
    for data in nodes.values():
        row = by_key.get(data["key"])
        if row is None:
            assert data["kind"] in ("external", "unresolved"), data
            continue
        wanted = {n: in_xml(v) for n, v in row.items() if v is not None and n != "code"}
        # What is empty is nothing to NetworkX.
        assert {n: v for n, v in wanted.items() if v != ""} == {
            n: v for n, v in data.items() if v is not None and v != ""}, (data, wanted)
    drawn = collections.Counter(
        (nodes[a]["key"], nodes[b]["key"], d["kind"], d["file"], d["line"], d["resolution"])
        for a, b, d in graph.edges(data=True))
    assert drawn == collections.Counter(
        (*map(in_xml, (e["from"], e["to"])), e["kind"], in_xml(e["file"]), e["line"],
         e["resolution"]) for e in edges)
    tables(folder, entities, edges, keys)


def tables(folder, entities, edges, keys):
    """The rules of neo4j-admin's headers: a name, a type of its own; an id, its references."""
    field = re.compile(r"(\w*)(?::(ID|LABEL|START_ID|END_ID|TYPE|long|double|boolean))?")
    read = {"long": int, "double": float, "boolean": {"true": True, "false": False}.get}

    def table(name):
        with open(folder / name, encoding="utf-8", newline="") as file:
            header, *records = csv.reader(file)
        fields = [field.fullmatch(text).groups() for text in header]
        assert len(set(header)) == len(header), header
        for record in records:
            assert len(record) == len(header), record
            yield {n or t: read[t](v) if t in read and v else v
                   for (n, t), v in zip(fields, record)}

    nodes = {node["key"]: node for node in table("nodes.csv")}
    assert set(nodes) == keys
    for key, node in nodes.items():
        row = entities.get(key)
        assert node["LABEL"] == (row["kind"] if row else key.split(":")[1]), node
        for name, value in (row or {}).items():
            assert name == "code" or node[name] == ("" if value is None else value), (name, node)
    found = list(table("edges.csv"))
    assert [(e["START_ID"], e["END_ID"], e["TYPE"], e["file"], e["line"]) for e in found] == [
        (e["from"], e["to"], e["kind"], e["file"], e["line"]) for e in edges]
    assert all(e["START_ID"] in nodes and e["END_ID"] in nodes for e in found)


{"picture": picture, "whole": whole}[sys.argv[1]](Path(sys.argv[2]))
