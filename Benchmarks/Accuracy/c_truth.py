# SPDX-License-Identifier: Apache-2.0
"""What libclang says that the calls of a C or C++ tree call. Headers that are missing are passed
over: what was not resolved for want of them is left out, and counted.
Usage: c_truth.py TREE [-x FLAG]... > truth.ndjson   (pip install libclang)
"""
import collections
import json
import os
import re
import sys

from clang import cindex
from clang.cindex import CursorKind as K

RESOURCES = ["/opt/swift/usr/lib/clang/21", "/usr/lib/clang/14", "/usr/lib/llvm-14/lib/clang/14"]
# A header that is missing does not end it.
KEEP_GOING = 0x200
SOURCES = {".c": "c", ".cc": "c++", ".cpp": "c++", ".cxx": "c++"}
HEADERS = {".h", ".hh", ".hpp", ".hxx", ".inl"}
FUNCTIONS = {K.FUNCTION_DECL, K.CXX_METHOD, K.CONSTRUCTOR, K.DESTRUCTOR, K.CONVERSION_FUNCTION,
             K.FUNCTION_TEMPLATE}
ENTITIES = {
    K.FUNCTION_DECL: "function", K.CXX_METHOD: "method", K.CONSTRUCTOR: "constructor",
    K.DESTRUCTOR: "method", K.FUNCTION_TEMPLATE: "function", K.STRUCT_DECL: "struct",
    K.CLASS_DECL: "class", K.CLASS_TEMPLATE: "class", K.UNION_DECL: "union",
    K.ENUM_DECL: "enum", K.ENUM_CONSTANT_DECL: "enum_member", K.FIELD_DECL: "field",
    K.VAR_DECL: "variable", K.TYPEDEF_DECL: "type_alias", K.TYPE_ALIAS_DECL: "type_alias",
    K.NAMESPACE: "namespace",
}


class Tree:
    def __init__(self, root, flags):
        self.root = os.path.realpath(root)
        self.flags = flags
        self.index = cindex.Index.create()
        self.sources, self.headers, folders = [], [], set()
        for folder, names, files in os.walk(self.root):
            names[:] = [n for n in names if not n.startswith(".")]
            for name in sorted(files):
                extension = os.path.splitext(name)[1]
                path = os.path.join(folder, name)
                if extension in SOURCES:
                    self.sources.append(path)
                elif extension in HEADERS:
                    self.headers.append(path)
                    folders.add(folder)
        self.includes = []
        # A folder of headers may be named by its path from any folder above it.
        for folder in sorted({self.root, *folders, *(os.path.dirname(f) for f in folders)}):
            if folder.startswith(self.root):
                self.includes.append("-I" + folder)
        self.definitions = {}
        self.sites = {}
        self.entities = {}
        self.texts = {}
        # Definitions by name and how many arguments they take: types may have differed.
        self.named = {}
        self.count = collections.Counter()

    def arguments(self, language):
        arguments = ["-x", language, "-ferror-limit=0", "-w", *self.includes, *self.flags]
        arguments += ["-std=gnu++17"] if language == "c++" else ["-std=gnu11"]
        for folder in RESOURCES:
            if os.path.isdir(folder):
                arguments += ["-resource-dir", folder]
                break
        return arguments

    def relative(self, file):
        if not file:
            return None
        path = os.path.realpath(file.name)
        return os.path.relpath(path, self.root) if path.startswith(self.root + "/") else None

    def place(self, cursor):
        """Where a name is; in a macro, where that is written out."""
        location = cursor.location
        path = self.relative(location.file)
        return (path, location.line) if path else None

    def path(self, cursor):
        parts = [cursor.spelling]
        parent = cursor.semantic_parent
        while parent is not None and parent.kind != K.TRANSLATION_UNIT:
            parts.append(parent.spelling)
            parent = parent.semantic_parent
        return tuple(parts) + (len(list(cursor.get_arguments())),)

    def parse(self, path, language):
        try:
            unit = self.index.parse(
                path, self.arguments(language), options=KEEP_GOING)
        except cindex.TranslationUnitLoadError:
            self.count["not parsed"] += 1
            return
        self.count["units"] += 1
        self.count["errors"] += sum(d.severity >= 3 for d in unit.diagnostics)
        for child in unit.cursor.get_children():
            if self.relative(child.location.file):
                self.visit(child, False)

    def visit(self, cursor, is_inside):
        kind = cursor.kind
        if kind in FUNCTIONS and cursor.is_definition():
            place = self.place(cursor)
            if place:
                self.definitions.setdefault(cursor.get_usr(), set()).add(place)
                self.named.setdefault(self.path(cursor), set()).add(place)
        if not is_inside and kind in ENTITIES and cursor.spelling and "(" not in cursor.spelling:
            place = self.place(cursor)
            # Constructors of templates are spelled with what those are given.
            name = cursor.spelling
            if kind in (K.CONSTRUCTOR, K.DESTRUCTOR) or kind == K.FUNCTION_TEMPLATE and (
                    cursor.semantic_parent.spelling == name.split("<")[0]):
                name = name.split("<")[0]
            # Without a type it is a macro of a header that is not here: `TEST(A, b) {`.
            is_macro = kind == K.FUNCTION_DECL and cursor.extent.start == cursor.location
            if place and not is_macro and (
                    cursor.is_definition() or kind in FUNCTIONS) and self.written(*place, name):
                self.entities[place + (name,)] = ENTITIES[kind]
        if kind == K.CALL_EXPR:
            self.call(cursor)
        inside = is_inside or kind in FUNCTIONS or kind == K.LAMBDA_EXPR
        for child in cursor.get_children():
            self.visit(child, inside)

    def call(self, cursor):
        target = cursor.referenced
        start = self.place(cursor)
        if not start:
            return
        tokens = None
        if target is None or target.kind not in FUNCTIONS:
            # A function by a pointer, or nothing known.
            is_pointer = target is not None and target.kind in (
                K.VAR_DECL, K.PARM_DECL, K.FIELD_DECL)
            self.count["value" if is_pointer else "unresolved"] += 1
            if is_pointer:
                self.add(start, cursor.extent.start.line, target.spelling,
                         value=[self.place(target)] if self.place(target) else [])
            return
        name = target.spelling.split("<")[0]
        if name.startswith("operator"):
            self.count["operator"] += 1
            return
        line = start[1]
        is_constructor = target.kind == K.CONSTRUCTOR
        if is_constructor:
            # Only where it is written: `T x;`, copies and conversions call without saying so.
            text = self.text(cursor)
            if not any(name == word for word in self.words(text)):
                self.count["implicit constructor"] += 1
                kind = "implicit"
                self.add(start, line, name, implicit=[
                    self.place(target), self.place(target.semantic_parent)],
                    made=target.get_usr())
                return
        else:
            # The callee's name may stand on a later line than the call begins.
            reference = self.callee(cursor)
            if reference is not None:
                line = reference
        origin = target
        specialised = cindex.conf.lib.clang_getSpecializedCursorTemplate(target)
        if specialised is not None and specialised.kind in FUNCTIONS:
            origin = specialised
        place = self.place(origin)
        begin = cursor.extent.start.line
        extent = origin.extent
        if origin.kind == K.FUNCTION_DECL and (
                extent.end.offset - extent.start.offset == len(name)):
            # C makes up a declaration of what has none.
            self.add((start[0], line), begin, name, outer="undeclared")
            return
        if place is None:
            self.add((start[0], line), begin, name, outer=str(origin.location.file))
            return
        usr = origin.get_usr()
        parent = origin.semantic_parent
        extra = None
        if is_constructor and parent is not None:
            extra = self.place(parent)
        # A declaration is as right as the definition.
        declared = self.place(origin.canonical)
        self.add((start[0], line), begin, name, usr=usr, place=place, extra=extra,
                 path=self.path(origin), declared=declared)

    def callee(self, cursor):
        """The line of the name that is called."""
        children = list(cursor.get_children())
        if not children:
            return None
        node = children[0]
        while node.kind in (K.UNEXPOSED_EXPR, K.PAREN_EXPR):
            inner = list(node.get_children())
            if not inner:
                break
            node = inner[0]
        if node.kind in (K.MEMBER_REF_EXPR, K.DECL_REF_EXPR):
            place = self.place(node)
            return place[1] if place else None
        return None

    def text(self, cursor):
        extent = cursor.extent
        if not extent.start.file:
            return ""
        return "\n".join(t.spelling for t in list(cursor.get_tokens())[:12])

    def words(self, text):
        return text.split("\n")

    def written(self, file, line, name):
        """Whether a name stands in a line, and is not made by a macro."""
        if file not in self.texts:
            with open(os.path.join(self.root, file), errors="replace") as text:
                self.texts[file] = text.read().split("\n")
        lines = self.texts[file]
        return line <= len(lines) and re.search(
            r"(?<!\w)" + re.escape(name) + r"(?!\w)", lines[line - 1])

    def add(self, at, start, name, usr=None, place=None, extra=None, path=None, outer=None, value=None,
            implicit=None, made=None, declared=None):
        if not self.written(at[0], at[1], name):
            self.count["in a macro"] += 1
            return
        row = self.sites.setdefault((at[0], at[1], name), {
            "start": start, "usr": set(), "path": set(), "places": set(), "outer": None, "value": None})
        if usr is not None:
            row["usr"].add(usr)
            row["places"].add(place)
            row["path"].add(path)
            if declared:
                row["places"].add(declared)
            if extra:
                row["places"].add(extra)
        if outer:
            row["outer"] = outer
        if value is not None:
            row["value"] = value
        if implicit:
            row["implicit"] = [p for p in implicit if p]
            row["made"] = made

    def write(self, out):
        for (file, line, name), row in sorted(self.sites.items()):
            site = {"file": file, "line": line, "start": row["start"], "name": name}
            if row["usr"] and all((*p, name) in self.sites for p in row["places"]):
                self.count["undeclared"] += 1
                continue
            if row["usr"]:
                targets = set(row["places"])
                for usr in row["usr"]:
                    targets |= self.definitions.get(usr, set())
                if not any(self.definitions.get(usr) for usr in row["usr"]):
                    for path in row["path"]:
                        targets |= self.named.get(path, set())
                site["targets"] = sorted(list(t) for t in targets)
                self.count["inner"] += 1
            elif row["outer"]:
                site["outer"] = os.path.basename(row["outer"])
                self.count["outer"] += 1
            elif row["value"] is not None:
                site["value"] = row["value"]
            elif row.get("implicit"):
                site["value"] = row["implicit"] + sorted(
                    self.definitions.get(row["made"], []))
            else:
                continue
            out.write(json.dumps(site) + "\n")
        out.write(json.dumps({"within": "nothing"}) + "\n")
        for (file, line, name), kind in sorted(self.entities.items()):
            out.write(json.dumps(
                {"entity": name, "file": file, "line": line, "kind": kind}) + "\n")


def main():
    tree = Tree(sys.argv[1], sys.argv[2:])
    seen = set()
    for path in tree.sources:
        tree.parse(path, SOURCES[os.path.splitext(path)[1]])
    seen = {file for file, _, _ in tree.sites} | {file for file, _, _ in tree.entities}
    is_plus = any(SOURCES[os.path.splitext(p)[1]] == "c++" for p in tree.sources)
    for path in tree.headers:
        if os.path.relpath(path, tree.root) not in seen:
            tree.parse(path, "c++" if is_plus or not path.endswith(".h") else "c")
    tree.write(sys.stdout)
    sys.stderr.write(f"{dict(tree.count)}\n")


main()
