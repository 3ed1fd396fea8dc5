// SPDX-License-Identifier: Apache-2.0
//
// Go's packages are directories. What an import's path has before the directory is a module's name,
// which stands in a file that is no source: it is what fits most imports.

enum GoModules {
    static let links = LinkRules(
        layout: .directory, hasTypeScope: false, builtIns: builtIns, builtInModule: "builtin",
        commonMembers: commonMembers, aliasesAreTypes: true,
        notes: { files, index in ["modules": modules(files)] }, notesAskAllFiles: true,
        module: { module($0, $1, $2) }, saysNoName: { $0.alias == name(of: $0.module) })

    /// What a package is called that an import does not name, by its path: how most are.
    static func name(of path: String) -> String {
        var parts = PathIndex.segments(path)
        if parts.count > 1, let last = parts.last, isVersion(last) { parts.removeLast() }
        var name = parts.last ?? path
        if let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex {
            name = String(name[..<dot])
        }
        if name.hasSuffix("-go") { name.removeLast(3) }
        // `go-errors`: a name has no dash.
        return name.split(separator: "-").last.map { String($0) } ?? name
    }

    private static func isVersion(_ part: String) -> Bool {
        part.utf8.count > 1 && part.hasPrefix("v")
            && part.utf8.dropFirst().allSatisfy { $0 >= 48 && $0 <= 57 }
    }

    private static func isStandard(_ path: String) -> Bool {
        standard.contains(String(path.prefix { $0 != "/" }))
    }

    static func module(_ item: Import, _ file: LinkedFile, _ table: ModuleFinder) -> Module? {
        let root = NamePath(family: "go")
        func package(_ directory: String) -> Module? {
            let path = root.appending(all: PathIndex.segments(directory))
            return table.files(of: path).isEmpty ? nil : .inner(path, file: nil)
        }
        let path = item.module
        if path.hasPrefix("./") || path.hasPrefix("../") {
            return PathIndex.resolve(path, from: PathIndex.parent(of: file.path)).flatMap(package)
        }
        if isStandard(path) { return package("src/" + path) ?? .outer(path) }
        // Beside what imports it, or in a folder for what others have made.
        var directory = PathIndex.parent(of: file.path)
        while true {
            for prefix in ["vendor/", "src/", ""] {
                if let found = package(PathIndex.join(directory, prefix + path)) { return found }
            }
            if directory.isEmpty { break }
            directory = PathIndex.parent(of: directory)
        }
        var isKnown = false
        for note in table.note("modules", of: "go") {
            guard let tab = note.firstIndex(of: "\t") else { continue }
            let module = String(note[note.index(after: tab)...])
            guard path == module || path.hasPrefix(module + "/") else { continue }
            isKnown = true
            let rest = String(path.dropFirst(module.count + 1))
            let top = String(note[..<tab])
            if let found = package(rest.isEmpty ? top : PathIndex.join(top, rest)) { return found }
        }
        return isKnown ? nil : .outer(path)
    }

    // MARK: - Modules

    private struct Candidate: Hashable {
        let root: String
        let module: String
    }

    /// Folders and the modules that they are, `folder\tmodule`, the longest names first.
    private static func modules(_ files: [PreparedFile]) -> [String] {
        var packages: [String: String] = [:]
        for file in files { packages[PathIndex.parent(of: file.path)] = file.facts.package }
        var votes: [Candidate: Set<String>] = [:]
        var seen: Set<Candidate> = []
        for file in files {
            let directory = PathIndex.parent(of: file.path)
            for item in file.facts.imports
            where !isStandard(item.module)
                && seen.insert(Candidate(root: directory, module: item.module)).inserted
            {
                let parts = PathIndex.segments(item.module)
                let least = least(parts)
                guard parts.count >= least else { continue }
                var root = directory
                while true {
                    for count in least...parts.count {
                        let rest = parts.dropFirst(count).joined(separator: "/")
                        let package = rest.isEmpty ? root : PathIndex.join(root, rest)
                        guard let name = packages[package] else { continue }
                        // That there is a package says nothing if it is the folder itself.
                        if rest.isEmpty, root == directory || name != self.name(of: item.module) {
                            continue
                        }
                        let module = parts.prefix(count).joined(separator: "/")
                        votes[Candidate(root: root, module: module), default: []].insert(rest)
                    }
                    if root.isEmpty { break }
                    root = PathIndex.parent(of: root)
                }
            }
        }
        var chosen: [Candidate] = []
        let sorted = votes.sorted {
            ($1.value.count, $0.key.root.utf8.count, $0.key.root, $0.key.module)
                < ($0.value.count, $1.key.root.utf8.count, $1.key.root, $1.key.module)
        }
        for (candidate, rests) in sorted {
            if chosen.contains(where: { $0.root == candidate.root }) { continue }
            let isAgreed = chosen.allSatisfy { agree($0, candidate) && agree(candidate, $0) }
            // One module in another has to be sure.
            if isAgreed || rests.count >= 3 { chosen.append(candidate) }
        }
        return chosen.sorted {
            ($1.module.utf8.count, $0.module, $0.root) < ($0.module.utf8.count, $1.module, $1.root)
        }.map { "\($0.root)\t\($0.module)" }
    }

    /// Whether one, if it is in the other's folder, has the name that follows from that.
    private static func agree(_ outer: Candidate, _ inner: Candidate) -> Bool {
        let prefix = outer.root.isEmpty ? "" : outer.root + "/"
        guard inner.root != outer.root, inner.root.hasPrefix(prefix) else { return true }
        return inner.module == outer.module + "/" + inner.root.dropFirst(prefix.count)
    }

    /// How many parts a module's name has at least: hosts have owners, and these repositories.
    private static func least(_ parts: [String]) -> Int {
        guard let host = parts.first, host.contains(".") else { return 1 }
        if ["github.com", "gitlab.com", "bitbucket.org", "golang.org"].contains(host) { return 3 }
        return 2
    }

    private static let standard: Set<String> = [
        "C",
        "archive", "arena", "bufio", "builtin", "bytes", "cmp", "compress", "container",
        "context", "crypto", "database", "debug", "embed", "encoding", "errors", "expvar", "flag",
        "fmt", "go", "hash", "html", "image", "index", "internal", "io", "iter", "log", "maps",
        "math", "mime", "net", "os", "path", "plugin", "reflect", "regexp", "runtime", "slices",
        "sort", "strconv", "strings", "structs", "sync", "syscall", "testing", "text", "time",
        "unicode", "unique", "unsafe", "weak",
    ]

    static let builtIns: Set<String> = [
        "any", "append", "bool", "byte", "cap", "clear", "close", "comparable", "complex",
        "complex128", "complex64", "copy", "delete", "error", "float32", "float64", "imag", "int",
        "int16", "int32", "int64", "int8", "iota", "len", "make", "max", "min", "new", "panic",
        "print", "println", "real", "recover", "rune", "string", "uint", "uint16", "uint32",
        "uint64", "uint8", "uintptr",
    ]

    /// Of the standard library's types and interfaces.
    static let commonMembers: Set<String> = [
        "Abs", "Add", "After", "Append", "Apply", "Args", "Base", "Before", "Begin", "Bool",
        "Buffered", "Bytes", "Call", "Cancel", "Cap", "Close", "Cmp", "Code", "Commit", "Compare",
        "Complete", "Context", "Copy", "Count", "Data", "Day", "Deadline", "Debug", "Debugf",
        "Decode", "Delete", "Dir", "Do", "Done", "Duration", "Elapsed", "Elem", "Encode", "End",
        "Equal", "Err", "Error", "Errorf", "Exec", "Exit", "Fatal", "Fatalf", "Field", "Fields",
        "Filter", "Find", "First", "Float64", "Flush", "Format", "Fprintf", "Func", "Get",
        "Handle", "Hash", "Header", "Host", "Hour", "ID", "Index", "Info", "Infof", "Init",
        "Insert", "Int", "Int64", "Interface", "Is", "IsDir", "IsNil", "IsZero", "Join", "Key",
        "Keys", "Kind", "Last", "Len", "Less", "Line", "List", "Load", "Lock", "Log", "Logf",
        "Lookup", "Map", "Marshal", "MarshalJSON", "Match", "Method", "Minute", "Mode", "Month",
        "Mul", "Name", "Nanosecond", "New", "Next", "Nil", "Now", "NumField", "Offset", "Ok",
        "Open", "Output", "Parse", "Path", "Peek", "Ping", "Pop", "Pos", "Prefix", "Print",
        "Printf", "Println", "Push", "Put", "Query", "RLock", "RUnlock", "Range", "Read",
        "ReadAll", "ReadByte", "ReadFrom", "ReadRune", "ReadString", "Remove", "Replace", "Reset",
        "Resolve", "Rollback", "Round", "Run", "Scan", "Second", "Seek", "Select", "Send",
        "ServeHTTP", "Set", "Shutdown", "Size", "Skip", "Sleep", "Sort", "Split", "Start", "Stat",
        "Status", "Stop", "Store", "String", "Sub", "Sum", "Swap", "Sync", "Tag", "Text", "Time",
        "Title", "Trim", "Truncate", "Truncated", "Type", "Uint", "Unix", "Unlock", "Unmarshal",
        "UnmarshalJSON", "Unwrap", "Update", "Upper", "Value", "Values", "Wait", "Warn", "Warnf",
        "With", "Write", "WriteByte", "WriteHeader", "WriteRune", "WriteString", "WriteTo",
        "Year",
    ]
}
