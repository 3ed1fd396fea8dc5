# SPDX-License-Identifier: Apache-2.0
"""What jedi finds that calls in a Python tree call, and what `ast` finds defined there: the truth
that compare.py reads. Usage: python_truth.py TREE > truth.ndjson

jedi is blind where types would have to be guessed; such calls are not judged.
"""

import ast
import json
import os
import sys

import jedi

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def calls(tree):
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        if isinstance(function, ast.Name):
            yield node, function.lineno, function.col_offset, function.id
        elif isinstance(function, ast.Attribute):
            column = function.end_col_offset - len(function.attr.encode())
            yield node, function.end_lineno, column, function.attr


def definitions(tree):
    """With the kinds that segstore gives them."""
    pending = [(node, False) for node in tree.body]
    while pending:
        node, is_in_class = pending.pop()
        if isinstance(node, ast.ClassDef):
            yield node, "class"
        elif isinstance(node, FUNCTIONS):
            is_constructor = is_in_class and node.name == "__init__"
            yield node, "constructor" if is_constructor else "method" if is_in_class else "function"
        inner = isinstance(node, ast.ClassDef) or is_in_class and not isinstance(node, FUNCTIONS)
        pending += [(child, inner) for child in ast.iter_child_nodes(node)]


def main():
    root = os.path.realpath(sys.argv[1])
    project = jedi.Project(root)
    for folder, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not name.endswith(".py"):
                continue
            with open(path, encoding="utf-8") as source:
                text = source.read()
            try:
                tree = ast.parse(text)
            except SyntaxError:
                continue
            file = os.path.relpath(path, root)
            for node, kind in definitions(tree):
                print(json.dumps(
                    {"entity": node.name, "file": file, "line": node.lineno, "kind": kind}))
            script = jedi.Script(text, path=path, project=project)
            lines = text.split("\n")
            for node, line, column, called in calls(tree):
                # jedi counts characters, ast bytes.
                column = len(lines[line - 1].encode()[:column].decode())
                try:
                    found = script.goto(line, column, follow_imports=True)
                except Exception:  # It has faults of its own.
                    continue
                row = {"file": file, "line": line, "start": node.lineno, "name": called}
                inner, outer, others = [], [], 0
                for target in found:
                    place = str(target.module_path or "")
                    if not place.startswith(root + "/"):
                        outer.append(target.full_name)
                    elif target.type in ("function", "class"):
                        inner.append([os.path.relpath(place, root), target.line])
                    else:
                        others += 1
                # A variable, or something that may be either, or a decorator instead of what it
                # stands before: nothing is known.
                if "builtins.classmethod" in outer or "builtins.staticmethod" in outer:
                    continue
                if inner and not outer and not others:
                    print(json.dumps({**row, "targets": inner}))
                elif outer and not inner and not others:
                    print(json.dumps({**row, "outer": outer[0]}))


if __name__ == "__main__":
    main()
