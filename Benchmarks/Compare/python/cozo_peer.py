# SPDX-License-Identifier: Apache-2.0
"""CozoDB: two stored relations, keyed as a code graph's are, and an index of edges by their other
end. Rows go in through its bulk import; `load-script` does it as its own documents do, by a script
that has the rows in it. What Python's values cost on their way into the engine is measured by giving
the same values to a query that does not look at them, and taken off. It syncs nothing by itself, and cannot be told to."""

import importlib.metadata
import json
import os

import cozo_embedded

from peer import Peer, now

ENTITY = ["key", "name", "qualified_name", "kind", "language", "file", "parent", "visibility",
          "signature", "doc", "code", "content_hash", "root_l1", "root_l2", "start_line", "end_line",
          "token_count", "complexity", "is_test"]
EDGE = ["from", "to", "kind", "file", "line", "resolution"]
TEXTS = ENTITY[:14]
SUM = " + ".join(f"length({name})" for name in TEXTS if name not in ("parent", "doc")) + \
    " + if(is_null(parent), 0, length(parent)) + if(is_null(doc), 0, length(doc))" \
    " + start_line + end_line + token_count + complexity"


def literal(row):
    """A row as it stands in a script; its strings take no double quote, however escaped."""
    return "[%s]" % ", ".join(
        "'%s'" % value.replace("\\", "\\\\").replace("'", "\\'") if isinstance(value, str)
        else json.dumps(value) for value in row)


class Cozo(Peer):
    keeps_open = True  # In memory there is nothing else; and so all three are asked alike.
    db = None

    @property
    def reopens(self):
        return self.name != "cozo-mem"

    def version(self):
        return (f"CozoDB {importlib.metadata.version('cozo_embedded')}",
                f"{self.name.removeprefix('cozo-')} engine, import_relations, nothing synced")

    def create(self, path):
        self.path = path
        self.db = self.connect(path)
        self.run(f":create entity {{key => {', '.join(ENTITY[1:])}}}")
        self.run(":create edge {from, to, kind => file, line, resolution}")
        self.prepare_load()

    def connect(self, path):
        engine = self.name.removeprefix("cozo-")
        return cozo_embedded.CozoDbPy(engine, "" if engine == "mem" else f"{path}/db", "{}")

    def run(self, script, parameters=None, reads=False):
        return self.db.run_script(script, parameters or {}, reads)["rows"]

    def lists(self, first, end, places=None):
        entities = self.rows.entities.slice(first, end - first).select(ENTITY)
        edges = (self.rows.edges.slice(first * 3, (end - first) * 3) if places is None
                 else self.rows.edges.take(places)).select(EDGE)
        return tuple([list(row) for row in zip(*(column.to_pylist() for column in table.columns))]
                     for table in (entities, edges))

    def marshalling(self, values):
        start = now()
        self.db.run_script("?[a] <- [[1]]", {"rows": values}, True)
        return now() - start

    def prepare_load(self):
        if not hasattr(self, "values"):
            self.values = self.lists(0, len(self.rows.entities))

    def put(self, entities, edges):
        self.db.import_relations({"entity": {"headers": ENTITY, "rows": entities},
                                  "edge": {"headers": EDGE, "rows": edges}})

    def load(self):
        cost = self.marshalling(self.values)
        start = now()
        self.put(*self.values)
        self.index()
        self.engine = now() - start - cost

    def index(self):
        self.run("::index create edge:to {to, from}")
        self.run("::index create edge:file {file}")
        self.run("::index create entity:file {file}")

    def load_script(self):
        """As its users write it: `?[…] <- [[…]] :put …`."""
        entities, edges = (f"[{', '.join(map(literal, rows))}]" for rows in self.values)
        scripts = [f"?[{', '.join(ENTITY)}] <- {entities} :put entity {{key => {', '.join(ENTITY[1:])}}}",
                   f"?[{', '.join(EDGE)}] <- {edges} :put edge {{from, to, kind => file, line, resolution}}"]

        def call():
            start = now()
            for script in scripts:
                self.run(script)
            self.index()
            self.engine = now() - start
        return call

    def load_batches(self, count):
        for batch, places in enumerate(self.rows.edge_batches(count)):
            self.put(*self.lists(*self.rows.entity_batch(batch, count), places))
        self.index()

    def size(self, path):
        if self.name == "cozo-mem":
            return 0
        return sum(os.stat(os.path.join(folder, name)).st_size
                   for folder, _, names in os.walk(path) for name in names)

    def close(self):
        if self.db is not None:
            self.db.close()
        self.db = None

    # ---------------------------------------------------------------------------------- reading

    def open(self, path, to_read):
        self.path = path
        self.db = self.connect(path)

    def first(self, path, key):
        start = now()
        self.open(path, True)
        line = self.run("?[a] := *entity{key: $key, start_line: a}", {"key": key}, True)[0][0]
        self.engine = now() - start
        return line

    def columns(self, key):
        row = self.run("?[a, b] := *entity{key: $key, start_line: a, end_line: b}", {"key": key}, True)[0]
        return row[0] + row[1]

    def row(self, key):
        row = self.run(f"?[{', '.join(ENTITY[1:])}] := key = $key, *entity{{key, {', '.join(ENTITY[1:])}}}",
                       {"key": key}, True)[0]
        return sum(len(value.encode()) if isinstance(value, str) else value or 0 for value in row) \
            + len(key.encode())

    def missing(self, key):
        if self.run("?[a] := *entity{key: $key, start_line: a}", {"key": key}, True):
            raise RuntimeError("found a missing key")
        return 0

    def hop(self, key, reverse):
        near, far = ("to", "from") if reverse else ("from", "to")
        return len(self.run(f"?[o, kind, line] := *edge{{{near}: $key, {far}: o, kind, line}}",
                            {"key": key}, True))

    def closure(self, key, depth):
        if depth is None:
            script = ("r[n] := *edge{to: $key, from: n} r[n] := r[m], *edge{to: m, from: n}"
                      " ?[count(n)] := r[n], n != $key")
        else:
            script = ("r[n, min(d)] := *edge{to: $key, from: n}, d = 1"
                      " r[n, min(d)] := r[m, e], e < %d, *edge{to: m, from: n}, d = e + 1"
                      " ?[count(n)] := r[n, _], n != $key" % depth)
        rows = self.run(script, {"key": key}, True)
        return rows[0][0] if rows else 0

    def names(self, part):
        # The count and the page are two questions of one script.
        found = "found[key, n] := *entity{key, name}, str_includes(lowercase(name), $part), n = length(name)"
        page = self.run(f"{found} ?[key, n] := found[key, n] :order n, key :limit 20",
                        {"part": part}, True)
        count = self.run(f"{found} ?[count(key)] := found[key, n]", {"part": part}, True)
        return count[0][0] if page else 0

    GRAPH = ("graph[from, to] := *edge{from, to, kind, resolution}, kind != 'contains',"
             " resolution != 'ambiguous' ")

    def components(self):
        return [row[1] for row in self.run(
            self.GRAPH + "parts[node, part] <~ StronglyConnectedComponents(graph[from, to])"
            " ?[part, count(node)] := parts[node, part]", {}, True)]

    def kinds(self):
        return [row[1] for row in self.run("?[kind, count(key)] := *entity{key, kind}", {}, True)]

    def lines(self):
        return [int(row[1]) for row in self.run(
            "?[file, sum(n)] := *entity{key, file, start_line, end_line},"
            " n = end_line - start_line + 1", {}, True)]

    # ---------------------------------------------------------------------------------- writing

    def prepare_upsert(self, first, end):
        values = self.lists(first, end)

        def call():
            cost = self.marshalling(values)
            start = now()
            self.put(*values)
            self.engine = now() - start - cost
        return call

    def prepare_replace(self, file, first, end):
        entities, edges = self.lists(first, end)
        put_entity = (f"{{?[{', '.join(ENTITY)}] <- $entities :put entity"
                      f" {{key => {', '.join(ENTITY[1:])}}}}}")
        put_edge = (f"{{?[{', '.join(EDGE)}] <- $edges :put edge"
                    " {from, to, kind => file, line, resolution}}")
        script = ("{?[key] := *entity:file{file: $file, key} :rm entity {key}}"
                  " {?[from, to, kind] := *edge:file{file: $file, from, to, kind} :rm edge {from, to, kind}}"
                  f" {put_entity} {put_edge}")
        parameters = {"file": file, "entities": entities, "edges": edges}

        def call():
            cost = self.marshalling([entities, edges])
            start = now()
            self.run(script, parameters)
            self.engine = now() - start - cost
        return call


def make(name, rows):
    return Cozo(name, rows)
