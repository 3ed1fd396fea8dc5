// SPDX-License-Identifier: Apache-2.0
//
// Which language a file is in, as far as its name tells.

package enum SourceLanguage {
    /// The language of a file with this name; nil if the name tells of none.
    package static func named(by fileName: String) -> String? {
        byName[fileName] ?? byExtension[fileExtension(of: fileName)]
    }

    /// What stands behind the last dot, in lower case; empty if there is none, or the dot is the
    /// first character.
    package static func fileExtension(of fileName: String) -> String {
        let bytes = fileName.utf8
        guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot != bytes.startIndex else {
            return ""
        }
        return fileName[bytes.index(after: dot)...].lowercased()
    }

    /// The last part of a path; that of a directory, which ends with a slash, is empty.
    static func lastName(of path: String) -> String {
        let bytes = path.utf8
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[bytes.index(after: slash)...])
    }

    private static let byName = [
        "CMakeLists.txt": "cmake",
        "Dockerfile": "dockerfile",
        "GNUmakefile": "make",
        "Makefile": "make",
        "makefile": "make",
    ]

    private static let extensions: [(language: String, extensions: [String])] = [
        ("ada", ["adb", "ads"]),
        ("assembly", ["asm", "s"]),
        // A header may be C++ as well: its content tells, not its name.
        ("c", ["c", "h"]),
        ("clojure", ["clj", "cljc", "cljs"]),
        ("cmake", ["cmake"]),
        ("cpp", ["c++", "cc", "cpp", "cxx", "h++", "hh", "hpp", "hxx", "inl", "ipp", "tcc"]),
        ("csharp", ["cs"]),
        ("css", ["css", "less", "scss"]),
        ("cuda", ["cu", "cuh"]),
        ("d", ["d"]),
        ("dart", ["dart"]),
        ("elixir", ["ex", "exs"]),
        ("elm", ["elm"]),
        ("erlang", ["erl", "hrl"]),
        ("fortran", ["f", "f03", "f08", "f77", "f90", "f95", "for"]),
        ("fsharp", ["fs", "fsi", "fsx"]),
        ("go", ["go"]),
        ("graphql", ["gql", "graphql"]),
        ("groovy", ["gradle", "groovy"]),
        ("haskell", ["hs", "lhs"]),
        ("html", ["htm", "html"]),
        ("java", ["java"]),
        ("javascript", ["cjs", "js", "jsx", "mjs"]),
        ("json", ["json"]),
        ("julia", ["jl"]),
        ("kotlin", ["kt", "kts"]),
        ("lisp", ["cl", "el", "lisp", "lsp"]),
        ("lua", ["lua"]),
        ("make", ["mak", "mk"]),
        ("markdown", ["markdown", "md"]),
        ("nim", ["nim"]),
        ("nix", ["nix"]),
        ("objective_c", ["m"]),
        ("objective_cpp", ["mm"]),
        ("ocaml", ["ml", "mli"]),
        ("pascal", ["pas"]),
        ("perl", ["pl", "pm"]),
        ("php", ["php"]),
        ("powershell", ["ps1", "psd1", "psm1"]),
        ("prolog", ["pro"]),
        ("protobuf", ["proto"]),
        ("python", ["py", "pyi", "pyx"]),
        ("r", ["r"]),
        ("rst", ["rst"]),
        ("ruby", ["rake", "rb"]),
        ("rust", ["rs"]),
        ("scala", ["sc", "scala"]),
        ("scheme", ["scm", "ss"]),
        ("shell", ["bash", "sh", "zsh"]),
        ("sql", ["sql"]),
        ("swift", ["swift"]),
        ("tcl", ["tcl"]),
        ("terraform", ["tf"]),
        ("toml", ["toml"]),
        ("typescript", ["cts", "mts", "ts", "tsx"]),
        ("verilog", ["sv", "svh", "v", "vh"]),
        ("vhdl", ["vhd", "vhdl"]),
        ("vue", ["vue"]),
        ("xml", ["xml", "xsd", "xsl"]),
        ("yaml", ["yaml", "yml"]),
        ("zig", ["zig"]),
    ]

    private static let byExtension: [String: String] = {
        var table: [String: String] = [:]
        for (language, names) in extensions {
            for name in names { table[name] = language }
        }
        return table
    }()
}
