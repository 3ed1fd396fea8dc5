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
from collections import Counter, namedtuple

import lz4.block
import xxhash
import zstandard

VERSION = 1
PAGE = 4096
HEADER = FOOTER = 64
BOOL, INT, FLOAT, STRING, BYTES, TIMESTAMP, ENUMERATION, VECTOR = range(1, 9)
INTERNED, FIXED, TEXT, VECTORS = range(4)  # kinds of columns
CONSTANT, BIT_PACKED, RUN_LENGTH, DELTA, DICTIONARY, PLAIN, FRAMES, VECTOR_BLOCK = *range(6), 16, 32
NONE, LZ4, ZSTD, ZSTD_DICTIONARY, HEX, SLICE = range(6)  # compressions


class Damage(Exception):
    """The store breaks a rule of FORMAT.md."""


class Refused(Exception):
    """The store is in order, as far as can be told, but cannot be read so."""


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
    """The sum of 64-bit values: modulo 2^64, and then read as two's complement."""
    return ((n + 2**63) & (2**64 - 1)) - 2**63


def text(data, what):
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError:
        raise Damage(f"{what}: not UTF-8") from None


def unpack(data, count, width):
    """`count` integers of `width` bits; 64 at a time, which end with a whole byte."""
    if width == 0:
        return [0] * count
    values, mask = [], (1 << width) - 1
    for first in range(0, count, 64):
        n = int.from_bytes(data[first // 8 * width : (first // 8 + 8) * width], "little")
        for _ in range(min(64, count - first)):
            values.append(n & mask)
            n >>= width
    return values


class Cursor:
    """Takes one field after the other; whatever is not there is damage."""

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

    def i64(self):
        return signed(self.u64())

    def varint(self):
        value = shift = 0
        while True:
            byte = self.u8()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                require(value < 2**64, f"{self.name}: a number of more than 64 bits")
                return value
            require(shift < 70, f"{self.name}: a number of more than 64 bits")

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
        raise Refused(f"{name}: too new: version {version}, reader flags {flags:#x}")


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
        return ["segments/" + n for n in (os.listdir(folder) if os.path.isdir(folder) else [])]


class Pack:
    """A store's files in one."""

    def __init__(self, path):
        data = Directory("").read(path)
        require(len(data) >= 32 and data[:8] == b"SEGPACK1", f"{path}: neither a store nor a pack")
        version, flags, size = struct.unpack_from("<H2xII", data, 8)
        require(size <= len(data) - 32, f"{path}: directory cut short")
        (hash,) = struct.unpack_from("<Q", data, 24 + size)
        require(xxh3(data[: 24 + size]) == hash, f"{path}: the directory's hash is wrong")
        check_version(version, flags, path)
        self.files = {}
        cursor = Cursor(data[24 : 24 + size], path)
        for _ in range(cursor.varint()):
            name, offset, size = cursor.string(), cursor.varint(), cursor.varint()
            require(name not in self.files, f"{path}: {name} occurs twice")
            require(offset % PAGE == 0 and offset + size <= len(data), f"{path}: {name} is cut short")
            self.files[name] = data[offset : offset + size]
        cursor.end()

    def read(self, name):
        return self.files.get(name)

    def names(self):
        return list(self.files)


# Manifest and schema

SegmentRecord = namedtuple("SegmentRecord", "number file_size image_size root relations")
RelationRecord = namedtuple("RelationRecord", "relation row_count dead")
DeadRecord = namedtuple("DeadRecord", "file offset size hash count")
Column = namedtuple("Column", "name type nullable part_of dimensions")


class RelationSchema:
    def __init__(self, cursor, domains):
        self.name = cursor.string()

        def column():
            name, type, flags, domain = cursor.string(), cursor.u8(), cursor.u8(), cursor.string()
            _family, _compression, _encoding = cursor.string(), cursor.u8(), cursor.u8()
            part_of, dimensions = cursor.string(), cursor.varint()
            require(name and BOOL <= type <= VECTOR, f"{cursor.name}: column {name}: type {type}")
            require(not domain or domain in domains, f"{cursor.name}: no domain {domain}")
            return Column(name, type, flags & 1 != 0, part_of, dimensions)

        self.columns = cursor.many(column)
        places = {c.name: i for i, c in enumerate(self.columns)}
        require(self.name and len(places) == len(self.columns), f"{cursor.name}: names of columns")

        def place(name):
            require(name in places, f"{cursor.name}: no column {name}")
            return places[name]

        self.key = [place(name) for name in cursor.many(cursor.string)]
        require(self.key, f"{cursor.name}: {self.name} has no key")
        scope, target = cursor.string(), cursor.string()
        self.scope = place(scope) if scope else None
        self.target = place(target) if target else None
        self.wholes = {i: place(c.part_of) for i, c in enumerate(self.columns) if c.part_of}


class Manifest:
    def __init__(self, data, name):
        require(32 <= len(data) <= 2**26 and data[:8] == b"SEGMANI1", f"{name}: not a manifest")
        require(xxh3(data[:-8]) == int.from_bytes(data[-8:], "little"), f"{name}: wrong hash")
        version, flags, _writer_flags, size = struct.unpack_from("<H2xIII", data, 8)
        check_version(version, flags, name)
        require(size == len(data) - 32, f"{name}: wrong size of the body")
        cursor = self.cursor = Cursor(data[24:-8], name)
        self.generation, self.parent, self.kind = cursor.varint(), cursor.varint(), cursor.u8()
        require(self.kind <= 2, f"{name}: kind {self.kind}")
        self.time, self.label, self.next_segment = cursor.i64(), cursor.string(), cursor.varint()
        self.domains = cursor.many(cursor.string)
        self.relations = cursor.many(lambda: RelationSchema(cursor, self.domains))
        names = {relation.name for relation in self.relations}
        require(len(names) == len(self.relations), f"{name}: names of relations")
        self.segments = cursor.many(self.segment)
        numbers = {s.number for s in self.segments}
        require(len(numbers) == len(self.segments), f"{name}: a segment occurs twice")
        cursor.end()

    def segment(self):
        cursor = self.cursor
        number, file_size, image_size = cursor.varint(), cursor.varint(), cursor.varint()
        require(number < self.next_segment, f"{cursor.name}: segment {number}")
        require(HEADER + FOOTER <= image_size <= file_size, f"{cursor.name}: sizes of {number}")
        record = SegmentRecord(number, file_size, image_size, cursor.u64(), cursor.many(self.relation))
        found = [r.relation for r in record.relations]
        require(found == sorted(set(found)), f"{cursor.name}: relations of segment {number}")
        require(not found or found[-1] < len(self.relations), f"{cursor.name}: no such relation")
        return record

    def relation(self):
        cursor = self.cursor
        relation, row_count, has_dead = cursor.varint(), cursor.varint(), cursor.u8()
        require(has_dead <= 1, f"{cursor.name}: has dead rows {has_dead}")
        dead = None
        if has_dead:
            place = cursor.varint(), cursor.varint(), cursor.varint()
            dead = DeadRecord(*place, cursor.u64(), cursor.varint())
        return RelationRecord(relation, row_count, dead)


# Segment

Section = namedtuple("Section", "offset size")
Descriptor = namedtuple(
    "Descriptor",
    "offset size null_count encoding compression width second_width parts min max dictionary",
)


class Packed:
    """Packed integers in a segment; one at a time, or all."""

    def __init__(self, segment, cursor):
        self.segment = segment
        self.offset, self.count, self.width = cursor.varint(), cursor.varint(), cursor.u8()
        require(self.width <= 32, f"{segment.name}: packed in {self.width} bits")
        segment.place(self.offset, packed_size(self.count, self.width))

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        require(i < self.count, f"{self.segment.name}: no packed value {i}")
        first, end = i * self.width, (i + 1) * self.width
        data = self.segment.bytes(self.offset + first // 8, ceil_div(end, 8) - first // 8)
        return int.from_bytes(data, "little") >> first % 8 & ((1 << self.width) - 1)

    def all(self):
        data = self.segment.bytes(self.offset, packed_size(self.count, self.width))
        return unpack(data, self.count, self.width)

    def range(self, i, limit):
        """Value i and the next, which bound a range of something that has `limit` in all."""
        low, high = self[i], self[i + 1]
        require(low <= high <= limit, f"{self.segment.name}: a range {low}..<{high} of {limit}")
        return low, high


class Segment:
    """The image of a segment: pages that are checked when they are first used."""

    def __init__(self, data, record, manifest):
        self.number, self.name = record.number, segment_name(record.number)
        require(len(data) == record.file_size, f"{self.name}: wrong size of the file")
        self.file, self.image = data, data[: record.image_size]
        footer = self.image[-FOOTER:]
        require(footer[56:] == b"1ROTSGES", f"{self.name}: no footer")
        require(xxh3(footer[:48]) == int.from_bytes(footer[48:56], "little"), f"{self.name}: footer")
        data_size, offset, size, root = struct.unpack_from("<QQI4xQ", footer)
        require(HEADER <= offset and offset + size == data_size, f"{self.name}: directory")
        require(root == record.root, f"{self.name}: not the root hash of the manifest")
        # Hash level 0 has the hashes of the data's pages, each other those of the one below.
        require(data_size <= record.image_size, f"{self.name}: size of the data")
        self.levels, at, below = [self.image[:data_size]], align8(data_size), data_size
        while True:
            below = 8 * ceil_div(below, PAGE)
            self.levels.append(self.image[at : at + below])
            at += below
            if below <= PAGE:
                break
        require(at == record.image_size - FOOTER, f"{self.name}: hash levels")
        require(xxh3(self.levels[-1]) == root, f"{self.name}: the root hash is wrong")
        self.right = [set() for _ in self.levels]
        self.data_size = data_size
        header = self.bytes(0, HEADER)
        require(header[:8] == b"SEGSTOR1", f"{self.name}: not a segment")
        version, flags = struct.unpack_from("<H2xI", header, 8)
        check_version(version, flags, self.name)

        cursor = Cursor(self.bytes(offset, size), f"{self.name}: directory")
        dictionaries = cursor.many(lambda: Dictionary(self, cursor))
        self.dictionaries = {d.domain: d for d in dictionaries}
        require(len(self.dictionaries) == len(dictionaries), f"{self.name}: a domain occurs twice")
        require(all(d < len(manifest.domains) for d in self.dictionaries), f"{self.name}: domain")
        relations = cursor.many(lambda: Relation(self, cursor, manifest))
        self.relations = {r.number: r for r in relations}
        cursor.end()
        require(
            sorted((r.number, r.row_count) for r in relations)
            == [(r.relation, r.row_count) for r in record.relations],
            f"{self.name}: not the relations of the manifest",
        )

    def place(self, offset, size):
        require(offset + size <= self.data_size, f"{self.name}: outside of the data")

    def bytes(self, offset, size):
        self.place(offset, size)
        for page in range(offset // PAGE, ceil_div(offset + size, PAGE)):
            self.check_page(0, page)
        return self.image[offset : offset + size]

    def check_page(self, level, page):
        if level == len(self.levels) - 1 or page in self.right[level]:
            return
        self.check_page(level + 1, page * 8 // PAGE)
        hash = int.from_bytes(self.levels[level + 1][page * 8 : page * 8 + 8], "little")
        content = self.levels[level][page * PAGE : (page + 1) * PAGE]
        where = f"page {page}" + (f" of hash level {level - 1}" if level else "")
        require(xxh3(content) == hash, f"{self.name}: {where}: its hash is wrong")
        self.right[level].add(page)

    def section(self, cursor):
        section = Section(cursor.varint(), cursor.varint())
        self.place(*section)
        return section

    def dictionary(self, domain):
        require(domain in self.dictionaries, f"{self.name}: no dictionary of domain {domain}")
        return self.dictionaries[domain]


def segment_name(number):
    return f"segments/{number:06}.seg"


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
        require(self.shift <= 8 and self.bits <= 31, f"{self.name}: shifts")
        groups = ceil_div(self.count, 1 << self.shift)
        require(len(self.offsets) == groups + 1, f"{self.name}: count of groups")
        require(len(self.tail_offsets) >= 1, f"{self.name}: count of tails")
        require(len(self.starts) == 2**self.bits + 1, f"{self.name}: count of buckets")
        require(self.tags.size == len(self.ids) == self.count, f"{self.name}: sizes of its index")
        self.groups = {}

    def group(self, g):
        if g in self.groups:
            return self.groups[g]
        start, end = self.offsets.range(g, self.strings.size)
        cursor = Cursor(self.segment.bytes(self.strings.offset + start, end - start), self.name)
        strings, stem = [], b""
        for _ in range(min(1 << self.shift, self.count - (g << self.shift))):
            shared, size = cursor.varint(), cursor.varint()
            tail = b""
            if len(self.tail_offsets) > 1:
                a, b = self.tail_offsets.range(cursor.varint(), self.tails.size)
                tail = bytes(self.segment.bytes(self.tails.offset + a, b - a))
            require(shared <= len(stem), f"{self.name}: more is shared than there is")
            stem = stem[:shared] + bytes(cursor.take(size))
            strings.append(stem + tail)
        cursor.end()
        self.groups[g] = strings
        return strings

    def __getitem__(self, i):
        require(i < self.count, f"{self.name}: no string {i}")
        return self.group(i >> self.shift)[i & ((1 << self.shift) - 1)]

    def find(self, string):
        """The string's id, or None."""
        h = xxh3(string)
        for j in range(*self.starts.range(h >> (64 - self.bits), self.count)):
            if self.segment.bytes(self.tags.offset + j, 1)[0] == h & 255:
                if self[self.ids[j]] == string:
                    return self.ids[j]
        return None

    def check(self):
        strings = [self[i] for i in range(self.count)]
        require(all(a < b for a, b in zip(strings, strings[1:])), f"{self.name}: not sorted")
        ids, starts = self.ids.all(), self.starts.all()
        require(sorted(ids) == list(range(self.count)), f"{self.name}: ids of its index")
        hashes = [xxh3(strings[i]) for i in ids]
        require(hashes == sorted(hashes), f"{self.name}: its index is not sorted")
        require((starts[0], starts[-1]) == (0, self.count), f"{self.name}: its buckets")
        for i, string in enumerate(strings):
            require(self.find(string) == i, f"{self.name}: string {i} is not found")


class Relation:
    """The rows of a relation in a segment."""

    def __init__(self, segment, cursor, manifest):
        self.segment = segment
        self.number, self.row_count = cursor.varint(), cursor.varint()
        self.name = f"{segment.name}: relation {self.number}"
        require(self.number < len(manifest.relations), f"{self.name}: not in the schema")
        self.schema = manifest.relations[self.number]
        group_count, first = cursor.varint(), cursor.varint()
        segment.place(first, 4 * group_count)
        self.first_rows = list(struct.unpack(f"<{group_count}I", segment.bytes(first, 4 * group_count)))
        bounds = self.bounds = self.first_rows + [self.row_count]
        require(bounds[0] == 0, f"{self.name}: its first row")
        require(all(0 < b - a <= 65535 for a, b in zip(bounds, bounds[1:])), f"{self.name}: groups")
        # Number: (kind, parameter, descriptors).
        columns = cursor.many(lambda: (cursor.varint(), (cursor.u8(), cursor.varint(), cursor.varint())))
        self.columns = dict(columns)
        numbers = [number for number, _ in columns]
        require(numbers == sorted(set(numbers)), f"{self.name}: order of its columns")
        require(all(n < len(self.schema.columns) for n in numbers), f"{self.name}: no such column")
        self.families = cursor.many(
            lambda: (cursor.varint(), cursor.many(lambda: segment.section(cursor)))
        )
        for number, (kind, parameter, _) in columns:
            column = self.schema.columns[number]
            if kind == INTERNED:
                segment.dictionary(parameter)
            elif kind == TEXT:
                require(parameter < len(self.families), f"{self.name}: family {parameter}")
            elif kind == VECTORS:
                fits = column.type == VECTOR and parameter == 4 * column.dimensions
                require(fits, f"{self.name}: {column.name}: size of a vector")
            else:
                require(kind == FIXED, f"{self.name}: kind {kind}")
        packed = lambda: Packed(segment, cursor)
        self.key_offsets, self.key_rows = packed(), packed()
        self.target_index = (packed(), packed(), packed()) if self.flag(cursor) else None
        self.scope_index = (packed(), packed(), packed()) if self.flag(cursor) else None
        self.blocks = {}  # the numbers of the groups that were last used

    def flag(self, cursor):
        value = cursor.u8()
        require(value <= 1, f"{self.name}: a flag of {value}")
        return value

    def size(self, g):
        return self.bounds[g + 1] - self.bounds[g]

    def descriptor(self, descriptors, g):
        fields = struct.unpack("<QIIBBBBIqqI4x", self.segment.bytes(descriptors + 48 * g, 48))
        d = Descriptor(*fields)
        require(d.width <= 64 and d.second_width <= 64, f"{self.name}: a width above 64")
        require(d.null_count <= self.size(g), f"{self.name}: a null count of {d.null_count}")
        self.segment.place(d.offset, d.size)
        return d

    # Blocks

    def integers(self, d, n):
        """The numbers of an integer block, None for nulls."""
        payload = Cursor(self.segment.bytes(d.offset, d.size), f"{self.name}: block at {d.offset}")
        if d.null_count == n:
            require(d.encoding == CONSTANT, f"{payload.name}: nulls are not constant")
            payload.end()
            return [None] * n
        nulls = self.nulls(payload, d, n)
        packed = lambda count, width: unpack(payload.take(packed_size(count, width)), count, width)
        plain = lambda count: list(struct.unpack(f"<{count}q", payload.take(8 * count)))
        if d.encoding == CONSTANT:
            values = [d.min] * n
        elif d.encoding == BIT_PACKED:
            values = [signed(d.min + a) for a in packed(n, d.width)]
        elif d.encoding == RUN_LENGTH:
            ends, runs = packed(d.parts, d.second_width), packed(d.parts, d.width)
            require(ends and ends[-1] == n and ends == sorted(ends), f"{payload.name}: ends of runs")
            values = []
            for end, value in zip(ends, runs):
                values += [signed(d.min + value)] * (end - len(values))
        elif d.encoding == DELTA:
            step, checkpoints = payload.i64(), packed(ceil_div(n, 32), d.width)
            values = []
            for r, difference in enumerate(packed(n, d.second_width)):
                if r % 32 == 0:
                    values.append(signed(d.min + checkpoints[r // 32]))
                else:
                    values.append(signed(values[-1] + step + difference))
        elif d.encoding == DICTIONARY:
            entries, places = plain(d.parts), packed(n, d.width)
            require(max(places) < d.parts, f"{payload.name}: no such entry")
            values = [entries[a] for a in places]
        else:
            require(d.encoding == PLAIN, f"{payload.name}: encoding {d.encoding}")
            values = plain(n)
        payload.end()
        return [None if null else value for null, value in zip(nulls, values)]

    def nulls(self, payload, d, n):
        if d.null_count == 0:
            return [0] * n
        nulls = unpack(payload.take(8 * ceil_div(n, 64)), n, 1)
        require(sum(nulls) == d.null_count, f"{payload.name}: count of nulls")
        return nulls

    def numbers(self, column, g):
        """The integer block of a column: ids, values or lengths."""
        if (column, g) not in self.blocks:
            if len(self.blocks) > 1000:
                self.blocks.clear()
            kind, parameter, descriptors = self.columns[column]
            d = self.descriptor(descriptors, g)
            require(kind != VECTORS and d.compression == NONE, f"{self.name}: no integer block")
            numbers = self.integers(d, self.size(g))
            limit = self.segment.dictionary(parameter).count if kind == INTERNED else 2**26 + 1
            if kind != FIXED:
                good = all(x is None or 0 <= x < limit for x in numbers)
                require(good, f"{self.name}: column {column}: an id or a length out of range")
            self.blocks[column, g] = numbers
        return self.blocks[column, g]

    def stored(self, column, g, rows):
        """What a column has in these rows of a group: numbers, bytes or None."""
        if column not in self.columns:
            return [None for _ in rows]
        kind, parameter, descriptors = self.columns[column]
        if kind == VECTORS:
            return self.vectors(self.descriptor(descriptors, g), self.size(g), parameter, rows)
        numbers = self.numbers(column, g)
        if kind == TEXT:
            return self.texts(column, parameter, g, rows)
        if kind == FIXED:
            return [numbers[r] for r in rows]
        dictionary = self.segment.dictionary(parameter)
        return [None if numbers[r] is None else dictionary[numbers[r]] for r in rows]

    def vectors(self, d, n, size, rows):
        require(d.encoding == VECTOR_BLOCK, f"{self.name}: encoding {d.encoding} of vectors")
        payload = Cursor(self.segment.bytes(d.offset, d.size), f"{self.name}: block at {d.offset}")
        if d.null_count == n:
            payload.end()
            return [None for _ in rows]
        nulls, values = self.nulls(payload, d, n), payload.take(n * size)
        payload.end()
        return [None if nulls[r] else values[r * size : (r + 1) * size] for r in rows]

    def texts(self, column, family, g, rows):
        descriptors, dictionaries = self.families[family]
        d = self.descriptor(descriptors, g)
        if d.compression == SLICE:
            starts, lengths = self.integers(d, self.size(g)), self.numbers(column, g)
            require(column in self.schema.wholes, f"{self.name}: column {column} is no part")
            wholes = self.stored(self.schema.wholes[column], g, rows)
            values = []
            for r, whole in zip(rows, wholes):
                start, length = starts[r], lengths[r]
                require((start is None) == (length is None), f"{self.name}: nulls of slices")
                if start is not None:
                    inside = whole is not None and 0 <= start <= len(whole) - length
                    require(inside, f"{self.name}: a slice outside of its whole")
                values.append(None if start is None else whole[start : start + length])
            return values
        require(d.encoding == FRAMES, f"{self.name}: encoding {d.encoding} of texts")
        members = [c for c, (kind, f, _) in self.columns.items() if (kind, f) == (TEXT, family)]
        lengths = [self.numbers(member, g) for member in members]
        place = members.index(column)
        frames = Frames(self, d, dictionaries, self.size(g))
        values, k, end = [], -1, 0
        for r in rows:
            if r >= end:
                k = bisect_right(frames.first_rows, r) - 1
                at, end = frames.first_rows[k], frames.first_rows[k + 1]
                sizes = [[of[q] or 0 for of in lengths] for q in range(at, end)]
                content = frames.decode(k, sum(map(sum, sizes)))
                starts, total = [], 0
                for row in sizes:
                    starts.append(total + sum(row[:place]))
                    total += sum(row)
            length, start = lengths[place][r], starts[r - at]
            values.append(None if length is None else content[start : start + length])
        return values

    # Look-ups

    def find(self, key):
        """The row with a key (bytes for what is interned, otherwise numbers), dead or not."""
        numbers = []
        for column, part in zip(self.schema.key, key):
            kind, domain, _ = self.columns[column]
            if kind == INTERNED:
                part = self.segment.dictionary(domain).find(part)
                if part is None:
                    return None
            numbers.append(part)
        low, high = self.key_offsets.range(numbers[0], len(self.key_rows))
        while low < high:
            middle = (low + high) // 2
            row = self.key_rows[middle]
            found = self.key_numbers(row)
            if found == numbers:
                return row
            low, high = (middle + 1, high) if found < numbers else (low, middle)
        return None

    def key_numbers(self, row):
        require(row < self.row_count, f"{self.name}: no row {row}")
        g = bisect_right(self.first_rows, row) - 1
        return [self.numbers(column, g)[row - self.first_rows[g]] for column in self.schema.key]

    def row(self, row):
        """A row as it is printed."""
        g = bisect_right(self.first_rows, row) - 1
        return next(self.rows(g, [row - self.first_rows[g]]))

    def rows(self, g, rows):
        columns = []
        for number, column in enumerate(self.schema.columns):
            name = f"{self.name}: {column.name}"
            kind = self.columns[number][0] if number in self.columns else None
            stored = self.stored(number, g, rows)
            columns.append([printed(value, column.type, kind, name) for value in stored])
        names = [column.name for column in self.schema.columns]
        return (dict(zip(names, values)) for values in zip(*columns))

    # Checks

    def check(self, dead):
        """Compares the descriptors and the indexes with the rows."""
        schema, groups = self.schema, range(len(self.first_rows))
        for number, (kind, family, descriptors) in self.columns.items():
            for g in groups:
                if kind != VECTORS:
                    self.check_range(self.descriptor(descriptors, g), self.numbers(number, g))
                if kind == TEXT:
                    d = self.descriptor(self.families[family][0], g)
                    if d.compression == SLICE:
                        self.check_range(d, self.integers(d, self.size(g)))

        def every(column):
            return [x for g in groups for x in self.numbers(column, g)]

        def entries(offsets, column, values):
            """The id of each entry of an index, as its offsets have it."""
            offsets = offsets.all()
            count = self.segment.dictionary(self.columns[column][1]).count
            require(len(offsets) == count + 1, f"{self.name}: an index's count of offsets")
            require((offsets[0], offsets[-1]) == (0, len(values)), f"{self.name}: index offsets")
            require(offsets == sorted(offsets), f"{self.name}: an index's offsets go down")
            return [i for i in range(count) for _ in range(offsets[i + 1] - offsets[i])]

        keys = list(zip(*(every(column) for column in schema.key)))
        key_rows = self.key_rows.all()
        require(max(key_rows) < self.row_count, f"{self.name}: key index: no such row")
        indexed = [keys[row] for row in key_rows]
        ids = entries(self.key_offsets, schema.key[0], key_rows)
        require(ids == [key[0] for key in indexed], f"{self.name}: key index: wrong ids")
        require(all(a < b for a, b in zip(indexed, indexed[1:])), f"{self.name}: key index: order")
        require(len(indexed) == len(set(keys)), f"{self.name}: key index: not every key")
        live = [row for row in range(self.row_count) if row not in dead]
        require(set(live) <= set(key_rows), f"{self.name}: key index: a live row is missing")

        require((schema.target is None) == (self.target_index is None), f"{self.name}: target index")
        if schema.target is not None:
            offsets, target_rows, near = self.target_index
            target_rows, near, ids = target_rows.all(), near.all(), every(schema.target)
            far = entries(offsets, schema.target, target_rows)
            require(len(near) == len(target_rows), f"{self.name}: target index: neighbours")
            require(set(target_rows) <= set(key_rows), f"{self.name}: target index: a dead row")
            require(set(live) <= set(target_rows), f"{self.name}: target index: a row is missing")
            found = [(ids[row], keys[row][0], row) for row in target_rows]
            require(found == list(zip(far, near, target_rows)), f"{self.name}: target index: ids")
            ordered = all(a < b for a, b in zip(found, found[1:]))
            require(ordered, f"{self.name}: target index: order")

        require((schema.scope is None) == (self.scope_index is None), f"{self.name}: scope index")
        if schema.scope is not None:
            offsets, starts, counts = self.scope_index
            starts, counts = starts.all(), counts.all()
            require(len(starts) == len(counts), f"{self.name}: scope index: counts")
            runs = zip(entries(offsets, schema.scope, starts), starts, counts)
            found = sorted((row, i) for i, start, count in runs for row in range(start, start + count))
            require(found == list(enumerate(every(schema.scope))), f"{self.name}: scope index: rows")

    def check_range(self, d, numbers):
        known = [x for x in numbers if x is not None] or [0]
        right = (d.min, d.max) == (min(known), max(known))
        require(right, f"{self.name}: block at {d.offset}: minimum or maximum")


class Frames:
    """The frames of a text block."""

    def __init__(self, relation, d, dictionaries, n):
        self.segment, self.d, self.dictionaries = relation.segment, d, dictionaries
        self.name = f"{relation.name}: text block at {d.offset}"
        sizes = align8(2 * d.parts), align8(packed_size(d.parts + 1, d.width))
        require(sum(sizes) <= d.size, f"{self.name}: cut short")
        firsts = self.segment.bytes(d.offset, 2 * d.parts)
        self.first_rows = [*struct.unpack(f"<{d.parts}H", firsts), n]
        steps = zip(self.first_rows, self.first_rows[1:])
        good = self.first_rows[0] == 0 and all(0 < b - a <= 64 for a, b in steps)
        require(good, f"{self.name}: rows of its frames")
        self.start, self.size = d.offset + sum(sizes), d.size - sum(sizes)
        offsets = self.segment.bytes(d.offset + sizes[0], sizes[1])
        self.offsets = unpack(offsets, d.parts + 1, d.width)
        require(self.offsets[0] == 0 and self.offsets[-1] == self.size, f"{self.name}: its end")

    def decode(self, k, size):
        low, high = self.offsets[k], self.offsets[k + 1]
        require(low <= high <= self.size, f"{self.name}: frame {k}: offsets")
        frame = self.segment.bytes(self.start + low, high - low)
        if len(frame) == size:
            return frame
        require(size <= 269484032 and size <= 32768 * len(frame), f"{self.name}: frame {k}: size")
        try:
            content = self.decompress(frame, size)
        except (lz4.block.LZ4BlockError, zstandard.ZstdError) as error:
            raise Damage(f"{self.name}: frame {k}: {error}") from None
        require(len(content) == size, f"{self.name}: frame {k}: decodes to another size")
        return content

    def decompress(self, frame, size):
        if self.d.compression == LZ4:
            return lz4.block.decompress(frame, uncompressed_size=size)
        if self.d.compression == HEX:
            require(len(frame) == ceil_div(size, 2), f"{self.name}: digits")
            return frame.hex().encode()[:size]
        dictionary = None
        if self.d.compression == ZSTD_DICTIONARY:
            require(self.d.dictionary < len(self.dictionaries), f"{self.name}: its dictionary")
            content = self.segment.bytes(*self.dictionaries[self.d.dictionary])
            type = zstandard.DICT_TYPE_FULLDICT
            dictionary = zstandard.ZstdCompressionDict(bytes(content), dict_type=type)
        else:
            require(self.d.compression == ZSTD, f"{self.name}: compression {self.d.compression}")
        decoder = zstandard.ZstdDecompressor(dict_data=dictionary)
        whole = b"\x28\xb5\x2f\xfd" + bytes(frame)
        return decoder.decompress(whole, max_output_size=size, allow_extra_data=False)


# Values


def printed(value, type, kind, name):
    """What a stored value is in JSON."""
    if value is None:
        return None
    if type in (STRING, ENUMERATION):
        return text(value, name)
    if type == BYTES:
        return base64.b64encode(value).decode()
    if type == VECTOR:
        return [number(x) for x in struct.unpack(f"<{len(value) // 4}f", value)]
    if kind == INTERNED:
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


def key_part(value, type, kind):
    """What a value from JSON is in the store."""
    if type in (STRING, ENUMERATION):
        return value.encode()
    if type == BYTES:
        return base64.b64decode(value, validate=True)
    return (int(value) + 2**63).to_bytes(8, "big") if kind == INTERNED else int(value)


# Store


def dead_rows(data, record, row_count, name):
    """The rows in a list of dead ones."""
    require(xxh3(data) == record.hash, f"{name}: wrong hash")
    chunks = ceil_div(row_count, 4096)
    start = 8 + align8(4 * chunks)
    require(len(data) >= start, f"{name}: cut short")
    found_rows, found_dead, *places = struct.unpack_from(f"<II{chunks}I", data)
    require((found_rows, found_dead) == (row_count, record.count), f"{name}: wrong counts")
    dead = set()
    for chunk, place in enumerate(places):
        if place:
            require(start + 512 * place <= len(data), f"{name}: no bitmap {place}")
            bits = unpack(data[start + 512 * (place - 1) : start + 512 * place], 4096, 1)
            dead.update(chunk * 4096 + r for r, bit in enumerate(bits) if bit)
    require(len(dead) == record.count, f"{name}: wrong count")
    require(not dead or max(dead) < row_count, f"{name}: no such row")
    return dead


class Store:
    """A store at a generation."""

    def __init__(self, path, generation=None):
        self.files = Pack(path) if os.path.isfile(path) else Directory(path)
        if not os.path.exists(path):
            raise Refused(f"{path}: there is no store")
        self.manifest, before = self.read_manifest(generation), None
        while self.manifest and not self.open_segments():
            # A `gc` may have come between.
            before = self.manifest.generation
            self.manifest = self.read_manifest(generation)
            require(self.manifest.generation != before, f"generation {before}: a segment is missing")

    def read_manifest(self, generation):
        data = self.files.read("manifest")
        if data is None:
            last = max((int(n[9:-9]) for n in self.files.names() if n.endswith(".manifest")), default=0)
            require(last <= 1, "there is no manifest")
            if generation is not None:
                raise Refused(f"there is no generation {generation}")
            return None
        try:
            manifest = Manifest(data, "manifest")
        except Damage:
            if generation is None:
                raise
        else:
            if generation in (None, manifest.generation):
                return manifest
            if generation > manifest.generation:
                raise Refused(f"there is no generation {generation}")
        name = f"segments/{generation:06}.manifest"
        data = self.files.read(name)
        if data is None:
            raise Refused(f"there is no generation {generation}")
        manifest = Manifest(data, name)
        require(manifest.generation == generation, f"{name}: has generation {manifest.generation}")
        return manifest

    def open_segments(self):
        self.segments, self.dead, files = [], {}, {}
        for record in self.manifest.segments:
            name = segment_name(record.number)
            data = self.files.read(name)
            if data is None:
                return False
            files[record.number] = record, data
            self.segments.append(Segment(data, record, self.manifest))
        for record in self.manifest.segments:
            for relation in record.relations:
                if relation.dead:
                    self.open_dead(record, relation, files)
        return True

    def open_dead(self, record, relation, files):
        name = f"{segment_name(record.number)}: dead rows of relation {relation.relation}"
        place = relation.dead
        require(place.file in files, f"{name}: no segment {place.file}")
        home, data = files[place.file]
        inside = home.image_size <= place.offset and place.offset + place.size <= len(data)
        require(inside and place.offset % 8 == 0, f"{name}: out of place")
        content = data[place.offset : place.offset + place.size]
        self.dead[record.number, relation.relation] = dead_rows(
            content, place, relation.row_count, name
        )

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
            for g, first in enumerate(relation.first_rows):
                rows = range(relation.size(g))
                for r, row in zip(rows, relation.rows(g, rows)):
                    if first + r not in dead:
                        yield row

    def find(self, number, key):
        """The live row with a key, or None."""
        schema, found = self.manifest.relations[number], None
        if len(key) != len(schema.key):
            raise Refused(f"a key of {schema.name} has {len(schema.key)} parts")
        for relation, dead in self.parts(number):
            parts = [
                key_part(part, schema.columns[column].type, relation.columns[column][0])
                for column, part in zip(schema.key, key)
            ]
            row = relation.find(parts)
            if row is not None and row not in dead:
                require(found is None, f"{relation.name}: a key with two live rows")
                found = relation.row(row)
        return found

    def check(self):
        """Compares everything with everything; the count of live rows."""
        count = 0
        for segment in self.segments:
            segment.bytes(0, segment.data_size)
            for dictionary in segment.dictionaries.values():
                dictionary.check()
        for number in self.relations(None):
            schema = self.manifest.relations[number]
            for relation, dead in self.parts(number):
                relation.check(dead)
            keys = Counter()
            for row in self.rows(number):
                keys[tuple(row[schema.columns[column].name] for column in schema.key)] += 1
            require(not keys or max(keys.values()) == 1, f"{schema.name}: a key with two live rows")
            count += len(keys)
        return count


def main():
    parser = argparse.ArgumentParser(description="Reads a segstore store.")
    parser.add_argument("store", metavar="STORE", help="a directory or a pack")
    parser.add_argument("--at", type=int, metavar="GENERATION", help="instead of the current one")
    parser.add_argument("--relation", metavar="R", help="only its rows")
    parser.add_argument("--check", action="store_true", help="check everything, print no rows")
    parser.add_argument("--find", nargs=2, metavar=("RELATION", "KEY"), help="KEY is a JSON array")
    arguments = parser.parse_args()
    print_row = lambda name, row: print(json.dumps({"relation": name, "row": row}, ensure_ascii=False))
    try:
        store = Store(arguments.store, arguments.at)
        if arguments.check:
            print(f"{store.check()} rows, nothing wrong")
        elif arguments.find:
            name, key = arguments.find
            row = store.find(store.relations(name)[0], json.loads(key))
            if row is None:
                raise Refused(f"{name} has no row {key}")
            print_row(name, row)
        else:
            for number in store.relations(arguments.relation):
                for row in store.rows(number):
                    print_row(store.manifest.relations[number].name, row)
    except Damage as damage:
        print(f"damaged: {damage}", file=sys.stderr)
        return 5
    except (Refused, OSError, ValueError) as error:
        print(f"{arguments.store}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
