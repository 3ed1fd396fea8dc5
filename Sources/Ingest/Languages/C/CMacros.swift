// SPDX-License-Identifier: Apache-2.0
//
// Macros that stand where no name can: what they become is not known, and the grammar takes what
// follows for something else. The parser gets blanks instead, of the same length.

import Codec

enum CMacros {
    private typealias Token = CTokens.Token

    /// `EXPORT` of `class EXPORT A {`, `static inline EXPORT int f()`, `EXPORT std::string f()`;
    /// `BEGIN_NAMESPACE` on a line of its own.
    static func blanks(_ source: UnsafeRawBufferPointer) -> [Range<Int>] {
        var tokens = CTokens(source)
        var blanks: [Range<Int>] = []
        var (before, last) = (Token(.start, 0..<0), Token(.start, 0..<0))
        // What stands between `class` and the body or the bases, if nothing else does.
        var head: [Token]?
        var isClass = false
        var budget = prototypeBudget
        // What the file calls its types so far: before a constructor is no type.
        var types: Set<UInt64> = []
        // What a macro behind `static inline` is given: `static inline FORMAT(1) int f()`.
        var given: (start: Int, depth: Int, isClosed: Bool)?
        while let token = tokens.next() {
            if !ends(before, source), isAnnotation(last, token, source),
                let end = skip(&tokens, source, &budget)
            {
                blanks.append(last.range.lowerBound..<end)
                last = before
                continue
            }
            if let prototype = prototype(last, token, tokens, source, &budget),
                before.kind == .word
            {
                blanks += prototype
            } else if isMacro(last, source), token.kind == .word, !isMacro(token, source),
                isType(before, source),
                opens(tokens, source)
                    || Self.next(tokens).map({ isUpper($0, source) }) ?? false
            {
                // `int EXPORT f(`
                blanks.append(last.range)
                last = before
            }
            if let open = given {
                if open.isClosed {
                    // On another line it begins something else, and the macro is all there was.
                    let between = source[last.range.upperBound..<token.range.lowerBound]
                    if token.kind == .word, !between.contains(UInt8(ascii: "\n")) {
                        blanks.append(open.start..<last.range.upperBound)
                    }
                    given = nil
                } else if hasText(token, "(", source) {
                    given?.depth += 1
                } else if hasText(token, ")", source) {
                    given = (open.start, open.depth - 1, open.depth == 1)
                } else if hasText(token, ";", source) || hasText(token, "{", source) {
                    given = nil
                }
            } else if hasText(token, "(", source), isMacro(last, source), isLinkage(before, source)
            {
                given = (last.range.lowerBound, 1, false)
            }
            if token.kind == .word {
                if isTypeWord(token, source) {
                    (head, isClass) = ([], hasText(token, "class", source))
                } else if !hasText(token, "final", source), !hasText(last, "::", source) {
                    head?.append(token)
                }
            } else if hasText(token, "{", source) || hasText(token, ":", source)
                || hasText(token, "<", source)
            {
                // `struct a b { … }` may be a value.
                blanks += (head ?? []).dropLast()
                    .filter { isClass || isMacro($0, source) }.map(\.range)
                if let name = head?.last { types.insert(hash(name, source)) }
                head = nil
            } else if !hasText(token, "::", source) {
                head = nil
            }
            if token.kind == .word, isMacro(last, source), isLinkage(before, source) {
                blanks.append(last.range)
            } else if ends(before, source) || hasText(before, ">", source)
                || hasText(before, ":", source), isMacro(last, source), !last.isAlone,
                beginsNamed(token, tokens, source)
                    || types.contains(hash(token, source)) && opens(tokens, source)
            {
                blanks.append(last.range)
            } else if last.isAlone, isMacro(last, source), ends(before, source),
                begins(token, source),
                !(hasText(before, "{", source) && hasText(token, "}", source))
            {
                blanks.append(last.range)
                // Another may follow.
                last = before
            }
            (before, last) = (last, token)
        }
        if last.isAlone, isMacro(last, source), hasText(before, "}", source) {
            blanks.append(last.range)
        }
        return blanks
    }

    /// Before the name of a namespace, for where macros open it.
    static let opening = "{"

    /// The namespace that is left open by the text of a macro; inline ones are none to their users.
    static func namespace(openedBy text: String) -> String? {
        guard text.contains("namespace") else { return nil }
        var text = text
        return text.withUTF8 { bytes in
            let source = UnsafeRawBufferPointer(bytes)
            var tokens = CTokens(source)
            var (isInline, isNamed) = (false, false)
            var name: [String] = []
            var open: [[String]] = []
            var last = Token(.start, 0..<0)
            while let token = tokens.next() {
                if hasText(token, "namespace", source) {
                    (isInline, isNamed, name) = (hasText(last, "inline", source), true, [])
                } else if hasText(token, "{", source) {
                    open.append(isNamed && !isInline ? name : [])
                    isNamed = false
                } else if hasText(token, "}", source) {
                    _ = open.popLast()
                } else if isNamed, token.kind == .word,
                    hasText(last, "namespace", source) || hasText(last, "::", source)
                {
                    name.append(String(decoding: source[token.range], as: UTF8.self))
                }
                last = token
            }
            let parts = open.joined()
            return parts.isEmpty ? nil : parts.joined(separator: ".")
        }
    }

    private static func isMacro(_ token: Token, _ source: UnsafeRawBufferPointer) -> Bool {
        guard token.kind == .word, token.range.count > 2 else { return false }
        var hasLetter = false
        for byte in source[token.range] {
            if byte >= 65, byte <= 90 {
                hasLetter = true
            } else if byte != UInt8(ascii: "_"), !(byte >= 48 && byte <= 57) {
                return false
            }
        }
        return hasLetter
    }

    private static func hasText(
        _ token: Token, _ text: StaticString, _ source: UnsafeRawBufferPointer
    ) -> Bool {
        text.withUTF8Buffer { source[token.range].elementsEqual($0) }
    }

    private static func isTypeWord(_ token: Token, _ source: UnsafeRawBufferPointer) -> Bool {
        hasText(token, "class", source) || hasText(token, "struct", source)
            || hasText(token, "union", source)
    }

    private static func isLinkage(_ token: Token, _ source: UnsafeRawBufferPointer) -> Bool {
        hasText(token, "static", source) || hasText(token, "inline", source)
            || hasText(token, "extern", source)
    }

    /// Whether a type stands there and what has it, as no other type can stand before them:
    /// `std::string f`, `const char *f`.
    private static func beginsNamed(
        _ token: Token, _ tokens: CTokens, _ source: UnsafeRawBufferPointer
    ) -> Bool {
        var (token, tokens) = (token, tokens)
        func next() -> Token { tokens.next() ?? Token(.start, source.count..<source.count) }
        if hasText(token, "const", source) { token = next() }
        guard token.kind == .word, !isMacro(token, source) else { return false }
        token = next()
        while hasText(token, "::", source) {
            guard next().kind == .word else { return false }
            token = next()
        }
        while hasText(token, "*", source) || hasText(token, "&", source) { token = next() }
        if isMacro(token, source) { token = next() }
        return token.kind == .word && !isMacro(token, source)
    }

    /// What is around the parameters in `int f OF((int a));`.
    private static func prototype(
        _ macro: Token, _ open: Token, _ tokens: CTokens, _ source: UnsafeRawBufferPointer,
        _ budget: inout Int
    ) -> [Range<Int>]? {
        guard isUpper(macro, source), hasText(open, "(", source) else { return nil }
        var tokens = tokens
        guard let inner = tokens.next(), hasText(inner, "(", source) else { return nil }
        var depth = 2
        while budget > 0, let token = tokens.next() {
            budget -= 1
            if hasText(token, "(", source) { depth += 1 }
            if hasText(token, ")", source) { depth -= 1 }
            if hasText(token, ";", source) || hasText(token, "{", source) { return nil }
            if depth == 0 {
                guard let end = tokens.next(), hasText(end, ";", source) else { return nil }
                return [macro.range.lowerBound..<open.range.upperBound, token.range]
            }
        }
        return nil
    }

    /// What says of a member, behind it, which lock it is under: `int a GUARDED_BY(lock);`
    private static func isAnnotation(
        _ macro: Token, _ open: Token, _ source: UnsafeRawBufferPointer
    ) -> Bool {
        guard hasText(open, "(", source), isMacro(macro, source) else { return false }
        let name = source[macro.range]
        return annotations.contains { known in
            let start = name.endIndex - known.utf8.count
            return start >= name.startIndex && name[start...].elementsEqual(known.utf8)
                && (start == name.startIndex || name[start - 1] == UInt8(ascii: "_"))
        }
    }

    /// Of Clang's analysis of threads, under the names that its manual gave them or gives them;
    /// there may be another word before: `ABSL_GUARDED_BY`. None of them is anything else.
    private static let annotations = [
        "ACQUIRED_AFTER", "ACQUIRED_BEFORE", "ASSERT_CAPABILITY", "ASSERT_EXCLUSIVE_LOCK",
        "ASSERT_SHARED_CAPABILITY", "ASSERT_SHARED_LOCK", "EXCLUSIVE_LOCK_FUNCTION",
        "EXCLUSIVE_LOCKS_REQUIRED", "EXCLUSIVE_TRYLOCK_FUNCTION", "GUARDED_BY", "LOCK_RETURNED",
        "LOCKS_EXCLUDED", "PT_GUARDED_BY", "RETURN_CAPABILITY", "SHARED_LOCK_FUNCTION",
        "SHARED_LOCKS_REQUIRED", "SHARED_TRYLOCK_FUNCTION", "UNLOCK_FUNCTION",
    ]

    /// To behind what an open parenthesis is closed by, if it is before the declaration's end.
    private static func skip(
        _ tokens: inout CTokens, _ source: UnsafeRawBufferPointer, _ budget: inout Int
    ) -> Int? {
        var rest = tokens
        var depth = 1
        while budget > 0, let token = rest.next() {
            budget -= 1
            if hasText(token, ";", source) || hasText(token, "{", source) { return nil }
            if hasText(token, "(", source) { depth += 1 }
            if hasText(token, ")", source) { depth -= 1 }
            if depth == 0 {
                tokens = rest
                return token.range.upperBound
            }
        }
        return nil
    }

    /// So many words and signs of a file are looked at for prototypes: where all of it looks like
    /// the beginning of one, not all of it each time.
    private static let prototypeBudget = 1_000_000

    /// Whether it is a word that may be the name of a type, and nothing but that.
    private static func isType(_ token: Token, _ source: UnsafeRawBufferPointer) -> Bool {
        if hasText(token, "*", source) { return true }
        guard token.kind == .word, !isMacro(token, source) else { return false }
        return !words.contains { source[token.range].elementsEqual($0.utf8) }
    }

    /// Words before which and a name a type may stand.
    private static let words = [
        "case", "class", "const", "constexpr", "else", "enum", "explicit", "extern", "friend",
        "goto", "inline", "mutable", "new", "register", "return", "static", "struct", "throw",
        "typedef", "typename", "union", "using", "virtual", "volatile",
    ]

    private static func isUpper(_ token: Token, _ source: UnsafeRawBufferPointer) -> Bool {
        token.kind == .word
            && source[token.range].allSatisfy {
                $0 >= 65 && $0 <= 90 || $0 == UInt8(ascii: "_") || $0 >= 48 && $0 <= 57
            }
    }

    private static func next(_ tokens: CTokens) -> Token? {
        var tokens = tokens
        return tokens.next()
    }

    private static func hash(_ token: Token, _ source: UnsafeRawBufferPointer) -> UInt64 {
        xxh3(UnsafeRawBufferPointer(rebasing: source[token.range]))
    }

    private static func opens(_ tokens: CTokens, _ source: UnsafeRawBufferPointer) -> Bool {
        var tokens = tokens
        return tokens.next().map { hasText($0, "(", source) } ?? false
    }

    private static func ends(_ token: Token, _ source: UnsafeRawBufferPointer) -> Bool {
        token.kind == .start || hasText(token, ";", source) || hasText(token, "}", source)
            || hasText(token, "{", source)
    }

    private static func begins(_ token: Token, _ source: UnsafeRawBufferPointer) -> Bool {
        token.kind == .word || hasText(token, "}", source) || hasText(token, "~", source)
    }
}
