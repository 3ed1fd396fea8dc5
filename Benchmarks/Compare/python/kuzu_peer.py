# SPDX-License-Identifier: Apache-2.0
"""Kùzu, a graph database: entities are nodes under their key, edges relations between them. Rows are
copied out of Arrow tables, then a checkpoint; questions are prepared statements. What is timed of a
question is what Kùzu itself says it took to execute."""

import os

import kuzu

from peer import Peer, now

TYPES = {"start_line": "INT32", "end_line": "INT32", "token_count": "INT32", "complexity": "INT32",
         "is_test": "BOOL"}
ENTITY = ["key", "name", "qualified_name", "kind", "language", "file", "parent", "visibility",
          "signature", "doc", "code", "content_hash", "root_l1", "root_l2", "start_line", "end_line",
          "token_count", "complexity", "is_test"]
EDGE = ["from", "to", "kind", "file", "line", "resolution"]


class Kuzu(Peer):
    database = connection = None

    def version(self):
        return f"Kùzu {kuzu.__version__}", "COPY out of Arrow, checkpoint"

    def create(self, path):
        self.open(path, False)
        columns = ", ".join(f"{name} {TYPES.get(name, 'STRING')}" for name in ENTITY)
        self.connection.execute(f"CREATE NODE TABLE entity({columns}, PRIMARY KEY(key))")
        self.connection.execute("CREATE REL TABLE edge(FROM entity TO entity, kind STRING,"
                                " file STRING, line INT32, resolution STRING)")

    def load(self):
        entities, edges = self.rows.entities.select(ENTITY), self.rows.edges.select(EDGE)
        start = now()
        self.connection.execute("COPY entity FROM entities")
        self.connection.execute("COPY edge FROM edges")
        self.connection.execute("CHECKPOINT")
        self.engine = now() - start

    def size(self, path):
        return sum(os.stat(os.path.join(folder, name)).st_size
                   for folder, _, names in os.walk(path) for name in names)

    def open(self, path, to_read):
        self.database = kuzu.Database(f"{path}/db", read_only=to_read)
        self.connection = kuzu.Connection(self.database)
        self.statements = {}

    def close(self):
        if self.connection:
            self.connection.close()
            self.database.close()
        self.connection = None

    def ask(self, cypher, **parameters):
        statement = self.statements.get(cypher)
        if statement is None:
            statement = self.statements[cypher] = self.connection.prepare(cypher)
        result = self.connection.execute(statement, parameters)
        self.engine = int(result.get_execution_time() * 1e6)
        rows = result.get_all()
        result.close()
        return rows

    def first(self, path, key):
        start = now()
        self.open(path, True)
        line = self.ask("MATCH (e:entity {key: $key}) RETURN e.start_line", key=key)[0][0]
        self.engine = now() - start
        return line

    def columns(self, key):
        row = self.ask("MATCH (e:entity {key: $key}) RETURN e.start_line, e.end_line", key=key)[0]
        return row[0] + row[1]

    def row(self, key):
        names = ", ".join(f"e.{name}" for name in ENTITY)
        row = self.ask(f"MATCH (e:entity {{key: $key}}) RETURN {names}", key=key)[0]
        return sum(len(value.encode()) if isinstance(value, str) else value or 0 for value in row)

    def missing(self, key):
        if self.ask("MATCH (e:entity {key: $key}) RETURN e.start_line", key=key):
            raise RuntimeError("found a missing key")
        return 0

    def hop(self, key, reverse):
        way = "<-[r:edge]-" if reverse else "-[r:edge]->"
        return len(self.ask(f"MATCH (e:entity {{key: $key}}){way}(o:entity) RETURN o.key, r.kind, r.line",
                            key=key))

    def closure(self, key, depth):
        return self.ask(f"MATCH (e:entity {{key: $key}})<-[:edge* SHORTEST 1..{depth or 30}]-(o:entity)"
                        " WHERE o.key <> $key RETURN count(DISTINCT o.key)", key=key)[0][0]

    def names(self, part):
        rows = self.ask("MATCH (e:entity) WHERE contains(lower(e.name), $part) WITH e.key AS key,"
                        " size(e.name) AS length ORDER BY length, key LIMIT 20 RETURN key", part=part)
        engine = self.engine
        count = self.ask("MATCH (e:entity) WHERE contains(lower(e.name), $part) RETURN count(*)",
                         part=part)[0][0]
        self.engine += engine
        return count if rows else 0

    def kinds(self):
        return [row[1] for row in self.ask("MATCH (e:entity) RETURN e.kind, count(*)")]

    def lines(self):
        return [int(row[1]) for row in self.ask(
            "MATCH (e:entity) RETURN e.file, sum(e.end_line - e.start_line + 1)")]


def make(name, rows):
    return Kuzu(name, rows)
