// SPDX-License-Identifier: Apache-2.0
//
// 'segstore mcp': the same questions for coding agents.

import Codec
import Exchange
import Platform
import SegmentStore

extension Command {
    static let mcp = Command(
        name: "mcp", summary: "answer a coding agent, by the Model Context Protocol",
        details: """
            Reads requests from standard input and answers on standard output, a line of JSON each, until \
            the input ends: what an agent is to start. It has tools to search, to read an entity, to ask \
            what depends on it and what may break, for context, for an overview and for what has changed; \
            their answers have no more tokens than are asked for, by an estimate that is mostly above the \
            truth. Spoken are the revisions \(MCPVersion.all.joined(separator: ", ")).

            With --watch the store is kept as the tree is.
            """,
        examples: ["segstore mcp --store /path/to/tree --watch"],
        options: [.keepCurrent, .grammars], formats: []
    ) { arguments, _ in
        try answer(arguments)
        return .done
    }

    /// For answers that are being made when it ends.
    private static let patienceMilliseconds = 10_000

    private static func answer(_ arguments: Arguments) throws {
        // Before there are other threads.
        Interruption.handle(alsoTermination: true) { leaveProcess(ExitCode.interrupted.rawValue) }
        let path = try StoreLocation.find(arguments)
        let store = try ServedStore(path)
        let keeper = TreeKeeper(path, try arguments.grammars)
        if arguments.has(.keepCurrent) { try keeper.watch() }
        let server = MCPServer(store)
        if StandardStream.inputIsTerminal {
            Console.note(
                "an agent starts this and talks to it; how: 'segstore help mcp' and the README")
        }
        try forEachLine { line, parser in server.take(line, parser) }
        server.finish(milliseconds: patienceMilliseconds)
        keeper.end()
        keeper.finish(milliseconds: patienceMilliseconds)
    }

    /// Lines of standard input; nil for one that is too long.
    private static func forEachLine(
        _ body: (UnsafeRawBufferPointer?, JSONParser) -> Void
    ) throws {
        let parser = JSONParser()
        let input = File.standardInput
        let line = ByteBuffer(capacity: 64 << 10)
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { chunk.deallocate() }
        var isTooLong = false
        func end() {
            if isTooLong {
                body(nil, parser)
            } else if line.bytes.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0d }) {
                body(line.bytes, parser)
            }
            line.removeAll()
            isTooLong = false
        }
        while true {
            let count = try input.readNext(chunk)
            guard count > 0 else { break }
            var rest = UnsafeRawBufferPointer(rebasing: chunk[..<count])
            while !rest.isEmpty {
                let newline = rest.firstIndex(of: UInt8(ascii: "\n"))
                let part = UnsafeRawBufferPointer(rebasing: rest[..<(newline ?? rest.count)])
                if line.count + part.count > MCPServer.lineByteLimit { isTooLong = true }
                if !isTooLong { line.append(part) }
                guard let newline else { break }
                end()
                rest = UnsafeRawBufferPointer(rebasing: rest[(newline + 1)...])
            }
        }
        end()
    }
}
