// SPDX-License-Identifier: Apache-2.0
//
// Python's modules: packages are directories with an `__init__.py`, and what is not in one is
// looked for from the directory on that the outermost package, or the script, is in.

enum PythonModules {
    static func segments(_ path: String, _ index: PathIndex) -> [String] {
        let stem = PathIndex.stem(of: path)
        var segments = stem == "__init__" ? [] : [stem]
        var directory = PathIndex.parent(of: path)
        while !directory.isEmpty, isPackage(directory, index.has(file:)) {
            segments.append(PathIndex.name(of: directory))
            directory = PathIndex.parent(of: directory)
        }
        if !directory.isEmpty, isInRootPackage(path, index.has(file:)) {
            segments += PathIndex.segments(directory).reversed()
        }
        return segments.reversed()
    }

    /// A folder in a package is one too, also without a file that says so. Whether the root of the
    /// tree is one, `rootPackage` says.
    private static func isPackage(_ directory: String, _ has: (String) -> Bool) -> Bool {
        var directory = directory
        while !directory.isEmpty {
            if saysPackage(directory, has) { return true }
            directory = PathIndex.parent(of: directory)
        }
        return false
    }

    private static func saysPackage(_ directory: String, _ has: (String) -> Bool) -> Bool {
        has(PathIndex.join(directory, "__init__.py"))
            || has(PathIndex.join(directory, "__init__.pyi"))
    }

    // MARK: - A tree that is a package

    /// Whether a file's module is named from a package on that is the root of the tree. Where
    /// packages stand in a folder that is none, as in `src`, they are named from there.
    private static func isInRootPackage(_ path: String, _ has: (String) -> Bool) -> Bool {
        guard saysPackage("", has) else { return false }
        var directory = PathIndex.parent(of: path)
        var isNamed = false
        while !directory.isEmpty {
            let says = saysPackage(directory, has)
            if isNamed, !says { return false }
            isNamed = isNamed || says
            directory = PathIndex.parent(of: directory)
        }
        return true
    }

    /// Whether a file in a package that is the root of the tree is imported as such: otherwise the
    /// file that says so is one that does not matter, and absolute imports begin at the root.
    private static func isOfRootPackage(_ file: LinkedFile, _ table: ModuleFinder) -> Bool {
        // It goes up to the root itself.
        if leadsToRoot(file.facts.imports, of: file.path) { return true }
        return ["__init__.py", "__init__.pyi"].contains { path in
            table.file(at: path).map { leadsToRoot(table.imports(of: $0), of: path) } ?? false
        }
    }

    /// What an absolute import finds from within such a package: nothing of it.
    private static func fromOutside(
        _ names: [String], of file: LinkedFile, _ table: ModuleFinder
    ) -> Module {
        let path = NamePath(family: "python").appending(all: names)
        let files = table.files(of: path).filter {
            !isInRootPackage(table[$0].path, table.has(file:))
        }
        return nearest(files, to: file, table).map { .inner(path, file: $0) }
            ?? .outer(names.joined(separator: "."))
    }

    private static func leadsToRoot(_ imports: [Import], of path: String) -> Bool {
        let depth = PathIndex.segments(path).count
        return imports.contains { $0.module.utf8.prefix { $0 == UInt8(ascii: ".") }.count == depth }
    }

    static func module(_ item: Import, _ file: LinkedFile, _ table: ModuleFinder) -> Module? {
        let root = NamePath(family: "python")
        let dots = item.module.utf8.prefix { $0 == UInt8(ascii: ".") }.count
        let names = LinkedFile.parts(item.module)
        if dots == 0 {
            guard let first = names.first else { return nil }
            if isInRootPackage(file.path, table.has(file:)) {
                if isOfRootPackage(file, table) { return fromOutside(names, of: file, table) }
                // Beside a script, or in a package: which of them is not said.
                if standard.contains(first) { return .outer(item.module) }
            }
            // Beside a script, or in a folder that is no package, modules are found by their names.
            let directory = PathIndex.parent(of: file.path)
            let near = names.dropLast().reduce(directory) { PathIndex.join($0, $1) }
            if let last = names.last, !isPackage(directory, table.has(file:)) {
                for name in ["\(last).py", "\(last)/__init__.py"] {
                    if let number = table.file(at: PathIndex.join(near, name)) {
                        return .inner(table[number].module, file: number)
                    }
                }
            }
            let path = root.appending(all: names)
            let files = table.files(of: path)
            if files.count == 1 { return .inner(path, file: files[0]) }
            if !files.isEmpty {
                // A stub and its module, or trees side by side: the nearest.
                return nearest(files, to: file, table).map { .inner(path, file: $0) }
            }
            if table.hasModule(path) { return .inner(path, file: nil) }
            if table.hasModule(root.appending(first)) { return nil }
            // Folders without an `__init__.py` are packages as well.
            let folder = names.joined(separator: "/")
            var top = directory
            while true {
                let isRoot = !isPackage(top, table.has(file:))
                for name in ["\(folder).py", "\(folder)/__init__.py"] where isRoot {
                    if let number = table.file(at: PathIndex.join(top, name)) {
                        return .inner(table[number].module, file: number)
                    }
                }
                if top.isEmpty { break }
                top = PathIndex.parent(of: top)
            }
            return .outer(item.module)
        }
        let isPackageItself = PathIndex.stem(of: file.path) == "__init__"
        var base = file.moduleSegments
        let count = dots - (isPackageItself ? 1 : 0)
        guard count <= base.count else { return nil }
        base.removeLast(count)
        let segments = base + names
        let path = root.appending(all: segments)
        let files = table.files(of: path)
        if files.isEmpty { return table.hasModule(path) ? .inner(path, file: nil) : nil }
        return nearest(files, to: file, table).map { .inner(path, file: $0) }
    }

    /// The one with the longest way in common; nil if that are several.
    private static func nearest(_ files: [Int], to file: LinkedFile, _ table: ModuleFinder) -> Int?
    {
        func common(_ number: Int) -> Int {
            zip(PathIndex.segments(table[number].path), PathIndex.segments(file.path))
                .prefix { $0 == $1 }.count
        }
        let best = files.map { common($0) }.max() ?? 0
        let nearest = files.filter { common($0) == best }
        if nearest.count == 1 { return nearest[0] }
        return nearest.first { table[$0].path.hasSuffix(".py") && nearest.count == 2 }
    }

    /// Of the standard library, what a package may well have a module of the same name as.
    private static let standard: Set<String> = [
        "abc", "argparse", "array", "ast", "asyncio", "base64", "bisect", "builtins", "bz2",
        "calendar", "cmath", "cmd", "code", "codecs", "collections", "colorsys", "compileall",
        "concurrent", "configparser", "contextlib", "contextvars", "copy", "copyreg", "csv",
        "ctypes", "curses", "dataclasses", "datetime", "decimal", "difflib", "dis", "doctest",
        "email", "encodings", "enum", "errno", "faulthandler", "filecmp", "fileinput", "fnmatch",
        "fractions", "ftplib", "functools", "gc", "getopt", "getpass", "gettext", "glob",
        "graphlib", "grp", "gzip", "hashlib", "heapq", "hmac", "html", "http", "imaplib",
        "importlib", "inspect", "io", "ipaddress", "itertools", "json", "keyword", "linecache",
        "locale", "logging", "lzma", "mailbox", "marshal", "math", "mimetypes", "mmap",
        "multiprocessing", "netrc", "numbers", "operator", "os", "pathlib", "pdb", "pickle",
        "pkgutil", "platform", "plistlib", "poplib", "posixpath", "pprint", "profile", "pstats",
        "pty", "pwd", "queue", "random", "re", "readline", "reprlib", "resource", "sched",
        "secrets", "select", "selectors", "shelve", "shlex", "shutil", "signal", "site", "smtplib",
        "socket", "socketserver", "sqlite3", "ssl", "stat", "statistics", "string", "struct",
        "subprocess", "symtable", "sys", "sysconfig", "syslog", "tarfile", "tempfile", "termios",
        "textwrap", "threading", "time", "timeit", "tkinter", "token", "tokenize", "tomllib",
        "trace", "traceback", "tracemalloc", "tty", "turtle", "types", "typing", "unicodedata",
        "unittest", "urllib", "uuid", "venv", "warnings", "wave", "weakref", "webbrowser",
        "wsgiref",
        "xml", "xmlrpc", "zipfile", "zipimport", "zlib", "zoneinfo",
    ]

    static let builtIns: Set<String> = [
        "ArithmeticError", "AssertionError", "AttributeError", "BaseException",
        "BaseExceptionGroup", "BlockingIOError", "BrokenPipeError", "BufferError", "BytesWarning",
        "ChildProcessError", "ConnectionAbortedError", "ConnectionError", "ConnectionRefusedError",
        "ConnectionResetError", "DeprecationWarning", "EOFError", "Ellipsis", "EncodingWarning",
        "EnvironmentError", "Exception", "ExceptionGroup", "False", "FileExistsError",
        "FileNotFoundError", "FloatingPointError", "FutureWarning", "GeneratorExit", "IOError",
        "ImportError", "ImportWarning", "IndentationError", "IndexError", "InterruptedError",
        "IsADirectoryError", "KeyError", "KeyboardInterrupt", "LookupError", "MemoryError",
        "ModuleNotFoundError", "NameError", "None", "NotADirectoryError", "NotImplemented",
        "NotImplementedError", "OSError", "OverflowError", "PendingDeprecationWarning",
        "PermissionError", "ProcessLookupError", "RecursionError", "ReferenceError",
        "ResourceWarning", "RuntimeError", "RuntimeWarning", "StopAsyncIteration", "StopIteration",
        "SyntaxError", "SyntaxWarning", "SystemError", "SystemExit", "TabError", "TimeoutError",
        "True", "TypeError", "UnboundLocalError", "UnicodeDecodeError", "UnicodeEncodeError",
        "UnicodeError", "UnicodeTranslateError", "UnicodeWarning", "UserWarning", "ValueError",
        "Warning", "ZeroDivisionError", "abs", "aiter", "all", "anext", "any", "ascii", "bin",
        "bool", "breakpoint", "bytearray", "bytes", "callable", "chr", "classmethod", "compile",
        "complex", "copyright", "credits", "delattr", "dict", "dir", "divmod", "enumerate", "eval",
        "exec", "exit", "filter", "float", "format", "frozenset", "getattr", "globals", "hasattr",
        "hash", "help", "hex", "id", "input", "int", "isinstance", "issubclass", "iter", "len",
        "license", "list", "locals", "map", "max", "memoryview", "min", "next", "object", "oct",
        "open", "ord", "pow", "print", "property", "quit", "range", "repr", "reversed", "round",
        "set", "setattr", "slice", "sorted", "staticmethod", "str", "sum", "super", "tuple",
        "type", "vars", "zip",
    ]

    /// Of built-in types, and of what most programs use of the standard library.
    static let commonMembers: Set<String> = [
        "absolute", "add", "addFilter", "addHandler", "anchor", "append", "appendleft",
        "as_integer_ratio", "as_posix", "as_uri", "astimezone", "bit_count", "bit_length",
        "buffer", "callHandlers", "capitalize", "casefold", "center", "chmod", "clear", "close",
        "closed", "combine", "conjugate", "copy", "count", "critical", "ctime", "cwd", "daemon",
        "date", "day", "debug", "decode", "deleter", "denominator", "detach", "difference",
        "difference_update", "discard", "drive", "dst", "elements", "encode", "encoding", "end",
        "endpos", "endswith", "error", "errors", "exception", "exists", "expand", "expandtabs",
        "expanduser", "extend", "extendleft", "fatal", "fdel", "fget", "fileno", "filter", "find",
        "findCaller", "findall", "finditer", "flags", "flush", "fold", "format", "format_map",
        "from_bytes", "fromhex", "fromisocalendar", "fromisoformat", "fromkeys", "fromordinal",
        "fromtimestamp", "fset", "fullmatch", "get", "getChild", "getEffectiveLevel", "getName",
        "getbuffer", "getter", "getvalue", "gi_code", "gi_frame", "gi_running", "gi_suspended",
        "gi_yieldfrom", "glob", "group", "groupdict", "groupindex", "groups", "handle",
        "hardlink_to", "hasHandlers", "hex", "home", "hour", "ident", "imag", "index", "info",
        "insert", "intersection", "intersection_update", "isDaemon", "isEnabledFor", "is_absolute",
        "is_alive", "is_block_device", "is_char_device", "is_dir", "is_fifo", "is_file",
        "is_integer", "is_mount", "is_relative_to", "is_reserved", "is_socket", "is_symlink",
        "isalnum", "isalpha", "isascii", "isatty", "isdecimal", "isdigit", "isdisjoint",
        "isidentifier", "islower", "isnumeric", "isocalendar", "isoformat", "isoweekday",
        "isprintable", "isspace", "issubset", "issuperset", "istitle", "isupper", "items",
        "iterdir", "join", "joinpath", "keys", "lastgroup", "lastindex", "lchmod",
        "line_buffering", "link_to", "ljust", "log", "lower", "lstat", "lstrip", "makeRecord",
        "maketrans", "manager", "match", "max", "maxlen", "microsecond", "min", "minute", "mkdir",
        "month", "most_common", "move_to_end", "name", "native_id", "newlines", "now", "numerator",
        "open", "owner", "parent", "parents", "partition", "parts", "pattern", "pop", "popitem",
        "popleft", "pos", "re", "read", "read1", "read_bytes", "read_text", "readable", "readinto",
        "readinto1", "readline", "readlines", "readlink", "real", "reconfigure", "regs",
        "relative_to", "remove", "removeFilter", "removeHandler", "removeprefix", "removesuffix",
        "rename", "replace", "resolution", "resolve", "reverse", "rfind", "rglob", "rindex",
        "rjust", "rmdir", "root", "rotate", "rpartition", "rsplit", "rstrip", "run", "samefile",
        "scanner", "search", "second", "seek", "seekable", "send", "setDaemon", "setLevel",
        "setName", "setdefault", "setter", "sort", "span", "split", "splitlines", "start",
        "startswith", "stat", "stem", "strftime", "string", "strip", "strptime", "sub", "subn",
        "subtract", "suffix", "suffixes", "swapcase", "symlink_to", "symmetric_difference",
        "symmetric_difference_update", "tell", "throw", "time", "timestamp", "timetuple", "timetz",
        "title", "to_bytes", "today", "toordinal", "total", "touch", "translate", "truncate",
        "tzinfo", "tzname", "union", "unlink", "update", "upper", "utcfromtimestamp", "utcnow",
        "utcoffset", "utctimetuple", "values", "warn", "warning", "weekday", "with_name",
        "with_stem", "with_suffix", "writable", "write", "write_bytes", "write_text",
        "write_through", "writelines", "year", "zfill",
    ]
}
