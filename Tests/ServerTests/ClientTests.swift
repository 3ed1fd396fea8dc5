// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// Clients that others wrote, which scripts/setup --tests fetches.
@Suite struct ClientTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private let served: ServedTree

    init() throws { served = try ServedTree() }

    private func run(_ arguments: [String]) throws -> (status: Int32, text: String) {
        let packages = Self.root.appendingPathComponent("../../ThirdParty/clients/packages")
            .standardizedFileURL.path
        try #require(
            FileManager.default.fileExists(atPath: packages), "no clients: scripts/setup --tests")
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["PYTHONPATH=\(packages)", "NO_COLOR=1", "python3", "-B"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: served.root.path)
        process.standardOutput = output
        process.standardError = output
        try process.run()
        process.endInTime()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }

    /// The SDK of the Model Context Protocol, in both eras.
    @Test func theProtocolsOwnClient() throws {
        let script = Self.root.appendingPathComponent("Independent/mcp_client.py").path
        let (status, text) = try run([script, "\(Tool.directory)/segstore", served.store])
        #expect(status == 0 && text.hasSuffix("all as it should be\n"), "\(text)")
    }

    /// A browser, with SEGSTORE_SCREENSHOTS leaving pictures in that folder.
    @Test func thePage() throws {
        let script = Self.root.appendingPathComponent("Independent/page.py").path
        let folder =
            ProcessInfo.processInfo.environment["SEGSTORE_SCREENSHOTS"] ?? served.root.path
        let (status, text) = try run([script, "http://localhost:\(served.port)/", folder])
        #expect(status == 0 && text.hasSuffix("all as it should be\n"), "\(text)")
    }

    /// Questions made of the OpenAPI document: none fails in the server, and each answer is what
    /// the document says.
    @Test func whatTheDocumentSaysCanBeAsked() throws {
        let checks = [
            "not_a_server_error", "status_code_conformance", "content_type_conformance",
            "response_schema_conformance", "response_headers_conformance",
        ]
        let (status, text) = try run([
            "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run",
            "http://localhost:\(served.port)/v1/openapi.json", "--checks",
            checks.joined(separator: ","), "--max-examples", "8", "--phases",
            "examples,coverage,fuzzing", "--seed", "8", "--request-timeout", "60",
        ])
        #expect(status == 0, "\(text.suffix(6000))")
    }
}
