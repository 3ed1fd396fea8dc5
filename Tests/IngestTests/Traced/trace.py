"""Runs a program of a tree and prints who called whom: the file and line of the call, then the file,
the first line and the name of what was called."""
import os
import runpy
import sys

root = os.path.realpath(sys.argv[1])
seen = set()


def place(frame):
    path = os.path.realpath(frame.f_code.co_filename)
    return os.path.relpath(path, root) if path.startswith(root + os.sep) else None


def profile(frame, event, _):
    code, caller = frame.f_code, frame.f_back
    # Bodies of classes and of modules, lambdas and comprehensions have no name of their own; what
    # an operator or a loop calls stands nowhere.
    if event != "call" or caller is None or not code.co_flags & 1 or code.co_name[0] == "<":
        return
    if code.co_name.startswith("__") and code.co_name != "__init__":
        return
    callee = place(frame)
    # What a decorator puts around a function stands for it.
    if code.co_name == "wrapper":
        return
    wrapped = caller.f_locals.get("function") if caller.f_code.co_name == "wrapper" else None
    if getattr(wrapped, "__code__", None) is code:
        caller = caller.f_back
    if callee and place(caller):
        seen.add((place(caller), caller.f_lineno, callee, code.co_firstlineno, code.co_name))


sys.path.insert(0, root)
sys.setprofile(profile)
runpy.run_path(os.path.join(root, "main.py"), run_name="__main__")
sys.setprofile(None)
for call in sorted(seen):
    print(*call, sep="\t")
