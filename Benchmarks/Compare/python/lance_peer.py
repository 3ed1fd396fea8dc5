# SPDX-License-Identifier: Apache-2.0
"""Lance, a column format with versions and indexes: a data set for each relation, and indexes by key
and by both ends of edges."""

import os

import lance
import pyarrow.compute as pc

from peer import Peer, now

DROPPED = {"entities": ["id"], "edges": ["from_id", "to_id"]}


class Lance(Peer):

    def version(self):
        return f"Lance {lance.__version__}", "write_dataset out of Arrow, BTREE indexes"

    def create(self, path):
        self.path = path

    def load(self):
        start = now()
        self.sets = {}
        for name, columns in (("entities", ["key", "file"]), ("edges", ["from", "to", "file"])):
            made = lance.write_dataset(getattr(self.rows, name).drop_columns(DROPPED[name]),
                                       f"{self.path}/{name}")
            for column in columns:
                made.create_scalar_index(column, "BTREE")
            self.sets[name] = made
        self.engine = now() - start

    def size(self, path):
        return sum(os.stat(os.path.join(folder, name)).st_size
                   for folder, _, names in os.walk(path) for name in names)

    def open(self, path, to_read):
        self.path = path
        self.sets = {name: lance.dataset(f"{path}/{name}") for name in ("entities", "edges")}

    def ask(self, name, columns, where=None):
        start = now()
        table = self.sets[name].to_table(columns=columns, filter=where)
        self.engine = now() - start
        return table

    def where(self, column, key):
        return "`%s` = '%s'" % (column, key.replace("'", "''"))

    def first(self, path, key):
        start = now()
        self.open(path, True)
        line = self.ask("entities", ["start_line"], self.where("key", key)).column(0)[0].as_py()
        self.engine = now() - start
        return line

    def columns(self, key):
        row = self.ask("entities", ["start_line", "end_line"], self.where("key", key)).to_pylist()[0]
        return row["start_line"] + row["end_line"]

    def row(self, key):
        row = self.ask("entities", None, self.where("key", key)).to_pylist()[0]
        return sum(len(value.encode()) if isinstance(value, str) else value or 0
                   for value in row.values())

    def missing(self, key):
        if len(self.ask("entities", ["start_line"], self.where("key", key))):
            raise RuntimeError("found a missing key")
        return 0

    def hop(self, key, reverse):
        near, far = ("to", "from") if reverse else ("from", "to")
        return len(self.ask("edges", [far, "kind", "line"], self.where(near, key)))

    def names(self, part):
        start = now()
        table = self.ask("entities", ["key", "name"], f"contains(lower(name), '{part}')")
        table.append_column("length", pc.binary_length(table["name"])).sort_by(
            [("length", "ascending"), ("key", "ascending")]).slice(0, 20)
        self.engine = now() - start
        return len(table)

    def kinds(self):
        start = now()
        table = self.ask("entities", ["kind"]).group_by("kind").aggregate([([], "count_all")])
        self.engine = now() - start
        return table.column("count_all").to_pylist()

    def compact(self):
        for made in self.sets.values():
            made.optimize.compact_files()
            made.optimize.optimize_indices()

    def rows_of(self, first, end):
        return (self.rows.entities.slice(first, end - first).drop_columns(DROPPED["entities"]),
                self.rows.edges.slice(first * 3, (end - first) * 3).drop_columns(DROPPED["edges"]))

    def prepare_upsert(self, first, end):
        entities, edges = self.rows_of(first, end)

        def call():
            for name, table, keys in (("entities", entities, ["key"]), ("edges", edges, ["from", "to", "kind"])):
                (self.sets[name].merge_insert(keys).when_matched_update_all()
                 .when_not_matched_insert_all().execute(table))
        return call

    def prepare_replace(self, file, first, end):
        """Two data sets, four commits: it has none for several at once."""
        entities, edges = self.rows_of(first, end)

        def call():
            for name, table in (("entities", entities), ("edges", edges)):
                self.sets[name].delete(self.where("file", file))
                self.sets[name].insert(table)
        return call


def make(name, rows):
    return Lance(name, rows)
