// SPDX-License-Identifier: Apache-2.0
//
// What a name that is no path imports, by the manifests of the tree: `paths` of TypeScript's
// projects, `imports` of the package itself, and packages of the tree, which offer files by name.

extension JavaScript {
    /// Packages by their names.
    static func notes(_ files: [PreparedFile]) -> [String: [String]] {
        var notes: [String: [String]] = [:]
        for file in files where file.language.isManifest && !file.facts.package.isEmpty {
            notes[file.facts.package, default: []].append(PathIndex.parent(of: file.path))
        }
        return notes
    }

    /// The file that is meant, or that none in the tree is; nil if no manifest knows the name.
    static func manifestFile(_ name: String, _ file: LinkedFile, _ table: ModuleFinder) -> Int?? {
        let directory = PathIndex.parent(of: file.path)
        let own = above(directory) { manifest("package.json", in: $0, table) }
        if name.hasPrefix("#") {
            guard let own else { return nil }
            return .some(offered(name, by: own, for: file, table))
        }
        if let number = project(name, directory, file, table) { return .some(number) }
        let parts = PathIndex.segments(name)
        let count = name.hasPrefix("@") ? 2 : 1
        guard parts.count >= count else { return nil }
        let package = parts.prefix(count).joined(separator: "/")
        guard let found = self.package(package, own, table) else { return nil }
        let inside = parts.dropFirst(count).joined(separator: "/")
        return .some(offered(inside.isEmpty ? "." : "./" + inside, by: found, for: file, table))
    }

    static func hasManifests(_ table: ModuleFinder) -> Bool {
        table.hasNotes(of: links.family)
    }

    private static func manifest(
        _ name: String, in directory: String, _ table: ModuleFinder
    ) -> LinkedFile? {
        guard let number = table.file(at: PathIndex.join(directory, name)) else { return nil }
        let file = table[number]
        return file.language.isManifest ? file : nil
    }

    private static func settings(_ name: String, of manifest: LinkedFile) -> [String] {
        manifest.facts.attributes.filter { $0.name == name }.map(\.type)
    }

    // MARK: - Projects

    private static func project(
        _ name: String, _ directory: String, _ file: LinkedFile, _ table: ModuleFinder
    ) -> Int? {
        var next = above(directory) { place in
            manifest("tsconfig.json", in: place, table)
                ?? manifest("jsconfig.json", in: place, table)
        }
        // What one does not say, the one that it extends may.
        var count = 0
        while let project = next, count < 8 {
            let folder = PathIndex.parent(of: project.path)
            let base = settings(JSON.Setting.baseURL, of: project).first
                .flatMap { PathIndex.resolve($0, from: folder) }
            var best: (length: Int, number: Int)?
            for path in settings(JSON.Setting.paths, of: project) {
                let parts = path.split(separator: "\t", maxSplits: 1)
                guard parts.count == 2, let part = part(of: name, in: String(parts[0])),
                    let place = PathIndex.resolve(
                        filled(String(parts[1]), part), from: base ?? folder),
                    let number = Self.file(at: place, for: file, table)
                else { continue }
                // The longest that is there, of what one stands for the first.
                if best.map({ $0.length < parts[0].count }) ?? true {
                    best = (parts[0].count, number)
                }
            }
            if let best { return best.number }
            if let base, let number = Self.file(at: PathIndex.join(base, name), for: file, table) {
                return number
            }
            next = settings(JSON.Setting.extended, of: project).first.flatMap { path in
                guard path.hasPrefix("."), let place = PathIndex.resolve(path, from: folder) else {
                    return nil
                }
                let names = [place, place + ".json", place + "/tsconfig.json"]
                return names.lazy.compactMap { manifest($0, in: "", table) }.first
            }
            count += 1
        }
        return nil
    }

    /// What stands for the `*` of a pattern in a name; empty if it has none.
    private static func part(of name: String, in pattern: String) -> String? {
        guard let star = pattern.firstIndex(of: "*") else { return name == pattern ? "" : nil }
        let before = pattern[..<star]
        let after = pattern[pattern.index(after: star)...]
        guard name.hasPrefix(before), name.hasSuffix(after),
            name.utf8.count >= before.utf8.count + after.utf8.count
        else { return nil }
        return String(name.dropFirst(before.count).dropLast(after.count))
    }

    private static func filled(_ pattern: String, _ part: String) -> String {
        pattern.split(separator: "*", omittingEmptySubsequences: false).joined(separator: part)
    }

    // MARK: - Packages

    /// The package of the tree that is seen from another under a name.
    private static func package(
        _ name: String, _ own: LinkedFile?, _ table: ModuleFinder
    ) -> LinkedFile? {
        if let own, own.facts.package == name { return own }
        let found = table.note(name, of: links.family)
            .compactMap { manifest("package.json", in: $0, table) }
        if found.isEmpty { return nil }
        let members = found.filter { isMember(PathIndex.parent(of: $0.path), table) }
        if let member = members.first { return members.count == 1 ? member : nil }
        // Others are fixtures and examples, unless one asks for just that.
        guard let own, found.count == 1 else { return nil }
        if settings(JSON.Setting.linked, of: own).contains(name) { return found[0] }
        return nil
    }

    /// Whether a folder is a package of a workspace around it.
    private static func isMember(_ directory: String, _ table: ModuleFinder) -> Bool {
        let isMember = above(PathIndex.parent(of: directory)) { top -> Bool? in
            let patterns = ["package.json", "lerna.json"].compactMap {
                manifest($0, in: top, table)
            }
            .flatMap { settings(JSON.Setting.workspaces, of: $0) }
            if patterns.isEmpty { return nil }
            let inside = PathIndex.segments(directory).dropFirst(PathIndex.segments(top).count)
            func fits(_ pattern: String) -> Bool {
                matches(inside, PathIndex.segments(pattern)[...].filter { $0 != "." }[...])
            }
            let isOut = patterns.contains { $0.hasPrefix("!") && fits(String($0.dropFirst())) }
            return !isOut && patterns.contains(where: fits)
        }
        return isMember ?? false
    }

    private static func matches(_ path: ArraySlice<String>, _ pattern: ArraySlice<String>) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        if first == "**" {
            return matches(path, pattern.dropFirst())
                || !path.isEmpty && matches(path.dropFirst(), pattern)
        }
        guard let name = path.first, part(of: name, in: first) != nil else { return false }
        return matches(path.dropFirst(), pattern.dropFirst())
    }

    /// The source of what a package offers under a name.
    private static func offered(
        _ name: String, by package: LinkedFile, for file: LinkedFile, _ table: ModuleFinder
    ) -> Int? {
        let folder = PathIndex.parent(of: package.path)
        for attribute in package.facts.attributes {
            guard attribute.name.hasPrefix(".") || attribute.name.hasPrefix("#"),
                let part = part(of: name, in: attribute.name)
            else { continue }
            let target = filled(attribute.type, part)
            if let number = source(of: target, in: folder, for: file, table) { return number }
        }
        if name.hasPrefix("#") { return nil }
        let inside = name == "." ? "index" : String(name.dropFirst(2))
        return source(of: inside, in: folder, for: file, table)
            ?? source(of: "src/" + inside, in: folder, for: file, table)
    }

    /// A file, or what it is made from: what a build makes is in no tree.
    private static func source(
        of target: String, in folder: String, for file: LinkedFile, _ table: ModuleFinder
    ) -> Int? {
        guard let path = PathIndex.resolve(target, from: folder) else { return nil }
        if let number = Self.file(at: path, for: file, table) { return number }
        let prefix = folder.isEmpty ? 0 : folder.count + 1
        var parts = PathIndex.segments(String(path.dropFirst(prefix)))
        guard let first = parts.first, builds.contains(first) else { return nil }
        for end in [".d.ts", ".d.mts", ".d.cts", ".min.js"] where parts.last?.hasSuffix(end) == true
        {
            parts.append(String((parts.popLast() ?? "").dropLast(end.count)))
        }
        while let first = parts.first, builds.contains(first) {
            parts.removeFirst()
            for top in ["src/", "lib/", ""] {
                let place = PathIndex.join(folder, top + parts.joined(separator: "/"))
                if let number = Self.file(at: place, for: file, table) { return number }
            }
        }
        return nil
    }

    private static let builds: Set<String> = [
        "browser", "build", "cjs", "commonjs", "dist", "es", "esm", "lib", "mjs", "module", "node",
        "out", "output", "types", "typings", "umd",
    ]
}
