# SPDX-License-Identifier: Apache-2.0
"""Reads segstore stores: written from FORMAT.md, and from nothing else.

    python3 segstore_reader.py STORE [--at GENERATION] [--relation R]

prints every live row as a line of JSON, {"relation": "R", "row": {...}}: relations and columns in
the order of the schema, rows in the order in which FORMAT.md lists them. Bytes are printed as
base64, vectors as arrays, timestamps as nanoseconds, floats that JSON does not have as strings.
STORE is a directory or a pack. Instead of the rows

    --check              compares every page with its hash, and every index with the rows
    --find RELATION KEY  prints the row with this key, a JSON array, by way of the key index

Needs the packages lz4, zstandard and xxhash. Exit status: 0 done, 1 failed (the store is too new,
say), 2 wrong usage, 5 the store is damaged.
"""

import argparse
import base64
import json
import math
import mmap
import os
import struct
import sys
from bisect import bisect_right
from collections import namedtuple

import lz4.block
import xxhash
import zstandard

VERSION, PAGE, HEADER, FOOTER = 1, 4096, 64, 64
BOOL, INT, FLOAT, STRING, BYTES, TIMESTAMP, ENUMERATION, VECTOR = range(1, 9)
INTERNED, FIXED, TEXT, VECTORS = range(4)
ENCODINGS = "constant bitPacked runLength delta dictionary plain".split()
COMPRESSIONS = "none lz4 zstd zstdDictionary hex slice".split()
FRAMES, VECTOR_BLOCK, SLICE = 16, 32, 5

Column = namedtuple("Column", "name type part_of dimensions domain")
SegmentRecord = namedtuple("SegmentRecord", "number file_size image_size root relations")
RelationRecord = namedtuple("RelationRecord", "relation row_count dead")
DeadRecord = namedtuple("DeadRecord", "file offset size hash count")
Descriptor = namedtuple(
    "Descriptor", "offset size nulls encoding compression width width2 parts min max dictionary"
)


class Damage(Exception):
    """The store breaks a rule of FORMAT.md."""


class Refused(Exception):
    """What was asked for is not there, or too new."""


def require(condition, message):
    if not condition:
        raise Damage(message)


# Conventions


def xxh3(data):
    return xxhash.xxh3_64_intdigest(data)


def align8(n):
    return (n + 7) & ~7


def ceil_div(a, b):
    return -(-a // b)


def packed_size(count, width):
    return ceil_div(count * width, 8)


def signed(n):
    """Sums are taken modulo 2^64 and then read as two's complement."""
    return ((n + 2**63) & (2**64 - 1)) - 2**63


def text(data, name):
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError:
        raise Damage(f"{name}: not UTF-8") from None


def unpack(data, count, width):
    """`count` integers of `width` bits: 64 at a time, which end with a whole byte."""
    values, mask = [], (1 << width) - 1
    for first in range(0, count, 64):
        n = int.from_bytes(data[first // 8 * width : (first // 8 + 8) * width], "little")
        for _ in range(min(64, count - first)):
            values.append(n & mask)
            n >>= width
    return values


class Cursor:
    """Takes one field after the other; what is not there is damage."""

    def __init__(self, data, name):
        self.data, self.name, self.at = data, name, 0

    def take(self, size):
        require(size <= len(self.data) - self.at, f"{self.name}: cut short")
        self.at += size
        return self.data[self.at - size : self.at]

    def u8(self):
        return self.take(1)[0]

    def u64(self):
        return int.from_bytes(self.take(8), "little")

    def varint(self):
        value = 0
        for shift in range(0, 70, 7):
            byte = self.u8()
            value |= (byte & 127) << shift
            if byte < 128 and value < 2**64:
                return value
        raise Damage(f"{self.name}: a number of more than 64 bits")

    def flag(self):
        value = self.u8()
        require(value <= 1, f"{self.name}: a flag of {value}")
        return value == 1

    def string(self):
        return text(self.take(self.varint()), self.name)

    def many(self, read):
        """A count, and so many records. Each has a byte at least, which bounds the count."""
        count = self.varint()
        require(count <= len(self.data) - self.at, f"{self.name}: a count of {count}")
        return [read() for _ in range(count)]

    def end(self):
        require(self.at == len(self.data), f"{self.name}: bytes behind its end")


def check_version(version, flags, name):
    if version != VERSION or flags != 0:
        raise Refused(f"{name} is too new: version {version}, reader flags {flags:#x}")


# Files


class Directory:
    """A store's files in a directory."""

    def __init__(self, path):
        self.path = path

    def read(self, name):
        try:
            with open(os.path.join(self.path, name), "rb") as file:
                if os.fstat(file.fileno()).st_size == 0:
                    return b""
                return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        except FileNotFoundError:
            return None

    def names(self):
        folder = os.path.join(self.path, "segments")
        return os.listdir(folder) if os.path.isdir(folder) else []


class Pack:
    """A store's files in one."""

    def __init__(self, path):
        data, self.files = Directory("").read(path), {}
        require(len(data) >= 32 and data[:8] == b"SEGPACK1", "neither a store nor a pack")
        version, flags, size = struct.unpack_from("<H2xII", data, 8)
        require(size <= len(data) - 32, "the pack's directory: cut short")
        (hash,) = struct.unpack_from("<Q", data, 24 + size)
        require(xxh3(data[: 24 + size]) == hash, "the pack's directory: its hash is wrong")
        check_version(version, flags, "the pack")
        cursor = Cursor(data[24 : 24 + size], "the pack's directory")
        entry = lambda: (cursor.string(), cursor.varint(), cursor.varint())
        for name, offset, size in cursor.many(entry):
            require(name not in self.files, f"the pack's directory: {name} occurs twice")
            require(offset % PAGE == 0 and offset + size <= len(data), f"{name}: out of the pack")
            self.files[name] = data[offset : offset + size]
        cursor.end()

    def read(self, name):
        return self.files.get(name)

    def names(self):
        return [os.path.basename(name) for name in self.files]


# Manifest and schema


class RelationSchema:
    def __init__(self, cursor):
        self.name = cursor.string()

        def column():
            name, type, _flags = cursor.string(), cursor.u8(), cursor.u8()
            domain, _family = cursor.string(), cursor.string()
            _compression, _encoding = cursor.u8(), cursor.u8()
            require(BOOL <= type <= VECTOR, f"{cursor.name}: column {name}: type {type}")
            return Column(name, type, cursor.string(), cursor.varint(), domain)

        self.columns = cursor.many(column)
        names = [column.name for column in self.columns]

        def place(name):
            require(name in names, f"{cursor.name}: {self.name} has no column {name}")
            return names.index(name)

        self.key = [place(name) for name in cursor.many(cursor.string)]
        optional = lambda name: place(name) if name else None
        self.scope, self.target = optional(cursor.string()), optional(cursor.string())
        self.wholes = {i: place(c.part_of) for i, c in enumerate(self.columns) if c.part_of}
        require(self.name and self.key and all(names), f"{cursor.name}: a name or a key is missing")
        require(len(set(names)) == len(names), f"{cursor.name}: {self.name} has a column twice")


class Manifest:
    def __init__(self, data, name):
        require(32 <= len(data) <= 2**26 and data[:8] == b"SEGMANI1", f"{name}: not a manifest")
        (hash,) = struct.unpack("<Q", data[-8:])
        require(xxh3(data[:-8]) == hash, f"{name}: its hash is wrong")
        version, flags, _writer_flags, size = struct.unpack_from("<H2xIII", data, 8)
        check_version(version, flags, name)
        require(size == len(data) - 32, f"{name}: the size of its body")
        cursor = self.cursor = Cursor(data[24:-8], name)
        self.generation, self.parent, self.kind = cursor.varint(), cursor.varint(), cursor.u8()
        require(self.kind <= 2, f"{name}: kind {self.kind}")
        self.time, self.label = signed(cursor.u64()), cursor.string()
        self.next_segment = cursor.varint()
        self.domains = cursor.many(cursor.string)
        self.relations = cursor.many(lambda: RelationSchema(cursor))
        self.segments = cursor.many(self.segment)
        cursor.end()
        names, numbers = {r.name for r in self.relations}, {s.number for s in self.segments}
        require(len(names) == len(self.relations), f"{name}: a relation occurs twice")
        require(len(numbers) == len(self.segments), f"{name}: a segment occurs twice")

    def segment(self):
        cursor = self.cursor
        number, file_size, image_size = cursor.varint(), cursor.varint(), cursor.varint()
        name = f"{cursor.name}: segment {number}"
        require(number < self.next_segment, f"{name}: beyond the next")
        require(HEADER + FOOTER <= image_size <= file_size, f"{name}: its sizes")
        root, relations = cursor.u64(), cursor.many(self.relation)
        found = [r.relation for r in relations]
        require(found == sorted(set(found)), f"{name}: the order of its relations")
        require(all(r < len(self.relations) for r in found), f"{name}: no such relation")
        return SegmentRecord(number, file_size, image_size, root, relations)

    def relation(self):
        cursor = self.cursor
        relation, row_count, dead = cursor.varint(), cursor.varint(), None
        if cursor.flag():
            place = cursor.varint(), cursor.varint(), cursor.varint()
            dead = DeadRecord(*place, cursor.u64(), cursor.varint())
        return RelationRecord(relation, row_count, dead)


# Segment


def segment_name(number):
    return f"segments/{number:06}.seg"


class Segment:
    """A segment's image. Pages are checked when they are first used."""

    def __init__(self, data, record, manifest):
        self.number, self.name = record.number, segment_name(record.number)
        require(len(data) == record.file_size, f"{self.name}: the size of the file")
        self.image = data[: record.image_size]
        footer = self.image[-FOOTER:]
        require(footer[56:] == b"1ROTSGES", f"{self.name}: no footer")
        self.size, start, size, root, hash = struct.unpack_from("<QQI4xQ16xQ", footer)
        require(xxh3(footer[:48]) == hash, f"{self.name}: the footer's hash is wrong")
        require(root == record.root, f"{self.name}: not the root hash of the manifest")
        require(HEADER <= start and start + size == self.size, f"{self.name}: its directory")
        require(self.size <= record.image_size, f"{self.name}: the size of its data")
        # The data, hash level 0, which has the hashes of its pages, and so on.
        self.levels, at, below = [self.image[: self.size]], align8(self.size), self.size
        while len(self.levels) == 1 or below > PAGE:
            below = 8 * ceil_div(below, PAGE)
            self.levels.append(self.image[at : at + below])
            at += below
        require(at == record.image_size - FOOTER, f"{self.name}: its hash levels")
        require(xxh3(self.levels[-1]) == root, f"{self.name}: the root hash is wrong")
        self.checked, self.met = set(), set()
        header = self.bytes(0, HEADER)
        require(header[:8] == b"SEGSTOR1", f"{self.name}: not a segment")
        check_version(*struct.unpack_from("<H2xI", header, 8), self.name)

        cursor = Cursor(self.bytes(start, size), f"{self.name}: directory")
        dictionaries = cursor.many(lambda: Dictionary(self, cursor))
        self.dictionaries = {d.domain: d for d in dictionaries}
        domains = [d.domain for d in dictionaries]
        require(domains == sorted(self.dictionaries), f"{self.name}: order of dictionaries")
        require(all(d < len(manifest.domains) for d in domains), f"{self.name}: no such domain")
        relations = cursor.many(lambda: Relation(self, cursor, manifest.relations))
        self.relations = {r.number: r for r in relations}
        cursor.end()
        found = [(r.number, r.row_count) for r in relations]
        known = [(r.relation, r.row_count) for r in record.relations]
        require(found == known, f"{self.name}: not the relations of the manifest")

    def place(self, offset, size):
        require(offset + size <= self.size, f"{self.name}: a place outside of its data")
        return offset, size

    def bytes(self, offset, size):
        self.place(offset, size)
        for page in range(offset // PAGE, ceil_div(offset + size, PAGE)):
            self.check_page(0, page)
        return self.image[offset : offset + size]

    def check_page(self, level, page):
        if level == len(self.levels) - 1 or (level, page) in self.checked:
            return
        self.check_page(level + 1, page * 8 // PAGE)
        hash = int.from_bytes(self.levels[level + 1][page * 8 : page * 8 + 8], "little")
        where = f"page {page}" + (f" of hash level {level - 1}" if level else "")
        content = self.levels[level][page * PAGE : (page + 1) * PAGE]
        require(xxh3(content) == hash, f"{self.name}: {where}: its hash is wrong")
        self.checked.add((level, page))

    def section(self, cursor):
        return self.place(cursor.varint(), cursor.varint())

    def dictionary(self, domain):
        require(domain in self.dictionaries, f"{self.name}: no dictionary of domain {domain}")
        return self.dictionaries[domain]


class Packed:
    """Packed integers in a segment: one at a time, or all."""

    def __init__(self, segment, cursor):
        self.segment, self.offset = segment, cursor.varint()
        self.count, self.width = cursor.varint(), cursor.u8()
        require(self.width <= 32 and self.count < 2**32, f"{cursor.name}: packed integers")
        segment.place(self.offset, packed_size(self.count, self.width))

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        require(i < self.count, f"{self.segment.name}: no packed integer {i}")
        first, end = i * self.width, (i + 1) * self.width
        data = self.segment.bytes(self.offset + first // 8, ceil_div(end, 8) - first // 8)
        return int.from_bytes(data, "little") >> first % 8 & ((1 << self.width) - 1)

    def all(self):
        data = self.segment.bytes(self.offset, packed_size(self.count, self.width))
        return unpack(data, self.count, self.width)

    def bounds(self, i, limit):
        """Value i and the next, which bound a part of something that has `limit` in all."""
        low, high = self[i], self[i + 1]
        require(low <= high <= limit, f"{self.segment.name}: {low} to {high} of {limit}")
        return low, high


class Dictionary:
    """The strings of a domain, sorted, in groups."""

    def __init__(self, segment, cursor):
        self.segment = segment
        self.domain, self.count, self.shift = cursor.varint(), cursor.varint(), cursor.u8()
        self.name = f"{segment.name}: dictionary {self.domain}"
        self.offsets, self.strings = Packed(segment, cursor), segment.section(cursor)
        self.tail_offsets, self.tails = Packed(segment, cursor), segment.section(cursor)
        self.bits, self.starts = cursor.u8(), Packed(segment, cursor)
        self.tags, self.ids = segment.section(cursor), Packed(segment, cursor)
        self.groups = {}
        require(self.shift <= 8 and self.bits <= 31, f"{self.name}: group shift or hash bits")
        groups = ceil_div(self.count, 1 << self.shift)
        require(len(self.offsets) == groups + 1, f"{self.name}: count of groups")
        require(len(self.tail_offsets) >= 1, f"{self.name}: count of tails")
        require(len(self.starts) == 2**self.bits + 1, f"{self.name}: count of buckets")
        require(self.tags[1] == len(self.ids) == self.count, f"{self.name}: sizes of its index")

    def group(self, g):
        start, end = self.offsets.bounds(g, self.strings[1])
        cursor = Cursor(self.segment.bytes(self.strings[0] + start, end - start), self.name)
        strings, stem = [], b""
        for _ in range(min(1 << self.shift, self.count - (g << self.shift))):
            shared, size, tail = cursor.varint(), cursor.varint(), b""
            if len(self.tail_offsets) > 1:
                a, b = self.tail_offsets.bounds(cursor.varint(), self.tails[1])
                tail = bytes(self.segment.bytes(self.tails[0] + a, b - a))
                self.segment.met.add("tails")
            require(shared <= len(stem), f"{self.name}: more is shared than there is")
            stem = stem[:shared] + bytes(cursor.take(size))
            strings.append(stem + tail)
        cursor.end()
        return strings

    def __getitem__(self, i):
        require(i < self.count, f"{self.name}: no string {i}")
        g = i >> self.shift
        if g not in self.groups:
            self.groups[g] = self.group(g)
        return self.groups[g][i - (g << self.shift)]

    def find(self, string):
        """The string's id, or None."""
        h = xxh3(string)
        for j in range(*self.starts.bounds(h >> (64 - self.bits), self.count)):
            tag = self.segment.bytes(self.tags[0] + j, 1)[0]
            if tag == h & 255 and self[self.ids[j]] == string:
                return self.ids[j]
        return None

    def check(self):
        strings, ids = [self[i] for i in range(self.count)], self.ids.all()
        require(all(a < b for a, b in zip(strings, strings[1:])), f"{self.name}: order of strings")
        require(sorted(ids) == list(range(self.count)), f"{self.name}: ids of its index")
        hashes = [xxh3(strings[i]) for i in ids]
        require(hashes == sorted(hashes), f"{self.name}: order of its index")
        found = all(self.find(string) == i for i, string in enumerate(strings))
        require(found, f"{self.name}: a string is not found")


class Relation:
    """The rows of a relation in a segment."""

    def __init__(self, segment, cursor, schemas):
        self.segment, self.cache = segment, {}
        self.number, self.row_count = cursor.varint(), cursor.varint()
        self.name = f"{segment.name}: relation {self.number}"
        require(self.number < len(schemas), f"{self.name}: not in the schema")
        self.schema = schemas[self.number]
        place = cursor.varint(), cursor.varint()
        firsts = segment.bytes(place[1], 4 * place[0])
        # Where each group starts, and the end of the last.
        self.starts = [*struct.unpack(f"<{place[0]}I", firsts), self.row_count]
        sizes = [b - a for a, b in zip(self.starts, self.starts[1:])]
        require(self.starts[0] == 0 and all(0 < n <= 65535 for n in sizes), f"{self.name}: groups")
        # By number: kind, parameter, descriptors.
        column = lambda: [cursor.varint(), cursor.u8(), cursor.varint(), cursor.varint()]
        columns = cursor.many(column)
        self.columns = {number: record for number, *record in columns}
        require([c[0] for c in columns] == sorted(self.columns), f"{self.name}: order of columns")
        section = lambda: segment.section(cursor)
        self.families = cursor.many(lambda: (cursor.varint(), cursor.many(section)))
        for number, (kind, parameter, _) in self.columns.items():
            require(number < len(self.schema.columns), f"{self.name}: no column {number}")
            _, type, _, dimensions, _ = self.schema.columns[number]
            good = [
                kind == INTERNED and type != VECTOR and parameter in segment.dictionaries,
                kind == FIXED and type in (BOOL, INT, FLOAT, TIMESTAMP),
                kind == TEXT and type in (STRING, BYTES) and parameter < len(self.families),
                kind == VECTORS and type == VECTOR and parameter == 4 * dimensions,
            ]
            require(any(good), f"{self.name}: column {number}: kind {kind}, parameter {parameter}")
        self.key_offsets, self.key_rows = Packed(segment, cursor), Packed(segment, cursor)
        index = lambda: [Packed(segment, cursor) for _ in range(3)] if cursor.flag() else None
        self.target_index, self.scope_index = index(), index()

    def groups(self):
        return range(len(self.starts) - 1)

    def place(self, row):
        """The group of a row, and its place there."""
        require(row < self.row_count, f"{self.name}: no row {row}")
        g = bisect_right(self.starts, row) - 1
        return g, row - self.starts[g]

    def descriptor(self, descriptors, g):
        data = self.segment.bytes(descriptors + 48 * g, 48)
        d = Descriptor(*struct.unpack("<QIIBBBBIqqI4x", data))
        n = self.starts[g + 1] - self.starts[g]
        require(max(d.width, d.width2) <= 64 and d.nulls <= n, f"{self.name}: a block descriptor")
        return d, n

    # Blocks

    def integers(self, d, n):
        """The numbers of an integer block, None for nulls."""
        payload = Cursor(self.segment.bytes(d.offset, d.size), f"{self.name}: block at {d.offset}")
        nulls = self.nulls(payload, d, n)
        packed = lambda count, width: unpack(payload.take(packed_size(count, width)), count, width)
        plain = lambda count: list(struct.unpack(f"<{count}q", payload.take(8 * count)))
        require(d.encoding < len(ENCODINGS), f"{payload.name}: encoding {d.encoding}")
        encoding = ENCODINGS[d.encoding]
        self.segment.met.add(encoding)
        if encoding == "constant":
            values = [d.min] * n
        elif encoding == "bitPacked":
            values = [signed(d.min + a) for a in packed(n, d.width)]
        elif encoding == "runLength":
            require(0 < d.parts <= n, f"{payload.name}: count of runs")
            ends, runs, values = packed(d.parts, d.width2), packed(d.parts, d.width), []
            require( ends[-1] == n and ends == sorted(ends), f"{payload.name}: its runs")
            for end, value in zip(ends, runs):
                values += [signed(d.min + value)] * (end - len(values))
        elif encoding == "delta":
            step, checkpoints = payload.u64(), packed(ceil_div(n, 32), d.width)
            values = []
            for r, difference in enumerate(packed(n, d.width2)):
                if r % 32 == 0:
                    values.append(signed(d.min + checkpoints[r // 32]))
                else:
                    values.append(signed(values[-1] + step + difference))
        elif encoding == "dictionary":
            require(0 < d.parts <= n, f"{payload.name}: count of entries")
            entries, places = plain(d.parts), packed(n, d.width)
            require(max(places) < d.parts, f"{payload.name}: no such entry")
            values = [entries[a] for a in places]
        else:
            values = plain(n)
        payload.end()
        return [None if null else value for null, value in zip(nulls, values)]

    def nulls(self, payload, d, n):
        if d.nulls in (0, n):
            require(d.nulls == 0 or d.size == 0, f"{payload.name}: values, but all rows are null")
            return [d.nulls > 0] * n
        nulls = unpack(payload.take(8 * ceil_div(n, 64)), n, 1)
        require(sum(nulls) == d.nulls, f"{payload.name}: count of nulls")
        return nulls

    def numbers(self, column, g):
        """The integer block of a column: ids, values or lengths."""
        if (column, g) not in self.cache:
            if len(self.cache) > 1000:
                self.cache.clear()
            kind, domain, descriptors = self.columns[column]
            numbers = self.integers(*self.descriptor(descriptors, g))
            limit = self.segment.dictionary(domain).count if kind == INTERNED else 2**26 + 1
            if kind != FIXED:
                good = all(x is None or 0 <= x < limit for x in numbers)
                require(good, f"{self.name}: column {column}: an id or a length")
            self.cache[column, g] = numbers
        return self.cache[column, g]

    def stored(self, column, g, rows):
        """What a column has in these rows of a group: numbers, bytes or None."""
        if column not in self.columns:
            return [None for _ in rows]
        kind, parameter, descriptors = self.columns[column]
        if kind == VECTORS:
            return self.vectors(*self.descriptor(descriptors, g), parameter, rows)
        if kind == TEXT:
            descriptors, dictionaries = self.families[parameter]
            d, n = self.descriptor(descriptors, g)
            if d.compression == SLICE:
                return self.slices(column, self.integers(d, n), g, rows)
            frames = Frames(self, d, n, dictionaries)
            return self.texts(column, parameter, frames, g, rows)
        numbers = self.numbers(column, g)
        if kind == FIXED:
            return [numbers[r] for r in rows]
        dictionary = self.segment.dictionary(parameter)
        return [None if numbers[r] is None else dictionary[numbers[r]] for r in rows]

    def vectors(self, d, n, size, rows):
        require(d.encoding == VECTOR_BLOCK, f"{self.name}: encoding {d.encoding} of vectors")
        payload = Cursor(self.segment.bytes(d.offset, d.size), f"{self.name}: block at {d.offset}")
        nulls = self.nulls(payload, d, n)
        values = payload.take(n * size if d.nulls < n else 0)
        payload.end()
        self.segment.met.add("vectors")
        return [None if nulls[r] else values[r * size : (r + 1) * size] for r in rows]

    def slices(self, column, starts, g, rows):
        """Each value is a part of what another column has in the same row."""
        require(column in self.schema.wholes, f"{self.name}: column {column} is no part")
        lengths, values = self.numbers(column, g), []
        for r, whole in zip(rows, self.stored(self.schema.wholes[column], g, rows)):
            start, length = starts[r], lengths[r]
            require((start is None) == (length is None), f"{self.name}: nulls of slices")
            if start is not None:
                inside = whole is not None and 0 <= start <= len(whole) - length
                require(inside, f"{self.name}: a slice outside of its whole")
            values.append(None if start is None else whole[start : start + length])
        self.segment.met.add("slice")
        return values

    def texts(self, column, family, frames, g, rows):
        members = [c for c, (kind, f, _) in self.columns.items() if (kind, f) == (TEXT, family)]
        lengths, place = [self.numbers(member, g) for member in members], members.index(column)
        values, at, end = [], 0, 0
        for r in rows:
            if r >= end:
                k = bisect_right(frames.starts, r) - 1
                at, end = frames.starts[k], frames.starts[k + 1]
                sizes = [[member[q] or 0 for member in lengths] for q in range(at, end)]
                content = frames.content(k, sum(map(sum, sizes)))
            if lengths[place][r] is None:
                values.append(None)
            else:
                start = sum(map(sum, sizes[: r - at])) + sum(sizes[r - at][:place])
                values.append(content[start : start + lengths[place][r]])
        return values

    # Rows

    def rows(self, g, rows):
        """These rows of a group, as they are printed."""
        columns = []
        for number, column in enumerate(self.schema.columns):
            is_interned = self.columns.get(number, [None])[0] == INTERNED
            name = f"{self.name}: {column.name}"
            stored = self.stored(number, g, rows)
            columns.append([printed(value, column.type, is_interned, name) for value in stored])
        names = [column.name for column in self.schema.columns]
        return [dict(zip(names, values)) for values in zip(*columns)]

    def row(self, row):
        g, r = self.place(row)
        return self.rows(g, [r])[0]

    def find(self, key):
        """The row with a key, dead or not: bytes for what is interned, otherwise numbers."""
        numbers = []
        for column, part in zip(self.schema.key, key):
            kind, domain, _ = self.columns[column]
            numbers.append(self.segment.dictionary(domain).find(part) if kind == INTERNED else part)
            if numbers[-1] is None:
                return None
        low, high = self.key_offsets.bounds(numbers[0], len(self.key_rows))
        while low < high:
            middle = (low + high) // 2
            g, r = self.place(self.key_rows[middle])
            found = [self.numbers(column, g)[r] for column in self.schema.key]
            if found == numbers:
                return self.key_rows[middle]
            low, high = (middle + 1, high) if found < numbers else (low, middle)
        return None

    # Checks

    def check(self, dead):
        """Compares the blocks' descriptors and the indexes with the rows."""
        for number, (kind, family, descriptors) in self.columns.items():
            for g in self.groups():
                if kind != VECTORS:
                    self.check_range(self.descriptor(descriptors, g)[0], self.numbers(number, g))
                if kind == TEXT:
                    d, n = self.descriptor(self.families[family][0], g)
                    if d.compression == SLICE:
                        self.check_range(d, self.integers(d, n))
        keys = list(zip(*map(self.every, self.schema.key)))
        rows = self.key_rows.all()
        require(all(row < self.row_count for row in rows), f"{self.name}: key index: a row")
        indexed = [keys[row] for row in rows]
        firsts = self.entries(self.key_offsets, self.schema.key[0], len(rows))
        require(firsts == [key[0] for key in indexed], f"{self.name}: key index: ids")
        require(all(a < b for a, b in zip(indexed, indexed[1:])), f"{self.name}: key index: order")
        live = set(range(self.row_count)) - dead
        require(live <= set(rows), f"{self.name}: key index: a row is missing")

        found = [index is not None for index in (self.target_index, self.scope_index)]
        wanted = [column is not None for column in (self.schema.target, self.schema.scope)]
        require(found == wanted, f"{self.name}: its indexes are not those of the schema")
        if self.target_index:
            offsets, target_rows, near = self.target_index
            target_rows, ids = target_rows.all(), self.every(self.schema.target)
            require(sorted(target_rows) == sorted(rows), f"{self.name}: target index: its rows")
            far = self.entries(offsets, self.schema.target, len(near))
            found = list(zip(far, near.all(), target_rows))
            ends = (self.schema.key[0], self.schema.target)
            domains = [self.schema.columns[column].domain for column in ends]
            is_edge = domains[0] == domains[1]
            expected = [
                (far, near if is_edge else 0, row)
                for far, near, row in sorted((ids[row], keys[row][0], row) for row in target_rows)
            ]
            require(found == expected, f"{self.name}: target index: its entries")

        if self.scope_index:
            offsets, starts, counts = self.scope_index
            ids = self.entries(offsets, self.schema.scope, len(starts))
            runs = zip(ids, starts.all(), counts.all())
            found = sorted((row, id) for id, first, n in runs for row in range(first, first + n))
            good = found == list(enumerate(self.every(self.schema.scope)))
            require(good, f"{self.name}: scope index: its runs")

    def check_range(self, d, numbers):
        known = [x for x in numbers if x is not None] or [0]
        good = (d.min, d.max) == (min(known), max(known))
        require(good, f"{self.name}: block at {d.offset}: its minimum or maximum")

    def every(self, column):
        return [x for g in self.groups() for x in self.numbers(column, g)]

    def entries(self, offsets, column, count):
        """The id that each entry of an index is of, as its offsets have it."""
        offsets, ids = offsets.all(), self.segment.dictionary(self.columns[column][1]).count
        good = len(offsets) == ids + 1 and offsets == sorted(offsets)
        good = good and (offsets[0], offsets[-1]) == (0, count)
        require(good, f"{self.name}: an index's offsets")
        return [i for i in range(ids) for _ in range(offsets[i], offsets[i + 1])]


class Frames:
    """The frames of a text block."""

    def __init__(self, relation, d, n, dictionaries):
        self.segment, self.d, self.dictionaries = relation.segment, d, dictionaries
        self.name = f"{relation.name}: text block at {d.offset}"
        require(d.encoding == FRAMES, f"{self.name}: encoding {d.encoding}")
        sizes = align8(2 * d.parts), align8(packed_size(d.parts + 1, d.width))
        require(d.width <= 32 and sum(sizes) <= d.size, f"{self.name}: cut short")
        firsts, offsets = self.segment.bytes(d.offset, 2 * d.parts), d.offset + sizes[0]
        # The first row of each frame, and the end of the last.
        self.starts = [*struct.unpack(f"<{d.parts}H", firsts), n]
        counts = [b - a for a, b in zip(self.starts, self.starts[1:])]
        good = self.starts[0] == 0 and all(0 < count <= 64 for count in counts)
        require(good, f"{self.name}: rows of its frames")
        self.offsets = unpack(self.segment.bytes(offsets, sizes[1]), d.parts + 1, d.width)
        self.offset, self.size = d.offset + sum(sizes), d.size - sum(sizes)
        good = (self.offsets[0], self.offsets[-1]) == (0, self.size)
        good = good and self.offsets == sorted(self.offsets)
        require(good, f"{self.name}: offsets of its frames")

    def content(self, k, size):
        """Frame k, which decodes to so many bytes."""
        low, high = self.offsets[k], self.offsets[k + 1]
        frame = bytes(self.segment.bytes(self.offset + low, high - low))
        if len(frame) == size:
            self.segment.met.add("none")
            return frame
        name = f"{self.name}: frame {k}"
        require(size <= min(269484032, 32768 * len(frame)), f"{name}: it cannot hold {size} bytes")
        require(1 <= self.d.compression < SLICE, f"{name}: compression {self.d.compression}")
        compression = COMPRESSIONS[self.d.compression]
        self.segment.met.add(compression)
        try:
            if compression == "lz4":
                content = lz4.block.decompress(frame, uncompressed_size=size)
            elif compression == "hex":
                require(len(frame) == ceil_div(size, 2), f"{name}: its size")
                content = frame.hex().encode()[:size]
            else:
                decoder = zstandard.ZstdDecompressor(dict_data=self.dictionary(compression))
                whole = b"\x28\xb5\x2f\xfd" + frame
                content = decoder.decompress(whole, max_output_size=size, allow_extra_data=False)
        except (lz4.block.LZ4BlockError, zstandard.ZstdError) as error:
            raise Damage(f"{name}: {error}") from None
        require(len(content) == size, f"{name}: it decodes to another size")
        return content

    def dictionary(self, compression):
        if compression == "zstd":
            return None
        require(self.d.dictionary < len(self.dictionaries), f"{self.name}: no such dictionary")
        content = bytes(self.segment.bytes(*self.dictionaries[self.d.dictionary]))
        return zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_FULLDICT)


# Values


def printed(value, type, is_interned, name):
    """What a stored value is in JSON."""
    if value is None:
        return None
    if type in (STRING, ENUMERATION):
        return text(value, name)
    if type == BYTES:
        return base64.b64encode(value).decode()
    if type == VECTOR:
        return [number(x) for x in struct.unpack(f"<{len(value) // 4}f", value)]
    if is_interned:
        require(len(value) == 8, f"{name}: a number of {len(value)} bytes")
        value = int.from_bytes(value, "big") - 2**63
    if type == FLOAT:
        return number(struct.unpack("<d", struct.pack("<q", value))[0])
    if type == BOOL:
        require(value in (0, 1), f"{name}: a bool of {value}")
        return value == 1
    return value


def number(x):
    return x if math.isfinite(x) else str(x)


def key_part(value, type, is_interned):
    """What a value from JSON is in the store."""
    if type in (STRING, ENUMERATION):
        return value.encode()
    if type == BYTES:
        return base64.b64decode(value, validate=True)
    return (int(value) + 2**63).to_bytes(8, "big") if is_interned else int(value)


# Store


def dead_rows(files, record, row_count, name):
    """The rows in a list of dead ones."""
    require(record.file in files, f"{name}: no segment {record.file}")
    home, file = files[record.file]
    inside = home.image_size <= record.offset <= len(file) - record.size
    require(inside and record.offset % 8 == 0, f"{name}: out of place")
    data = file[record.offset : record.offset + record.size]
    require(xxh3(data) == record.hash, f"{name}: its hash is wrong")
    chunks = ceil_div(row_count, 4096)
    start = 8 + align8(4 * chunks)
    require(len(data) >= start, f"{name}: cut short")
    found_rows, found_dead, *bitmaps = struct.unpack_from(f"<II{chunks}I", data)
    require((found_rows, found_dead) == (row_count, record.count), f"{name}: its counts")
    dead = set()
    for chunk, bitmap in enumerate(bitmaps):
        if bitmap:
            end = start + 512 * bitmap
            require(end <= len(data), f"{name}: no bitmap {bitmap}")
            bits = unpack(data[end - 512 : end], 4096, 1)
            dead.update(4096 * chunk + r for r, bit in enumerate(bits) if bit)
    require(len(dead) == record.count, f"{name}: count of its bits")
    require(all(row < row_count for row in dead), f"{name}: no such row")
    return dead


class Store:
    """A store at a generation."""

    def __init__(self, path, generation=None):
        if not os.path.exists(path):
            raise Refused("there is no store")
        self.files = Pack(path) if os.path.isfile(path) else Directory(path)
        self.manifest, self.segments, self.dead = self.read_manifest(generation), [], {}
        while self.manifest and not self.open_segments():
            # A `gc` may have come between. Then there is a newer generation.
            before = self.manifest.generation
            self.manifest = self.read_manifest(generation)
            newer = self.manifest.generation != before
            require(newer, f"generation {before}: a segment is missing")

    def read_manifest(self, generation):
        data = self.files.read("manifest")
        if data is None:
            later = [n for n in self.files.names() if n.endswith((".manifest", ".seg"))]
            require(not later, f"there is no manifest, but {later}")
            if generation is not None:
                raise Refused(f"there is no generation {generation}")
            return None
        try:
            current = Manifest(data, "manifest")
            if generation in (None, current.generation):
                return current
            newest = current.generation
        except Damage:
            if generation is None:
                raise
            newest = generation  # who knows
        name = f"segments/{generation:06}.manifest"
        data = self.files.read(name) if generation <= newest else None
        if data is None:
            raise Refused(f"there is no generation {generation}")
        manifest = Manifest(data, name)
        require(manifest.generation == generation, f"{name}: of generation {manifest.generation}")
        return manifest

    def open_segments(self):
        files = {}
        for record in self.manifest.segments:
            data = self.files.read(segment_name(record.number))
            if data is None:
                return False
            files[record.number] = record, data
        self.segments = [Segment(data, record, self.manifest) for record, data in files.values()]
        for record in self.manifest.segments:
            for relation in record.relations:
                name = f"{segment_name(record.number)}: dead rows of relation {relation.relation}"
                if relation.dead:
                    rows = dead_rows(files, relation.dead, relation.row_count, name)
                    self.dead[record.number, relation.relation] = rows
        return True

    def relations(self, name):
        """The numbers of the relation with this name, or of all."""
        relations = self.manifest.relations if self.manifest else []
        numbers = [i for i, r in enumerate(relations) if name in (None, r.name)]
        if name is not None and not numbers:
            raise Refused(f"there is no relation {name}")
        return numbers

    def parts(self, number):
        """What each segment has of a relation, and which of its rows are dead."""
        for segment in self.segments:
            if number in segment.relations:
                yield segment.relations[number], self.dead.get((segment.number, number), set())

    def rows(self, number):
        for relation, dead in self.parts(number):
            for g in relation.groups():
                first, end = relation.starts[g : g + 2]
                for row, values in zip(range(first, end), relation.rows(g, range(end - first))):
                    if row not in dead:
                        yield relation, row, values

    def find(self, number, key):
        """The live row with a key, or None: what its segment has of the relation, its number."""
        schema, found = self.manifest.relations[number], None
        if not isinstance(key, list) or len(key) != len(schema.key):
            raise Refused(f"a key of {schema.name} is an array of {len(schema.key)}")
        for relation, dead in self.parts(number):
            parts = [
                key_part(part, schema.columns[column].type, relation.columns[column][0] == INTERNED)
                for column, part in zip(schema.key, key)
            ]
            row = relation.find(parts)
            if row is not None and row not in dead:
                require(found is None, f"{relation.name}: a key with two live rows")
                found = relation, row
        return found

    def check(self):
        """Compares everything with everything: the count of live rows, and what was met."""
        count, met = 0, set()
        for segment in self.segments:
            segment.bytes(0, segment.size)
            for dictionary in segment.dictionaries.values():
                dictionary.check()
        for number in self.relations(None):
            schema = self.manifest.relations[number]
            for relation, dead in self.parts(number):
                relation.check(dead)
            for relation, row, values in self.rows(number):
                key = [values[schema.columns[column].name] for column in schema.key]
                found = self.find(number, key) == (relation, row)
                require(found, f"{relation.name}: row {row}: its key leads elsewhere")
                count += 1
        for segment in self.segments:
            met |= segment.met
        return count, met


def run(arguments):
    store = Store(arguments.store, arguments.at)
    line = lambda name, row: json.dumps({"relation": name, "row": row}, ensure_ascii=False)
    if arguments.check:
        count, met = store.check()
        print(f"{count} rows, nothing wrong;", *sorted(met))
    elif arguments.find:
        name, key = arguments.find
        found = store.find(store.relations(name)[0], json.loads(key))
        if found is None:
            raise Refused(f"{name} has no row {key}")
        print(line(name, found[0].row(found[1])))
    else:
        for number in store.relations(arguments.relation):
            for relation, _, values in store.rows(number):
                print(line(relation.schema.name, values))


def main():
    parser = argparse.ArgumentParser(description="Reads a segstore store.")
    parser.add_argument("store", metavar="STORE", help="a directory or a pack")
    parser.add_argument("--at", type=int, metavar="GENERATION", help="instead of the current one")
    parser.add_argument("--relation", metavar="R", help="print only its rows")
    parser.add_argument("--check", action="store_true", help="check everything, print no rows")
    parser.add_argument("--find", nargs=2, metavar=("RELATION", "KEY"), help="KEY is a JSON array")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8")
    try:
        run(arguments)
    except Damage as damage:
        print(f"damaged: {damage}", file=sys.stderr)
        return 5
    except (Refused, OSError, ValueError) as error:
        print(f"{arguments.store}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
