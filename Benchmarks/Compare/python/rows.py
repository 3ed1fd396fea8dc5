# SPDX-License-Identifier: Apache-2.0
"""The rows as Arrow tables: made once out of EngineBenchmarks' dump, then mapped by each peer.

    python3 rows.py ROWS FOLDER
"""

import struct
import sys

import pyarrow as pa

TEXTS = ["key", "name", "qualified_name", "kind", "language", "file", "parent", "visibility",
         "signature", "doc", "code", "content_hash", "root_l1", "root_l2"]
NUMBERS = ["start_line", "end_line", "token_count", "complexity"]
EDGE_TEXTS = ["from", "to", "kind", "file", "resolution"]


def convert(path, folder):
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    length = struct.Struct("<I").unpack_from
    numbers = struct.Struct(f"<{len(NUMBERS)}q")
    number = struct.Struct("<q")

    def text():
        nonlocal at
        size = length(data, at)[0]
        at += 4
        if size == 0xFFFFFFFF:
            return None
        at += size
        return data[at - size:at].decode()

    entity_count, edge_count, file_count = struct.unpack_from("<3q", data, 0)
    at = 24
    entities = {name: [] for name in TEXTS + NUMBERS}
    columns = [entities[name].append for name in TEXTS]
    number_columns = [entities[name].append for name in NUMBERS]
    for _ in range(entity_count):
        for add in columns:
            add(text())
        for add, value in zip(number_columns, numbers.unpack_from(data, at)):
            add(value)
        at += numbers.size
    edges = {name: [] for name in EDGE_TEXTS + ["line"]}
    columns = [edges[name].append for name in EDGE_TEXTS]
    for _ in range(edge_count):
        for add in columns:
            add(text())
        edges["line"].append(number.unpack_from(data, at)[0])
        at += 8
    ids = {key: place for place, key in enumerate(entities["key"])}
    entities["is_test"] = [False] * entity_count
    entities["id"] = range(entity_count)
    edges["from_id"] = [ids[key] for key in edges["from"]]
    edges["to_id"] = [ids[key] for key in edges["to"]]
    for name, table in (("entities", entities), ("edges", edges)):
        types = {"is_test": pa.bool_(), "id": pa.int32(), "from_id": pa.int32(),
                 "to_id": pa.int32(), "line": pa.int32(), "start_line": pa.int32(),
                 "end_line": pa.int32(), "token_count": pa.int32(), "complexity": pa.int32()}
        arrays = [pa.array(values, types.get(column, pa.string()))
                  for column, values in table.items()]
        whole = pa.table(arrays, names=list(table))
        with pa.OSFile(f"{folder}/{name}.arrow", "wb") as out:
            with pa.ipc.new_file(out, whole.schema) as writer:
                writer.write_table(whole, max_chunksize=100_000)


class SplitMix:
    """The generator of the other contestants, so that all ask for the same keys."""

    MASK = (1 << 64) - 1

    def __init__(self, state):
        self.state = state

    def below(self, limit):
        self.state = (self.state + 0x9E3779B97F4A7C15) & self.MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & self.MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & self.MASK
        return (z ^ (z >> 31)) % max(limit, 1)


class Rows:
    def __init__(self, folder):
        self.entities = self._table(f"{folder}/entities.arrow")
        self.edges = self._table(f"{folder}/edges.arrow")
        random = SplitMix(7)
        places = [random.below(len(self.entities)) for _ in range(20_000)]
        self.keys = self.entities.column("key").take(pa.array(places)).to_pylist()
        self.files = self.entities.column("file").unique().to_pylist()
        # A file's entities stand together, three edges for each.
        file = self.entities.column("file").combine_chunks().dictionary_encode()
        self.ranges, first = [], 0
        codes = file.indices.to_pylist()
        for place in range(1, len(codes) + 1):
            if place == len(codes) or codes[place] != codes[first]:
                self.ranges.append((first, place))
                first = place

    @staticmethod
    def _table(path):
        table = pa.ipc.open_file(pa.memory_map(path)).read_all()
        for column in table.columns:  # Touches all of it.
            for chunk in column.chunks:
                for buffer in chunk.buffers():
                    if buffer is not None:
                        sum(memoryview(buffer)[::4096])
        return table

    def edge_batches(self, count):
        """For each batch the places of its edges: those of the later of their ends."""
        share = len(self.entities) // count
        batches = [[] for _ in range(count)]
        ends = zip(self.edges.column("from_id").to_pylist(), self.edges.column("to_id").to_pylist())
        for place, (start, end) in enumerate(ends):
            batches[min(max(start, end) // share, count - 1)].append(place)
        return batches

    def entity_batch(self, batch, count):
        share = len(self.entities) // count
        return batch * share, len(self.entities) if batch == count - 1 else (batch + 1) * share


if __name__ == "__main__":
    convert(sys.argv[1], sys.argv[2])
