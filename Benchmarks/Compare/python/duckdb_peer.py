# SPDX-License-Identifier: Apache-2.0
"""DuckDB. Rows come out of Arrow tables that are mapped, in one transaction; indexes after it, then
a checkpoint. All questions go through its C API, which the package's own library has, as prepared
statements: what is timed is the execution, the result whole in memory, and nothing of Python but
the call."""

import ctypes
import os
import glob

import duckdb

from peer import Peer, now

LIBRARY = ctypes.CDLL(glob.glob(os.path.join(
    os.path.dirname(os.path.dirname(duckdb.__file__)), "_duckdb*.so"))[0])
LIBRARY.duckdb_value_int64.restype = ctypes.c_int64
LIBRARY.duckdb_value_varchar.restype = ctypes.c_void_p
LIBRARY.duckdb_row_count.restype = ctypes.c_uint64
LIBRARY.duckdb_result_error.restype = ctypes.c_char_p


class Result(ctypes.Structure):
    _fields_ = [("opaque", ctypes.c_uint64 * 8)]


def must(state, what, error=""):
    if state != 0:
        raise RuntimeError(f"DuckDB: {what} {error}")


ENTITY = ("id, key, name, qualified_name, kind, language, file, parent, visibility, signature, doc,"
          " code, content_hash, root_l1, root_l2, start_line, end_line, token_count, complexity,"
          " is_test")
EDGE = 'from_id AS "from", to_id AS "to", kind, file, line, resolution'
TEXT_SUM = " + ".join(
    f"coalesce(strlen({name}), 0)" for name in
    ("key name qualified_name kind language file parent visibility signature doc code content_hash"
     " root_l1 root_l2").split()) + " + start_line + end_line + token_count + complexity"


class DuckDB(Peer):
    connection = python = None

    def version(self):
        return f"DuckDB {duckdb.__version__}", "Arrow, one transaction, indexes after, checkpoint"

    # ------------------------------------------------------------------ with Python's own module

    def create(self, path):
        self.path = path
        self.python = duckdb.connect(f"{path}/db")

    def load(self, batches=1):
        entities, edges = self.rows.entities, self.rows.edges
        execute = self.python.execute
        start = now()
        execute("BEGIN")
        execute(f"CREATE TABLE entity AS SELECT {ENTITY} FROM entities")
        execute(f"CREATE TABLE edge AS SELECT {EDGE} FROM edges")
        self.index()
        execute("COMMIT")
        execute("CHECKPOINT")
        self.engine = now() - start

    def index(self):
        for table, column in (("entity", "key"), ("entity", "file"), ("edge", '"from"'),
                              ("edge", '"to"'), ("edge", "file")):
            name = f"{table}_{column}".replace('"', "")
            self.python.execute(f"CREATE INDEX {name} ON {table}({column})")

    def load_batches(self, count):
        entities, edges = self.rows.entities.slice(0, 0), self.rows.edges.slice(0, 0)
        execute = self.python.execute
        execute(f"CREATE TABLE entity AS SELECT {ENTITY} FROM entities")
        execute(f"CREATE TABLE edge AS SELECT {EDGE} FROM edges")
        self.index()
        for batch, places in enumerate(self.rows.edge_batches(count)):
            first, end = self.rows.entity_batch(batch, count)
            entities, edges = self.rows.entities.slice(first, end - first), self.rows.edges.take(places)
            execute("BEGIN")
            execute(f"INSERT INTO entity SELECT {ENTITY} FROM entities")
            execute(f"INSERT INTO edge SELECT {EDGE} FROM edges")
            execute("COMMIT")
        self.close()
        self.open(self.path, False)

    def compact(self):
        self.run(b"CHECKPOINT")

    def size(self, path):
        self.python.execute("CHECKPOINT") if self.python else None
        return sum(os.stat(f"{path}/{name}").st_size for name in os.listdir(path))

    def close(self):
        if self.python:
            self.python.close()
        self.python = None
        if self.connection:
            for statement in self.statements.values():
                LIBRARY.duckdb_destroy_prepare(ctypes.byref(statement))
            LIBRARY.duckdb_disconnect(ctypes.byref(self.connection))
            if self.owns:
                LIBRARY.duckdb_close(ctypes.byref(self.database))
        self.connection = None

    # --------------------------------------------------------------------------- with the C API

    def open(self, path, to_read):
        """For writing through Python's module, which takes Arrow tables."""
        self.path = path
        if not to_read:
            self.python = duckdb.connect(f"{path}/db")
            self.python.execute("SET checkpoint_threshold='1GB'")
            return
        self.database = ctypes.c_void_p()
        must(LIBRARY.duckdb_open(f"{path}/db".encode(), ctypes.byref(self.database)), "open")
        self.connect(owns=True)

    def connect(self, owns):
        self.owns, self.statements = owns, {}
        self.connection = ctypes.c_void_p()
        must(LIBRARY.duckdb_connect(self.database, ctypes.byref(self.connection)), "connect")

    def run(self, sql):
        if self.connection:
            result = Result()
            must(LIBRARY.duckdb_query(self.connection, sql, ctypes.byref(result)), "query",
                 LIBRARY.duckdb_result_error(ctypes.byref(result)))
            LIBRARY.duckdb_destroy_result(ctypes.byref(result))
        else:
            self.python.execute(sql.decode())

    def ask(self, sql, *texts):
        """All rows of an answer of numbers."""
        if not self.connection:  # The store is open for writing.
            start = now()
            rows = self.python.execute(sql.replace("$1", "?"), list(texts)).fetchall()
            self.engine = now() - start
            return rows
        statement = self.statements.get(sql)
        if statement is None:
            statement = ctypes.c_void_p()
            must(LIBRARY.duckdb_prepare(self.connection, sql.encode(), ctypes.byref(statement)), sql)
            self.statements[sql] = statement
        bound = [text.encode() for text in texts]
        result = Result()
        start = now()
        for place, text in enumerate(bound):
            LIBRARY.duckdb_bind_varchar(statement, ctypes.c_uint64(place + 1), text)
        state = LIBRARY.duckdb_execute_prepared(statement, ctypes.byref(result))
        self.engine = now() - start
        must(state, sql, LIBRARY.duckdb_result_error(ctypes.byref(result)))
        width = LIBRARY.duckdb_column_count(ctypes.byref(result))
        rows = [
            [LIBRARY.duckdb_value_int64(
                ctypes.byref(result), ctypes.c_uint64(column), ctypes.c_uint64(row))
             for column in range(width)]
            for row in range(LIBRARY.duckdb_row_count(ctypes.byref(result)))]
        LIBRARY.duckdb_destroy_result(ctypes.byref(result))
        return rows

    def first(self, path, key):
        start = now()
        self.open(path, True)
        line = self.ask("SELECT start_line FROM entity WHERE key = $1", key)[0][0]
        self.engine = now() - start
        self.close()
        return line

    def columns(self, key):
        row = self.ask("SELECT start_line, end_line FROM entity WHERE key = $1", key)[0]
        return row[0] + row[1]

    def row(self, key):
        return self.ask(f"SELECT {TEXT_SUM} FROM (SELECT * FROM entity WHERE key = $1)", key)[0][0]

    def missing(self, key):
        if self.ask("SELECT start_line FROM entity WHERE key = $1", key):
            raise RuntimeError("found a missing key")
        return 0

    def hop(self, key, reverse):
        near, far = ('"to"', '"from"') if reverse else ('"from"', '"to"')
        return len(self.ask(
            f"SELECT {far}, line FROM edge WHERE {near} = (SELECT id FROM entity WHERE key = $1)",
            key))

    def closure(self, key, depth):
        start = "SELECT id{} FROM entity WHERE key = $1"
        if depth is None:
            sql = (f'WITH RECURSIVE r(n) AS ({start.format("")} UNION SELECT "from" FROM r JOIN edge'
                   ' ON "to" = n) SELECT count(*) - 1 FROM r')
        else:
            sql = (f'WITH RECURSIVE r(n, d) AS ({start.format(", 0")} UNION SELECT "from", d + 1'
                   f' FROM r JOIN edge ON "to" = n WHERE d < {depth})'
                   ' SELECT count(DISTINCT n) - 1 FROM r')
        return self.ask(sql, key)[0][0]

    def names(self, part):
        rows = self.ask("SELECT count(*) OVER (), id FROM entity WHERE contains(lower(name), $1)"
                        " ORDER BY strlen(name), id LIMIT 20", part)
        return rows[0][0] if rows else 0

    def kinds(self):
        rows = self.ask("SELECT count(*), kind FROM entity GROUP BY kind")
        return [row[0] for row in rows]

    def lines(self):
        rows = self.ask("SELECT CAST(sum(end_line - start_line + 1) AS BIGINT), file FROM entity GROUP BY file")
        return [row[0] for row in rows]

    # --------------------------------------------------------------------------------- writing

    def give(self, first, end):
        """Names some rows as tables."""
        self.python.register("entities", self.rows.entities.slice(first, end - first))
        self.python.register("edges", self.rows.edges.slice(first * 3, (end - first) * 3))

    def prepare_upsert(self, first, end):
        """What is there has its number; a row's is its place, so nothing has to be looked up."""
        self.give(first, end)

        def call():
            execute = self.python.execute
            start = now()
            execute("BEGIN")
            execute("DELETE FROM entity WHERE key IN (SELECT key FROM entities)")
            execute(f"INSERT INTO entity SELECT {ENTITY} FROM entities")
            execute('DELETE FROM edge USING edges e WHERE edge."from" = e.from_id AND'
                    ' edge."to" = e.to_id AND edge.kind = e.kind')
            execute(f"INSERT INTO edge SELECT {EDGE} FROM edges")
            execute("COMMIT")
            self.engine = now() - start
        return call

    def prepare_replace(self, file, first, end):
        self.give(first, end)

        def call():
            execute = self.python.execute
            start = now()
            execute("BEGIN")
            execute("DELETE FROM entity WHERE file = ?", [file])
            execute("DELETE FROM edge WHERE file = ?", [file])
            execute(f"INSERT INTO entity SELECT {ENTITY} FROM entities")
            execute(f"INSERT INTO edge SELECT {EDGE} FROM edges")
            execute("COMMIT")
            self.engine = now() - start
        return call

    def reader(self):
        """Of the store that is open for writing: one process, several connections."""
        other = DuckDB(self.name, self.rows)
        other.python = self.python.cursor()
        return other


def make(name, rows):
    return DuckDB(name, rows)
