# SPDX-License-Identifier: Apache-2.0
"""Parquet, by Arrow: a file for each relation, zstd level 1, written and synced. A store of files
that are never changed: what it cannot do but by writing all anew, it does so."""

import os

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from peer import Peer, now

DROPPED = {"entities": ["id"], "edges": ["from_id", "to_id"]}


class Parquet(Peer):

    def version(self):
        return f"Parquet, Arrow {pa.__version__}", "zstd 1, groups of 20,000 rows, fsync; filters pushed down"

    def create(self, path):
        self.path = path

    def load(self):
        self.write(self.rows.entities, self.rows.edges)

    def write(self, entities, edges):
        start = now()
        for name, table in (("entities", entities), ("edges", edges)):
            path = f"{self.path}/{name}.parquet"
            pq.write_table(table.drop_columns([column for column in DROPPED[name]
                                               if column in table.column_names]),
                           path + ".new", compression="zstd", compression_level=1,
                           row_group_size=20_000, write_page_index=True)
            with open(path + ".new", "rb") as file:
                os.fsync(file.fileno())
            os.rename(path + ".new", path)
        folder = os.open(self.path, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        self.engine = now() - start

    def size(self, path):
        return sum(os.stat(f"{path}/{name}").st_size for name in os.listdir(path))

    def open(self, path, to_read):
        self.path = path

    def ask(self, name, columns, filters=None):
        start = now()
        table = pq.read_table(f"{self.path}/{name}.parquet", columns=columns, filters=filters,
                              memory_map=True)
        self.engine = now() - start
        return table

    def first(self, path, key):
        self.path = path
        return self.ask("entities", ["start_line"], [("key", "=", key)]).column(0)[0].as_py()

    def columns(self, key):
        row = self.ask("entities", ["start_line", "end_line"], [("key", "=", key)]).to_pylist()[0]
        return row["start_line"] + row["end_line"]

    def row(self, key):
        row = self.ask("entities", None, [("key", "=", key)]).to_pylist()[0]
        return sum(len(value.encode()) if isinstance(value, str) else value or 0
                   for value in row.values())

    def missing(self, key):
        if len(self.ask("entities", ["start_line"], [("key", "=", key)])):
            raise RuntimeError("found a missing key")
        return 0

    def hop(self, key, reverse):
        near, far = ("to", "from") if reverse else ("from", "to")
        return len(self.ask("edges", [far, "kind", "line"], [(near, "=", key)]))

    def names(self, part):
        start = now()
        table = self.ask("entities", ["key", "name"])
        table = table.filter(pc.match_substring(table["name"], part, ignore_case=True))
        table.append_column("length", pc.binary_length(table["name"])).sort_by(
            [("length", "ascending"), ("key", "ascending")]).slice(0, 20)
        self.engine = now() - start
        return len(table)

    def kinds(self):
        start = now()
        table = self.ask("entities", ["kind"])
        counts = table.group_by("kind").aggregate([([], "count_all")])
        self.engine = now() - start
        return counts.column("count_all").to_pylist()

    def lines(self):
        start = now()
        table = self.ask("entities", ["file", "start_line", "end_line"])
        count = pc.add(pc.subtract(table["end_line"], table["start_line"]), 1)
        sums = pa.table({"file": table["file"], "n": count}).group_by("file").aggregate([("n", "sum")])
        self.engine = now() - start
        return sums.column("n_sum").to_pylist()

    def prepare_replace(self, file, first, end):
        """All of it anew."""
        def call():
            start = now()
            entities = self.ask("entities", None, [("file", "!=", file)])
            edges = self.ask("edges", None, [("file", "!=", file)])
            self.write(
                pa.concat_tables([entities, self.rows.entities.slice(first, end - first)
                                  .select(entities.column_names)]),
                pa.concat_tables([edges, self.rows.edges.slice(first * 3, (end - first) * 3)
                                  .select(edges.column_names)]))
            self.engine = now() - start
        return call


def make(name, rows):
    return Parquet(name, rows)
