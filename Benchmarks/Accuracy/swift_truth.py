# SPDX-License-Identifier: Apache-2.0
"""What swiftc and clang recorded of a package's calls and definitions while they built it: the
truth that compare.py reads. Reads the index store that `swift build` writes, by the toolchain's own
library. Usage: swift_truth.py LIBINDEXSTORE STORE ROOT > truth.ndjson
"""
import ctypes
import json
import os
import sys

DEFINITION, CALL, IMPLICIT = 1 << 1, 1 << 5, 1 << 8
ENTITIES = {
    5: "enum", 6: "struct", 7: "class", 8: "protocol", 11: "type_alias", 12: "function",
    16: "method", 17: "method", 18: "method", 22: "constructor", 23: "method",
}
KINDS = {12: "function", 16: "method", 17: "method", 18: "method", 22: "constructor"}


class Text(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_size_t)]

    def __str__(self):
        return ctypes.string_at(self.data, self.length).decode() if self.data else ""


class Index:
    def __init__(self, library, path):
        self.library = ctypes.CDLL(library)
        self.error = ctypes.c_void_p()
        self.store = self.call("store_create", path.encode(), ctypes.byref(self.error))
        if not self.store:
            sys.exit(f"{path}: no index store")

    def call(self, name, *arguments, result=ctypes.c_void_p):
        function = getattr(self.library, "indexstore_" + name)
        function.restype = result
        return function(*[
            ctypes.c_void_p(a) if isinstance(a, int) and not isinstance(a, bool) else a
            for a in arguments
        ])

    def apply(self, name, *arguments):
        """What a function calls back with, as a list."""
        found = []
        callback_type = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)

        def take(_, item):
            found.append(item)
            return True

        return found, callback_type(take)

    def units(self):
        names = []
        kind = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, Text)
        callback = kind(lambda _, name: names.append(str(name)) or True)
        self.call("store_units_apply_f", self.store, True, None, callback, result=ctypes.c_bool)
        return names

    def records(self, root):
        """Names of records, each with the file that it is of, below a root."""
        files = {}
        for name in self.units():
            unit = self.call(
                "unit_reader_create", self.store, name.encode(), ctypes.byref(self.error))
            if not unit:
                continue
            kind = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)

            def take(_, dependency):
                if self.call("unit_dependency_get_kind", dependency, result=ctypes.c_int) == 2:
                    path = str(self.call("unit_dependency_get_filepath", dependency, result=Text))
                    record = str(self.call("unit_dependency_get_name", dependency, result=Text))
                    if path.startswith(root + "/"):
                        files[record] = os.path.relpath(path, root)
                return True

            self.call(
                "unit_reader_dependencies_apply_f", unit, None, kind(take), result=ctypes.c_bool)
            self.call("unit_reader_dispose", unit, result=None)
        return files

    def occurrences(self, record):
        reader = self.call(
            "record_reader_create", self.store, record.encode(), ctypes.byref(self.error))
        if not reader:
            return []
        found = []
        kind = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)

        def take(_, occurrence):
            symbol = self.call("occurrence_get_symbol", occurrence)
            roles = self.call("occurrence_get_roles", occurrence, result=ctypes.c_uint64)
            line, column = ctypes.c_uint(), ctypes.c_uint()
            self.call(
                "occurrence_get_line_col", occurrence, ctypes.byref(line), ctypes.byref(column),
                result=None)
            found.append((
                str(self.call("symbol_get_usr", symbol, result=Text)),
                str(self.call("symbol_get_name", symbol, result=Text)),
                self.call("symbol_get_kind", symbol, result=ctypes.c_int), roles, line.value,
                column.value))
            return True

        self.call(
            "record_reader_occurrences_apply_f", reader, None, kind(take), result=ctypes.c_bool)
        self.call("record_reader_dispose", reader, result=None)
        return found


def main():
    library, store, root = sys.argv[1:4]
    root = os.path.realpath(root)
    index = Index(library, store)
    definitions, names, entities, calls = {}, {}, set(), {}
    for record, file in sorted(index.records(root).items()):
        # What a build leaves behind: generated files, and records of those that are no more.
        if file.startswith(".") or not os.path.exists(os.path.join(root, file)):
            continue
        for usr, name, kind, roles, line, column in index.occurrences(record):
            bare = name.split("(")[0]
            # Operators are no names that are called; getters have none of their own.
            is_named = (bare[:1].isalpha() or bare[:1] == "_") and ":" not in bare
            if roles & DEFINITION:
                definitions.setdefault(usr, (file, line))
                names[usr] = bare
                if is_named and not roles & IMPLICIT and kind in ENTITIES:
                    entities.add((file, line, column, bare, ENTITIES[kind]))
            elif roles & CALL and not roles & IMPLICIT and kind in KINDS and is_named:
                calls[file, line, column, usr] = bare
    for file, line, _, name, kind in sorted(entities):
        print(json.dumps({"entity": name, "file": file, "line": line, "kind": kind}))
    print(json.dumps({"within": "nothing"}))
    # One `init` of the library beside one of the tree cannot be told apart by its line.
    inits = {(file, line) for (file, line, _, usr), name in calls.items()
             if name == "init" and usr in definitions}
    for (file, line, column, usr), name in sorted(calls.items()):
        row = {"file": file, "line": line, "name": name}
        target = definitions.get(usr)
        if name == "init":
            # It is called by the name of its type, whose own one this begins with; the compiler may
            # have made it.
            types = (usr[:end] for end in range(len(usr) - 1, 2, -1))
            type = next((t for t in types if t in definitions), None)
            if type:
                row["name"] = names[type]
                target = target or definitions[type]
            elif (file, line) in inits:
                continue
        if target:
            print(json.dumps({**row, "targets": [target]}))
        else:
            print(json.dumps({**row, "outer": usr}))


main()
