// SPDX-License-Identifier: Apache-2.0
//
// Where Lua's names are. What is local is known where it is named; any other name is one that all
// files share. A module is a file, and what that returns.

extension Lua {
    static let links = LinkRules(
        family: "lua", layout: .path { path, _ in PathIndex.segments(path) },
        privateIsLocal: true, builtIns: builtIns, commonMembers: commonMembers,
        find: { linker, name, sought, _, _ in
            let found = linker.sharedName(name)
            // What has members is somewhere, if not in the tree.
            if case .nothing = found, sought == .value { return .outer(name) }
            return found
        }, hasFileValues: true,
        module: { module($0, $1, $2) })

    /// From the folders around the file on, or wherever in the tree one has the path. A name alone
    /// says too little for that.
    private static func module(
        _ item: Import, _ file: LinkedFile, _ table: ModuleFinder
    ) -> Module? {
        func inner(_ path: String) -> Module? {
            table.file(at: path).map { .inner(table[$0].module, file: $0) }
        }
        let parts = PathIndex.segments(item.module)
        if parts.isEmpty { return nil }
        let path = parts.joined(separator: "/")
        var top = PathIndex.parent(of: file.path)
        while true {
            for root in ["", "lua", "src", "lib"] {
                let place = PathIndex.join(PathIndex.join(top, root), path)
                for end in [".lua", "/init.lua"] {
                    // `require("a.init")` in a folder may be of another root.
                    let path = place.hasPrefix("/") ? String(place.dropFirst()) : place
                    if let found = inner(path + end) { return found }
                }
            }
            if top.isEmpty { break }
            top = PathIndex.parent(of: top)
        }
        let outer = Module.outer(parts.joined(separator: "."))
        guard parts.count > 1 else { return outer }
        let found = ["\(path).lua", "\(path)/init.lua"].flatMap { table.paths(endingWith: $0) }
        if found.isEmpty { return outer }
        return found.count == 1 ? inner(found[0]) : nil
    }

    /// Of 5.1 to 5.4 and LuaJIT.
    private static let builtIns: Set<String> = [
        "_ENV", "_G", "_VERSION", "arg", "assert", "bit", "bit32", "collectgarbage", "coroutine",
        "debug", "dofile", "error", "getfenv", "getmetatable", "io", "ipairs", "jit", "load",
        "loadfile", "loadstring", "math", "module", "next", "os", "package", "pairs", "pcall",
        "print", "rawequal", "rawget", "rawlen", "rawset", "require", "select", "setfenv",
        "setmetatable", "string", "table", "tonumber", "tostring", "type", "unpack", "utf8",
        "warn", "xpcall",
    ]

    /// Of strings and files.
    private static let commonMembers: Set<String> = [
        "byte", "char", "close", "find", "flush", "format", "gmatch", "gsub", "len", "lines",
        "lower", "match", "read", "rep", "reverse", "seek", "setvbuf", "sub", "upper", "write",
    ]
}
