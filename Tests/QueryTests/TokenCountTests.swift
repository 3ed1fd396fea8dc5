// SPDX-License-Identifier: Apache-2.0
import Foundation
import Query
import TestSupport
import Testing

/// The estimate beside what real tokenizers count.
@Suite struct TokenCountTests {
    private static let folders = [
        "Sources", "ThirdParty/tree-sitter/core", "/usr/lib/python3.11/asyncio",
    ]

    /// As large as answers are, no piece of code is estimated too low; of what is as small as a
    /// function few are, and those by little.
    @Test(arguments: [
        (size: 6000, least: 1.0, share: 0.0), (size: 1200, least: 0.95, share: 0.005),
        (size: 150, least: 0.8, share: 0.06),
    ])
    func isSeldomTooLowOfCode(size: Int, least: Double, share: Double) throws {
        let texts = try RealTokens.realCode(byteCount: 500_000, of: Self.folders)
            .flatMap { RealTokens.pieces($0, byteCount: size) }
        let ratios = try ratios(texts)
        #expect(ratios.count >= 60)
        let mean = ratios.reduce(0, +) / Double(ratios.count)
        #expect(mean > 1.03 && mean < 1.1, "mean \(mean)")
        #expect(try #require(ratios.min()) >= least)
        #expect(try #require(ratios.max()) < 2)
        let below = Double(ratios.count { $0 < 1 }) / Double(ratios.count)
        #expect(below <= share, "\(below) of them")
    }

    private func ratios(_ texts: [String]) throws -> [Double] {
        zip(texts, try RealTokens.most(texts)).map { text, real in
            Double(TokenCount.estimate(text)) / Double(real)
        }
    }

    /// Nor is what is not code, though nobody fits a table to all of it.
    @Test func isNearOfAnythingElse() throws {
        let texts = Self.oddTexts
        for (text, ratio) in zip(texts, try ratios(texts.map(\.text))) {
            #expect(ratio >= 0.95 && ratio < 1.6, "\(text.name): \(ratio)")
        }
    }

    private static let oddTexts: [(name: String, text: String)] = {
        var random = SeededGenerator(seed: 5)
        func lines(_ count: Int, _ line: () -> String) -> String {
            (0..<count).map { _ in line() + "\n" }.joined()
        }
        func hex(_ count: Int) -> String {
            (0..<count).map { _ in String(random.below(16), radix: 16) }.joined()
        }
        let base64 = lines(40) {
            Data((0..<45).map { _ in UInt8(random.below(256)) }).base64EncodedString()
        }
        let json = lines(60) {
            #"{"id": \#(random.below(1_000_000)), "name": "user\#(random.below(99))", "tags": []},"#
        }
        let minified = String(
            repeating: "function a(b,c){if(!b)return;for(var d=0;d<c.length;d++)b(c[d],d);}",
            count: 30)
        return [
            ("hexadecimal", lines(40) { hex(64) }), ("base 64", base64), ("JSON", json),
            ("minified", minified),
            ("bytes", lines(80) { (0..<12).map { _ in "0x\(hex(2)), " }.joined() }),
            ("numbers", lines(80) { (0..<8).map { _ in "\(random.below(100_000)) " }.joined() }),
            ("indented", lines(80) { String(repeating: "    ", count: random.below(9)) + "}" }),
            (
                "long names",
                lines(40) { "AbstractSingletonProxyFactoryBean.getAnnotationAttributes()" }
            ),
            ("Chinese", lines(30) { "// 计算每个节点的最短路径，如果没有找到则返回空值。" }),
            ("Japanese", lines(30) { "// 設定ファイルを読み込み、サーバーを起動する。" }),
            ("Korean", lines(30) { "// 설정 파일을 읽고 서버를 시작합니다." }),
            ("Russian", lines(30) { "// Читает файл настроек и запускает сервер." }),
            ("Greek", lines(30) { "// Διαβάζει το αρχείο ρυθμίσεων." }),
            ("Hindi", lines(30) { "// यह फ़ंक्शन दी गई कुंजी का मान लौटाता है।" }),
            ("French", lines(30) { "// Renvoie la valeur associée à la clé, déjà initialisée." }),
            ("emoji", lines(30) { "// 🚀 Launch 🎉 party 👍🏽 ✅ done" }),
        ]
    }()

    @Test func countsNothingOfNothing() {
        #expect(TokenCount.estimate("") == 0)
        #expect((1...2).contains(TokenCount.estimate("a")))
    }

    /// Bytes that are no text are counted too, and what follows a piece costs no more than apart.
    @Test func countsAnyBytes() {
        for byte in UInt8.min...UInt8.max {
            let bytes = [UInt8](repeating: byte, count: 1000)
            let count = bytes.withUnsafeBytes { TokenCount.estimate($0) }
            #expect(count > 0 && count <= 3000, "\(byte)")
        }
    }
}
