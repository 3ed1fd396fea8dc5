// SPDX-License-Identifier: Apache-2.0
//
// Rust's modules: crates are folders with a `src` in them, or files that cargo makes one of each;
// in them a module is a file or a folder.

enum RustModules {
    static let links = LinkRules(
        family: "rust", layout: .path { segments($0, $1) }, hasTypeScope: false, builtIns: builtIns,
        builtInModule: "std", commonMembers: commonMembers, exportsImports: true, hasPaths: true,
        globsImports: false,
        unwrappers: [
            "expect", "get_or_insert_with", "unwrap", "unwrap_or", "unwrap_or_default",
            "unwrap_or_else", "unwrap_unchecked",
        ],
        rewrappers: [
            "as_deref", "as_deref_mut", "as_mut", "as_mut_slice", "as_ref", "as_slice", "back",
            "back_mut", "chain", "clone", "cloned", "context", "copied", "drain", "err_into",
            "filter", "first", "first_mut", "front", "front_mut", "get", "get_mut", "inspect",
            "into_iter", "into_values", "iter", "iter_mut", "last", "last_mut", "map_err", "next",
            "next_back", "nth", "ok", "ok_or", "ok_or_else", "or", "or_else", "peek", "peekable",
            "pop", "pop_back", "pop_front", "remove", "rev", "skip", "skip_while", "take",
            "take_while", "to_vec", "values", "values_mut", "with_context",
        ],
        copiers: ["clone", "default", "to_owned"],
        outerMember: { outerMember($0, $1) }, notes: { files, _ in crates(files) },
        notesAskAllFiles: true)

    /// The crate, as its folder or file, and its modules.
    static func segments(_ path: String, _ index: PathIndex) -> [String] {
        let parts = PathIndex.segments(path)
        if parts.last == "Cargo.toml" { return [path] }
        var root = parts.count - 1
        var source = -1
        // The innermost folder with a root in it, or what cargo takes for one.
        while root > 0 {
            let folder = parts.prefix(root).joined(separator: "/")
            if index.has(file: folder + "/lib.rs") || index.has(file: folder + "/main.rs") {
                source = root
                break
            }
            root -= 1
        }
        if source < 0, index.has(file: "lib.rs") || index.has(file: "main.rs") { source = 0 }
        let cargo = parts.dropLast().lastIndex { targets.contains($0) }
        if let cargo, cargo >= source, parts.count == cargo + 2 {
            // Each is a crate of its own.
            return [path]
        }
        if source >= 0, parts.dropFirst(source).first == "bin", parts.count == source + 2 {
            return [path]
        }
        if source < 0 {
            return cargo.map { [parts.prefix($0 + 1).joined(separator: "/")] + rest(parts, $0 + 1) }
                ?? [path]
        }
        let crate = parts.prefix(source).joined(separator: "/")
        return [crate.isEmpty ? "." : crate] + rest(parts, source)
    }

    private static let targets: Set<String> = ["benches", "examples", "tests"]

    private static func rest(_ parts: [String], _ count: Int) -> [String] {
        var rest = Array(parts.dropFirst(count))
        let stem = PathIndex.stem(of: rest.removeLast())
        if stem == "mod" || rest.isEmpty && (stem == "lib" || stem == "main") { return rest }
        return rest + [stem]
    }

    /// Crates that others name: as their manifest says, or else by the folder that their `src` is
    /// in, without a version.
    private static func crates(_ files: [PreparedFile]) -> [String: [String]] {
        var crates: [String: [String]] = [:]
        var files = files
        let roots = Dictionary(files.map { ($0.path, $0) }) { first, _ in first }
        var named: Set<String> = []
        for manifest in files where manifest.language.isManifest && !manifest.facts.package.isEmpty
        {
            func setting(_ name: String) -> String? {
                manifest.facts.attributes.first { $0.name == name }?.type
            }
            let path = PathIndex.resolve(
                setting(TOML.Setting.libraryPath) ?? "src/lib.rs",
                from: PathIndex.parent(of: manifest.path))
            guard let path, let root = roots[path], root.moduleSegments.count == 1,
                let crate = root.moduleSegments.first
            else { continue }
            // Other manifests name the package.
            let names = [setting(TOML.Setting.libraryName), manifest.facts.package]
            for name in Set(names.compactMap { $0.map(TOML.crateName) }) {
                crates[name, default: []].append(crate)
            }
            named.insert(path)
        }
        files.removeAll { named.contains($0.path) }
        for file in files where PathIndex.name(of: file.path) == "lib.rs" {
            guard file.moduleSegments.count == 1, let crate = file.moduleSegments.first else {
                continue
            }
            var folder = PathIndex.segments(crate)
            if folder.last == "src" { folder.removeLast() }
            guard var name = folder.last else { continue }
            if let dash = name.utf8.lastIndex(of: UInt8(ascii: "-")),
                let next = name[dash...].utf8.dropFirst().first, next >= 48, next <= 57
            {
                name = String(name[..<dash])
            }
            let key = TOML.crateName(name)
            crates[key, default: []].append(crate)
        }
        return crates
    }

    /// Of the standard library it is known what types have by its traits.
    private static func outerMember(_ base: String, _ name: String) -> Bool {
        guard base.hasPrefix("std."), let trait = LinkedFile.parts(base).last else { return true }
        if trait.hasSuffix("Iterator") { return commonMembers.contains(name) && name != "len" }
        return traitMembers[trait]?.contains(name) ?? false
    }

    private static let traitMembers: [String: Set<String>] = [
        "Clone": ["clone", "clone_from"], "Default": ["default"], "PartialEq": ["eq", "ne"],
        "PartialOrd": ["partial_cmp", "lt", "le", "gt", "ge"],
        "Ord": ["cmp", "max", "min", "clamp"], "Hash": ["hash"], "Debug": ["fmt"],
        "Display": ["fmt", "to_string"], "ToString": ["to_string"], "Deref": ["deref"],
        "Error": ["source", "description"], "Future": ["poll"],
        "Read": ["read", "read_exact", "read_to_end", "read_to_string", "bytes", "take"],
        "Write": ["write", "write_all", "write_fmt", "write_str", "flush"],
    ]

    static let builtIns: Set<String> = [
        "AsMut", "AsRef", "Box", "Clone", "Copy", "Debug", "Default", "DoubleEndedIterator",
        "Drop", "Eq", "Err", "ExactSizeIterator", "Extend", "Fn", "FnMut", "FnOnce", "From",
        "FromIterator", "Hash", "Into", "IntoIterator", "Iterator", "None", "Ok", "Option", "Ord",
        "PartialEq", "PartialOrd", "Result", "Send", "Sized", "Some", "String", "Sync",
        "ToOwned", "ToString", "TryFrom", "TryInto", "Unpin", "Vec", "align_of", "bool", "char",
        "drop", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "size_of", "str",
        "u128", "u16", "u32", "u64", "u8", "usize",
        "assert!", "assert_eq!", "assert_ne!", "cfg!", "column!", "compile_error!", "concat!",
        "dbg!", "debug_assert!", "debug_assert_eq!", "debug_assert_ne!", "env!", "eprint!",
        "eprintln!", "file!", "format!", "format_args!", "include!", "include_bytes!",
        "include_str!", "line!", "matches!", "module_path!", "option_env!", "panic!", "print!",
        "println!", "stringify!", "thread_local!", "todo!", "try!", "unimplemented!",
        "unreachable!", "vec!", "write!", "writeln!",
    ]

    /// Of the standard library's types and traits.
    static let commonMembers: Set<String> = [
        "abs", "add", "all", "and", "and_then", "any", "append", "args", "as_bytes", "as_deref",
        "as_mut", "as_mut_ptr", "as_ptr", "as_ref", "as_slice", "as_str", "await", "binary_search",
        "borrow", "borrow_mut", "by_ref", "bytes", "capacity", "ceil", "chain", "chars",
        "checked_add", "checked_mul", "checked_sub", "chunks", "clamp", "clear", "clone",
        "clone_from", "cloned", "close", "cmp", "collect", "compare_exchange", "concat",
        "contains", "contains_key", "copied", "copy_from_slice", "count", "cycle", "default",
        "deref",
        "deref_mut", "difference", "display", "div", "downcast", "downcast_mut", "downcast_ref",
        "drain", "drop", "elapsed", "ends_with", "entry", "enumerate", "eq", "err", "exists",
        "expect", "expect_err", "extend", "extend_from_slice", "fetch_add", "fetch_or",
        "fetch_sub", "field", "file_name", "fill", "filter", "filter_map", "find", "find_map",
        "finish", "first", "flat_map", "flatten", "floor", "flush", "fmt", "fold", "for_each",
        "from", "from_str", "ge", "get", "get_mut", "get_or_insert_with", "get_ref", "gt", "hash",
        "id", "index", "index_mut", "insert", "insert_str", "inspect", "intersection", "into",
        "into_boxed_slice", "into_bytes", "into_inner", "into_iter", "into_string", "is_alphabetic",
        "is_ascii", "is_char_boundary", "is_dir", "is_empty", "is_err", "is_file", "is_none",
        "is_numeric", "is_ok", "is_some", "is_whitespace", "iter", "iter_mut", "join", "keys",
        "kind", "last", "last_mut", "le", "len", "lines", "load", "lock", "lt", "map", "map_err",
        "map_or", "map_or_else", "max", "max_by", "max_by_key", "merge", "metadata", "min",
        "min_by", "min_by_key", "mul", "name", "ne", "neg", "new", "next", "next_back", "not",
        "notify_all", "notify_one", "nth", "ok", "ok_or", "ok_or_else", "open", "or", "or_else",
        "or_insert", "or_insert_with", "parent", "parse", "partial_cmp", "partition", "path",
        "peek", "peekable", "poll", "pop", "pop_back", "pop_front", "position", "pow", "product",
        "push", "push_back", "push_front", "push_str", "read", "read_exact", "read_line",
        "read_to_end", "read_to_string", "recv", "rem", "remove", "repeat", "replace", "reserve",
        "resize", "retain", "rev", "reverse", "rfind", "rposition", "rsplit", "saturating_add",
        "saturating_sub", "seek", "send", "set", "set_len", "shl", "shr", "shrink_to_fit",
        "size_hint", "skip", "skip_while", "sort", "sort_by", "sort_by_key", "sort_unstable",
        "source", "spawn", "splice", "split", "split_at", "split_first", "split_last", "split_off",
        "split_once", "split_whitespace", "splitn", "sqrt", "start", "starts_with", "step_by",
        "store", "strip_prefix", "strip_suffix", "sub", "sum", "swap", "swap_remove", "take",
        "take_while", "then", "then_some", "to_ascii_lowercase", "to_bytes", "to_lowercase",
        "to_owned", "to_path_buf", "to_str", "to_string", "to_string_lossy", "to_uppercase",
        "to_vec", "trim", "trim_end", "trim_start", "truncate", "try_from", "try_into", "try_lock",
        "type_id", "union", "unwrap", "unwrap_err", "unwrap_or", "unwrap_or_default",
        "unwrap_or_else", "unzip", "upgrade", "values", "values_mut", "wait", "wake",
        "wake_by_ref", "windows", "with", "with_capacity", "wrapping_add", "wrapping_sub", "write",
        "write_all", "write_fmt", "write_str", "zip",
    ]
}
