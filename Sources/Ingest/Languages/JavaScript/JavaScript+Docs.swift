// SPDX-License-Identifier: Apache-2.0
//
// Types that JavaScript has in comments: `@param {Store} store`, `@returns {Store}`,
// `@type {Store}`. Only names are followed, as TypeScript follows them.

extension JavaScript {
    struct DocTypes {
        private(set) var parameters: [String: String] = [:]
        private(set) var result: String?
        private(set) var value: String?

        /// Of a description, without the marks of a comment.
        init(_ doc: String, _ language: Language) {
            guard doc.utf8.contains(UInt8(ascii: "@")) else { return }
            for line in doc.utf8.split(separator: UInt8(ascii: "\n")) {
                let words = line.split(
                    maxSplits: 3, whereSeparator: { $0 == 32 || $0 == 9 }
                ).map { String(Substring($0)) }
                guard words.count > 1, let type = Self.type(words[1], language) else { continue }
                switch words[0] {
                case "@param", "@arg", "@argument":
                    if words.count > 2 { parameters[Self.name(words[2])] = type }
                case "@returns", "@return": result = type
                case "@type": value = type
                default: break
                }
            }
        }

        /// `[name]` and `[name=1]` may be left out.
        private static func name(_ word: String) -> String {
            String(word.drop { $0 == "[" }.prefix { $0 != "]" && $0 != "=" })
        }

        /// Something of the type in braces, as an expression. What may also be nothing is that.
        private static func type(_ word: String, _ language: Language) -> String? {
            guard word.hasPrefix("{"), word.hasSuffix("}") else { return nil }
            let names = word.dropFirst().dropLast()
                .drop { "?!(".contains($0) }
                .split(separator: "|")
                .map { $0.prefix { $0 != "=" && $0 != ")" } }
                .filter { $0 != "null" && $0 != "undefined" }
            guard names.count == 1, let name = names.first, let first = name.utf8.first,
                first >= 65 && first <= 90,
                name.utf8.allSatisfy({
                    $0 == 95 || $0 >= 48 && $0 <= 57 || $0 | 32 >= 97 && $0 | 32 <= 122
                }),
                !language.links.builtIns.contains(String(name))
            else { return nil }
            return name + "^"
        }
    }

    /// What the comment before a function says, where the language has no types.
    static func docTypes(_ e: Extractor, _ function: SyntaxNode) -> DocTypes? {
        guard e.language.name == "javascript", e.scope.isDefinition,
            e.scope.node == function.index || e.isNamed(function)
        else { return nil }
        return docTypes(e, e.facts.definitions[e.scope.definition])
    }

    static func docTypes(_ e: Extractor, _ definition: Definition) -> DocTypes? {
        guard e.language.name == "javascript" else { return nil }
        return definition.doc.map { DocTypes($0, e.language) }
    }
}
