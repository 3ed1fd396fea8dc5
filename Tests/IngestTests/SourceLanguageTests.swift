// SPDX-License-Identifier: Apache-2.0
import Ingest
import Testing

@Suite struct SourceLanguageTests {
    @Test(arguments: [
        ("main.swift", "swift"), ("a.b.C", "c"), ("x.HPP", "cpp"), ("Makefile", "make"),
        ("CMakeLists.txt", "cmake"), ("index.d.ts", "typescript"),
    ])
    func aNameTellsTheLanguage(name: String, language: String) {
        #expect(SourceLanguage.named(by: name) == language)
    }

    @Test(arguments: ["notes.txt", "LICENSE", ".swift", "swift", "a.", "x.swift.orig"])
    func otherNamesTellOfNone(name: String) {
        #expect(SourceLanguage.named(by: name) == nil)
    }

    @Test(arguments: [
        ("a.Swift", "swift"), ("a.tar.gz", "gz"), (".gitignore", ""), ("a.", ""), ("a", ""),
        (".x.y", "y"),
    ])
    func anExtensionStandsBehindTheLastDot(name: String, expected: String) {
        #expect(SourceLanguage.fileExtension(of: name) == expected)
    }
}
