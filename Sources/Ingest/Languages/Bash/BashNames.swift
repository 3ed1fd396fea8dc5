// SPDX-License-Identifier: Apache-2.0
//
// A function is there for all that runs after it was defined, in whichever file: what a file sees
// are its own functions, those of files that it reads, and those of the ones that read it.

extension Bash {
    static let links = LinkRules(
        family: "bash", layout: .global,
        find: { linker, name, _, owner, _ in
            if name.hasPrefix(outer) { return .outer(decoded(String(name.dropFirst(outer.count)))) }
            return linker.command(decoded(name), owner)
        },
        notes: { notes($0, $1) }, notesAskAllFiles: true, module: { module($0, $1, $2) },
        isGuessed: { isGuessed($0.module, $1) })

    /// Whether a file is only likely to be the one that is read.
    private static func isGuessed(_ module: String, _ path: String) -> Bool {
        module.hasPrefix("*") || PathIndex.name(of: module) != PathIndex.name(of: path)
    }

    /// The files by their names, those that read a file, and those that may read any.
    private static func notes(_ files: [PreparedFile], _ index: PathIndex) -> [String: [String]] {
        var notes: [String: [String]] = [:]
        for file in files { notes[PathIndex.name(of: file.path), default: []].append(file.path) }
        let named = notes
        for file in files {
            for item in file.facts.imports {
                if let path = path(item, from: file.path, index.has(file:), { named[$0] ?? [] }) {
                    notes[readers + path, default: []].append(file.path)
                }
            }
            if readsAny(file.facts) { notes[readers, default: []].append(file.path) }
        }
        return notes
    }

    static let readers = "<"

    /// Whether a variable says what it reads.
    static func readsAny(_ facts: LinkFacts) -> Bool {
        facts.attributes.contains { $0.name == "source" }
    }

    /// Beside the script, in a folder around it, or, where a variable says from where, the only one
    /// that has such a path.
    private static func path(
        _ item: Import, from path: String, _ has: (String) -> Bool, _ named: (String) -> [String]
    ) -> String? {
        if !item.module.hasPrefix("*") {
            if item.module.hasPrefix("/") || item.module.hasPrefix("~") { return nil }
            var folder = PathIndex.parent(of: path)
            while true {
                if let found = PathIndex.resolve(item.module, from: folder), has(found) {
                    return found
                }
                if folder.isEmpty { break }
                folder = PathIndex.parent(of: folder)
            }
        }
        let parts = PathIndex.segments(item.module).drop { [".", "..", "*"].contains($0) }
        // What is installed as `a` may be `a.sh` in the tree.
        for suffix in item.module.hasPrefix("*") ? ["", ".sh"] : [".sh"] {
            let end = "/" + parts.joined(separator: "/") + suffix
            let found = named(PathIndex.name(of: item.module) + suffix).filter {
                ("/" + $0).hasSuffix(end)
            }
            if !found.isEmpty { return found.count == 1 ? found[0] : nil }
        }
        return nil
    }

    private static func module(
        _ item: Import, _ file: LinkedFile, _ table: ModuleFinder
    ) -> Module? {
        let path = path(item, from: file.path, table.has(file:)) { table.note($0, of: "bash") }
        if let path, let number = table.file(at: path) {
            return .inner(table[number].module, file: number)
        }
        return item.module.hasPrefix("/") ? .outer(item.module) : nil
    }

    /// Of the shell, POSIX and most systems: where nothing says that a function has such a name, it
    /// is not one of some other script.
    fileprivate static let commands: Set<String> = [
        ".", ":", "[", "alias", "apt-get", "awk", "basename", "bash", "bc", "bg", "bind", "break",
        "builtin", "bzip2", "caller", "cat", "cc", "cd", "chgrp", "chmod", "chown", "chroot",
        "clear", "cmp", "column", "comm", "command", "compgen", "complete", "compopt", "continue",
        "cp", "curl", "cut", "date", "dd", "declare", "df", "diff", "dirname", "dirs", "disown",
        "docker", "dpkg", "du", "echo", "egrep", "enable", "env", "eval", "exec", "exit", "expand",
        "export", "expr", "false", "fc", "fg", "fgrep", "file", "find", "flock", "fold", "gcc",
        "getconf", "getopt", "getopts", "git", "go", "grep", "groups", "gunzip", "gzip", "hash",
        "head", "help", "history", "hostname", "iconv", "id", "install", "ip", "java", "jobs",
        "join", "jq", "kill", "killall", "ldd", "less", "let", "ln", "local", "locale", "logger",
        "logout", "ls", "lsof", "make", "man", "mapfile", "md5sum", "mkdir", "mkfifo", "mknod",
        "mktemp", "more", "mount", "mv", "nc", "nice", "node", "nohup", "npm", "od", "openssl",
        "paste", "patch", "perl", "pgrep", "php", "pidof", "ping", "pip", "pkill", "popd",
        "printenv", "printf", "ps", "pushd", "pwd", "python", "python3", "read", "readarray",
        "readlink", "readonly", "realpath", "return", "rm", "rmdir", "rpm", "rsync", "ruby", "scp",
        "sed", "seq", "set", "setsid", "sh", "sha1sum", "sha256sum", "shift", "shopt", "sleep",
        "sort", "source", "split", "ssh", "stat", "strings", "stty", "su", "sudo", "suspend",
        "sync", "systemctl", "tac", "tail", "tar", "tee", "test", "time", "timeout", "times",
        "touch", "tput", "tr", "trap", "true", "truncate", "tty", "type", "typeset", "ulimit",
        "umask", "umount", "unalias", "uname", "uniq", "unset", "unzip", "useradd", "wait", "wc",
        "wget", "which", "who", "whoami", "xargs", "xz", "yes", "zip", "zsh",
    ]
}

extension Linker {
    /// So many files that read one are looked at.
    private static let readerLimit = 64

    /// A function, or else a program.
    fileprivate func command(_ name: String, _ owner: Int) -> Value {
        note(name)
        let found = table.symbols(named: name, in: family).filter {
            table.definition($0).kind == .function
        }
        if found.isEmpty { return .outer(name) }
        dependencies.append(Self.dependency(onImportsIn: rules.family))
        func of(_ files: Set<Int>) -> [Symbol] {
            found.filter { files.contains(table.fileNumber(of: $0)) }
        }
        let own = table.fileNumber(of: file.first)
        let sure = of(files(from: [own], isGuessed: false))
        // What was defined last counts, which the order of the text does not say.
        if !sure.isEmpty {
            // One in another function is there once that has run.
            let isConditional = sure.allSatisfy {
                let definition = table.definition($0)
                let isInside = definition.parent > 0 && !(isOwn($0) && definition.parent == owner)
                return definition.isStatic || isInside
            }
            if isConditional, Bash.commands.contains(name) { return .outer(name) }
            return .symbols(sure, isSure: !isConditional)
        }
        let read = of(files(from: [own], isGuessed: true))
        if !read.isEmpty { return .symbols(read, isSure: false) }
        let readers = of(files(from: readers(of: own), isGuessed: true))
        if !readers.isEmpty { return .symbols(readers, isSure: false) }
        if Bash.commands.contains(name) { return .outer(name) }
        // What is read may be any file, or any file may read this one.
        if Bash.readsAny(file.facts) || hasLostImport { return .symbols(found, isSure: false) }
        let any = Set(table.note(Bash.readers, of: "bash").compactMap { table.file(at: $0) })
        let others = of(files(from: any, isGuessed: true))
        return others.isEmpty ? .outer(name) : .symbols(others, isSure: false)
    }

    /// Whether it reads a file that is not in the tree.
    private var hasLostImport: Bool {
        file.facts.imports.contains {
            if case .module = module(of: $0) { false } else { true }
        }
    }

    /// Files, with all that they read.
    private func files(from start: Set<Int>, isGuessed: Bool) -> Set<Int> {
        var files = start
        var pending = start.sorted()
        while let number = pending.popLast() {
            let next = table.files[number]
            for item in next.facts.imports {
                if case .inner(_, let other?)? = rules.module(item, next, finder),
                    isGuessed || !rules.isGuessed(item, table.files[other].path),
                    files.insert(other).inserted
                {
                    pending.append(other)
                }
            }
        }
        // What all of them depend on is known to be.
        _ = finder.takeAsked()
        return files
    }

    /// Those that read a file, and those that read them.
    private func readers(of number: Int) -> Set<Int> {
        var readers: Set<Int> = []
        var pending = [number]
        while let number = pending.popLast(), readers.count < Self.readerLimit {
            for path in table.note(Bash.readers + table.files[number].path, of: "bash") {
                if let reader = table.file(at: path), readers.insert(reader).inserted {
                    pending.append(reader)
                }
            }
        }
        return readers
    }
}
