#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the calls of a Rust crate call, by rustc itself, and what is defined in it: the truth that
compare.py reads. Usage: rust_truth.py CRATE [CARGO OPTIONS...] > truth.ndjson

CRATE is a folder with Cargo.toml, whose dependencies cargo must find. It is compiled up to type
checking, with the compiler's trees written out: `-Zunpretty=hir-tree` says where definitions are,
`-Zunpretty=thir-tree` which definition each call calls. What is configured out is not judged, nor
what macros write. A method of a trait has its declaration and its implementation for the value's
type, if that is known, as targets. What makes values of structs and variants is a call, too.
"""

import collections
import json
import os
import re
import subprocess
import sys

SPAN = re.compile(r"(.+?):(\d+):(\d+): (\d+):(\d+) \(#(\d+)\)")
DEFINITION = re.compile(r"DefId\((\d+):(\d+) ~ (.+?)\)(?=[,)\s]|$)")


class Span:
    def __init__(self, text):
        match = SPAN.match(text)
        self.file, self.isPlain = None, False
        if match:
            self.file = os.path.normpath(match[1])
            self.start = int(match[2]), int(match[3])
            self.end = int(match[4]), int(match[5])
            self.isPlain = match[6] == "0" and not os.path.isabs(self.file)


class Crate:
    def __init__(self, root, options):
        self.root, self.options = root, options
        self.texts = {}
        self.places = {}  # by DefId's number: (file, line, name, kind)
        self.paths = {}  # by path: DefId's number
        self.impls = collections.defaultdict(list)  # by trait's path and type's name: impl's path
        self.counts = collections.Counter()

    def lines(self, what):
        environment = dict(os.environ, RUSTC_BOOTSTRAP="1")
        # Something must be to be done.
        touched = os.path.join(self.root, "src/lib.rs")
        os.utime(touched)
        with subprocess.Popen(
                ["cargo", "rustc", "--lib", *self.options, "--", f"-Zunpretty={what}", "--cap-lints=allow"],
                cwd=self.root, env=environment, stdout=subprocess.PIPE, text=True,
                stderr=sys.stderr, errors="replace") as process:
            yield from process.stdout
        if process.returncode:
            sys.exit(f"cargo failed: {process.returncode}")

    def text(self, file):
        if file not in self.texts:
            with open(os.path.join(self.root, file), encoding="utf-8") as source:
                self.texts[file] = source.read().split("\n")
        return self.texts[file]

    def source(self, span):
        lines = self.text(span.file)[span.start[0] - 1:span.end[0]]
        if not lines:
            return ""
        lines[-1] = lines[-1][:span.end[1] - 1]
        lines[0] = lines[0][span.start[1] - 1:]
        return "\n".join(lines)

    def place(self, number, path, span, kind):
        """Where the name of what a span defines stands."""
        name = re.sub(r"^r#", "", path.split("::")[-1])
        if not span.isPlain or "{" in name:
            return
        text = self.source(span)
        words = {"function": "fn", "method": "fn"}.get(
            kind, "" if kind in ("field", "enum_member") else
            r"(?:struct|enum|union|trait|const|static|static mut|type|mod|macro|macro_rules!)")
        pattern = rf"\b{words}\s+(?:r#)?{re.escape(name)}\b" if words else rf"\b(?:r#)?{re.escape(name)}\b"
        match = re.search(pattern, text)
        if not match:
            self.counts["definitions without a name there"] += 1
            return
        line = span.start[0] + text.count("\n", 0, match.end())
        self.places[number] = (span.file, line, name, kind)
        self.paths[path] = number

    def definitions(self):
        owner = kind = None
        isItem = ""
        trait = awaitsTrait = awaitsType = None
        inner = None  # (indent, what, span, number, path)
        for line in self.lines("hir-tree"):
            if line.startswith("DefId("):
                match = DEFINITION.match(line)
                owner = (match[2], match[3])
                kind = trait = inner = implementing = None
                awaitsTrait = awaitsType = False
                isOwner = True
                continue
            if not owner:
                continue
            text = line.strip()
            indent = len(line) - len(line.lstrip(" "))
            if indent == 8 and text.startswith("node: "):
                isItem = text[6:].rstrip("({ ")
            elif indent == 16 and text.startswith("kind: "):
                kind = re.match(r"kind: (\w+)", text)[1]
            elif indent == 16 and text.startswith("span: ") and isOwner:
                isOwner = False
                self.finish(owner, isItem, kind, Span(text[6:]))
            elif kind == "Impl" and indent == 24 and text.startswith("of_trait: Some"):
                awaitsTrait = True
            elif awaitsTrait and text.startswith("DefId("):
                trait = DEFINITION.match(text)[3]
                awaitsTrait = False
            elif kind == "Impl" and indent == 24 and text.startswith("self_ty: "):
                awaitsType = True
            elif awaitsType and text.startswith("span: "):
                awaitsType = False
                span = Span(text[6:])
                if trait and span.isPlain:
                    implementing = (trait, base(self.source(span)), owner[1])
            elif implementing and text.startswith("DefId("):
                # What it is implemented for is of the crate.
                match = DEFINITION.match(text)
                self.implement(*implementing, match[3] if match[1] == "0" else None)
                implementing = None
            elif implementing and text.startswith(("PrimTy(", "kind: ")) and "Path(" not in text:
                self.implement(*implementing, None)
                implementing = None
            elif isItem == "Item" and isOwner and text in ("Variant {", "FieldDef {"):
                if not inner or text == "FieldDef {" or indent <= inner[0]:
                    outer = inner if inner and text == "FieldDef {" and indent > inner[0] else None
                    inner = [indent + 4, text, None, None, outer]
            elif inner and indent == inner[0] and text.startswith("span: "):
                inner[2] = Span(text[6:])
            elif inner and indent == inner[0] and text.startswith("def_id: "):
                inner[3] = DEFINITION.match(text[8:])
            elif inner and indent == inner[0] - 4 and text.startswith("}"):
                if inner[2] and inner[3]:
                    name = inner[3][3].split("::")[-1]
                    if not name.isdigit():
                        self.place(inner[3][2], inner[3][3], inner[2],
                                   "enum_member" if inner[1] == "Variant {" else "field")
                inner = inner[4]

    def implement(self, trait, name, impl, own):
        if own:
            name = own.split("::", 1)[1]
        self.impls[bare(trait), name].append(impl)

    def finish(self, owner, isItem, kind, span):
        parent = owner[1].rsplit("::", 1)[0]
        if isItem in ("TraitItem", "ImplItem"):
            kinds = {"Fn": "method", "Const": "constant", "Type": "type_alias"}
        else:
            kinds = {
                "Fn": "function", "Struct": "struct", "Enum": "enum", "Union": "union",
                "Trait": "trait", "Const": "constant", "Static": "constant",
                "TyAlias": "type_alias"}
            if isItem == "ForeignItem":
                kinds = {"Fn": "function"}
        if kind in kinds:
            self.place(owner[0], owner[1], span, kinds[kind])

    def target(self, number, path, arguments):
        """Places of what has a path; the number is nil if it is of another crate."""
        found = []
        if number in self.places:
            found.append(self.places[number])
        if "::" in path and arguments:
            trait, name = path.rsplit("::", 1)
            first = split_first(arguments)
            whole = base(first, isWhole=True)
            for impl in self.impls.get((bare(trait), whole if "::" in whole and not re.match(
                    "(std|core|alloc)::", whole) else base(first)), ()):
                number = self.paths.get(f"{impl}::{name}")
                if number:
                    found.append(self.places[number])
        return found

    def calls(self):
        seen = set()
        span = callee = call = whole = None
        state = None
        for line in self.lines("thir-tree"):
            text = line.strip()
            if text.startswith("span: "):
                if state == "callee":
                    self.call(call, whole, Span(text[6:]), seen)
                    state = None
                span = text[6:]
            elif text == "Call {":
                whole, call, state = span, {}, "call"
            elif state == "call":
                if text.startswith("ty: "):
                    call["type"] = text[4:]
                    if not text.startswith("ty: FnDef("):
                        self.counts["calls of values"] += 1
                        state = None
                elif text.startswith("from_hir_call: "):
                    if not text.endswith("true"):
                        state = None
                elif text == "fun:":
                    state = "callee"
            elif text == "Adt {":
                whole, call, state = span, {}, "adt"
            elif state == "adt":
                if text.startswith("did: "):
                    call["did"] = text[5:]
                elif text.startswith("variants: "):
                    call["variants"] = text
                elif text.startswith("variant_index: "):
                    self.tuple(call, int(text[15:]), Span(whole), seen)
                    state = None

    def call(self, call, whole, callee, seen):
        whole = Span(whole)
        if not callee.isPlain or not whole.isPlain:
            self.counts["calls that macros write"] += 1
            return
        match = re.match(r"FnDef\(DefId\((\d+):(\d+) ~ (.+?)\), \[(.*)\]\)$", call["type"])
        if not match:
            self.counts["odd"] += 1
            return
        text = self.source(callee)
        # Without type arguments behind it.
        depth, end = 0, len(text)
        if text.endswith(">"):
            for place in range(len(text) - 1, -1, -1):
                if text[place] == ">" and text[place - 1] != "-":
                    depth += 1
                elif text[place] == "<":
                    depth -= 1
                    if not depth:
                        end = place
                        break
            text = text[:end].rstrip().removesuffix("::")
        name = re.search(r"(?:r#)?(\w+)\s*$", text)
        if not name:
            self.counts["calls without a name"] += 1
            return
        path = match[3]
        if re.search(r"ops::function::Fn(Mut|Once)?::call(_mut|_once)?$", path):
            self.counts["calls of values"] += 1
            return
        last = bare(path).split("::")[-1]
        if name[1] != last and not re.search(
                rf"\bas\s+{name[1]}\b", "\n".join(self.text(callee.file))):
            # A variable that has the function.
            self.counts["calls of values"] += 1
            return
        line = callee.start[0] + text.count("\n", 0, name.start(1))
        # By the name of a trait it is the trait's.
        trait = bare(path).split("::")[-2:-1]
        isOfTrait = trait and re.search(rf"\b{trait[0]}\s*(<.*>)?\s*>?\s*::\s*$", text[:name.start()], re.S)
        if isOfTrait:
            match = [*match.groups()[:3], ""]
            match.insert(0, None)
        self.site(callee.file, line, whole.start[0], name[1], match[1], match[2], path, match[4], seen,
                  callee.start + callee.end)

    def tuple(self, call, index, span, seen):
        if not span.isPlain:
            return
        text = self.source(span)
        match = re.match(r"(?:[\w:\s]|::<[^()]*>|<[^()]*>::)*?(\w+)\s*(?:::<[^(){}]*>)?\s*[({]", text)
        if not match or not text.endswith((")", "}")):
            return
        variants = call["variants"].split("VariantDef { ")[1:]
        if index >= len(variants):
            return
        definition = DEFINITION.search(variants[index])
        line = span.start[0] + text.count("\n", 0, match.start(1))
        name = match[1]
        if name == "Self":
            name = definition[3].split("::")[-1]
        self.site(span.file, line, span.start[0], name, definition[1], definition[2], definition[3], "", seen,
                  span.start + span.end)

    def site(self, file, line, start, name, crate, number, path, arguments, seen, key):
        key = (file, key, path)
        if key in seen:
            return
        seen.add(key)
        row = {"file": file, "line": line, "start": start, "name": name}
        found = self.target(number if crate == "0" else None, path, arguments)
        if found:
            row["targets"] = sorted({(f, l) for f, l, _, _ in found})
            self.counts["inner"] += 1
        elif crate != "0":
            row["outer"] = bare(path)
            self.counts["outer"] += 1
        else:
            self.counts["of what macros define"] += 1
            return
        print(json.dumps(row))


def bare(path):
    return re.sub(r"\[[0-9a-f]+\]", "", re.sub(r"::\{impl#\d+\}", "", path))


def base(text, isWhole=False):
    """`&'a mut m::S<T>`: S, or m::S"""
    text = re.sub(r"'(\{\w+\}|\w+)\s*", "", text)
    text = re.sub(r"^(&|\*const |\*mut |mut |dyn |\s)+", "", text)
    text = text.split("<")[0].strip()
    return text if isWhole else text.split("::")[-1]


def split_first(text):
    depth = 0
    for place, letter in enumerate(text):
        if letter in "<([":
            depth += 1
        elif letter in ">)]":
            depth -= 1
        elif letter == "," and depth == 0:
            return text[:place]
    return text


def main():
    crate = Crate(sys.argv[1], sys.argv[2:])
    crate.definitions()
    bodies = {path for path, number in crate.paths.items()
              if crate.places[number][3] in ("function", "method")}
    # Constants in functions are local.
    local = {crate.places[number] for path, number in crate.paths.items()
             if path.rsplit("::", 1)[0] in bodies and crate.places[number][3] == "constant"}
    for file, line, name, kind in sorted(set(crate.places.values()) - local):
        print(json.dumps({"entity": name, "file": file, "line": line, "kind": kind}))
    crate.calls()
    print(dict(crate.counts), file=sys.stderr)


if __name__ == "__main__":
    main()
