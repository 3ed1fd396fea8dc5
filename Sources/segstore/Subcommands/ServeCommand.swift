// SPDX-License-Identifier: Apache-2.0
//
// 'segstore serve': the same questions over HTTP.

import Ingest
import Platform
import SegmentStore

extension Option {
    fileprivate static let port = Option(
        name: "port", value: "N",
        help: "where to listen; 0 for any that is free (default: \(ServeCommand.defaultPort))")
    fileprivate static let host = Option(
        name: "host", value: "address",
        help: "of this machine's addresses, the one to listen at (default: 127.0.0.1, which other "
            + "machines cannot reach)")
    static let keepCurrent = Option(
        name: "watch", value: nil, help: "take in what changes in the tree")
    fileprivate static let allowHost = Option(
        name: "allow-host", value: "name",
        help: "a name that clients may call this server by, besides localhost and addresses; may "
            + "come again", mayRepeat: true)
    fileprivate static let cors = Option(
        name: "cors", value: "origin",
        help: "pages of this origin, such as http://localhost:3000, may read answers; * for all; "
            + "may come again", mayRepeat: true)
    fileprivate static let answerTimeout = Option(
        name: "timeout", value: "seconds",
        help: "after which a question has no answer (default: \(ServerSettings().answerSeconds))")
}

enum ServeCommand {
    static let defaultPort = 7777
    /// For answers that are being made when it ends.
    static let graceMilliseconds = 10_000
}

extension Command {
    static let serve = Command(
        name: "serve", summary: "answer questions over HTTP, with a page to look around",
        details: """
            Prints where it listens, and answers until it is interrupted. The questions are those of the \
            other commands, with their options as parameters: /v1/rdeps?key=Session.refresh&depth=2. \
            /v1/openapi.json lists them; a browser is shown a page.

            Answers are {"data":…,"meta":…}, or {"error":…} with a fitting status; lists go on with \
            cursor=, or have all rows with format=ndjson. Each is of one generation of the store: the \
            newest, whoever commits it. With --watch the store is kept as the tree is.

            It has no passwords: who can reach it can read the store. By default nobody but this machine \
            can.
            """,
        examples: ["segstore serve", "segstore serve --watch --port 0"],
        options: [
            .port, .host, .keepCurrent, .allowHost, .cors, .answerTimeout, .grammars,
        ],
        formats: [.text, .json]
    ) { arguments, output in
        try serve(arguments, output)
        return .done
    }

    private static func serve(_ arguments: Arguments, _ output: Output) throws {
        let port = try arguments.number(.port) ?? ServeCommand.defaultPort
        guard port <= 65535 else { throw UsageError("--port is at most 65535, not '\(port)'") }
        let host = arguments[.host] ?? "127.0.0.1"
        var settings = ServerSettings()
        settings.hosts = Set(
            arguments.all(.allowHost).map { $0.lowercased() } + [host.lowercased()])
        settings.origins = Set(arguments.all(.cors))
        settings.answerSeconds =
            try arguments.number(.answerTimeout, atLeast: 1) ?? settings.answerSeconds
        let stopping = Monitor(false)
        // Before there are other threads.
        Interruption.handle(alsoTermination: true) {
            let isSecond = stopping.change { isStopping in
                defer { isStopping = true }
                return isStopping
            }
            if isSecond { leaveProcess(ExitCode.interrupted.rawValue) }
        }
        let path = try StoreLocation.find(arguments)
        let store = try ServedStore(path)
        let keeper = TreeKeeper(path, try arguments.grammars)
        if arguments.has(.keepCurrent) { try keeper.watch() }
        let socket = try listen(host, port)
        var limits = HTTPLimits()
        // Some for the store's files, and what else there is.
        limits.connectionCount = max(16, min(limits.connectionCount, raiseOpenFileLimit() - 256))
        let server = Server(store, keeper, settings)
        let listener = try HTTPListener(socket, limits) { server.answer($0) }
        try announce(host, socket.port, store, arguments, output)
        _ = stopping.wait(for: { $0 ? true : nil })
        keeper.end()
        server.end()
        guard
            listener.drain(
                milliseconds: ServeCommand.graceMilliseconds, isIdle: { server.isIdle })
        else {
            throw CommandError("stopped before all questions were answered")
        }
        listener.stop()
        keeper.finish(milliseconds: ServeCommand.graceMilliseconds)
    }

    private static func listen(_ host: String, _ port: Int) throws -> ListeningSocket {
        do { return try ListeningSocket(host: host, port: port) } catch {
            switch error {
            case .portIsTaken:
                throw CommandError(
                    "port \(port) of \(host) is taken; choose another with --port, or 0 for any that is free"
                )
            case .portIsReserved:
                throw CommandError(
                    "port \(port) is reserved for the system; choose one above 1023 with --port")
            case .unknownHost(let reason):
                throw CommandError("\(host): is no address of this machine: \(reason)")
            case .failed(let reason): throw CommandError("cannot listen at \(host): \(reason)")
            }
        }
    }

    private static func announce(
        _ host: String, _ port: Int, _ store: ServedStore, _ arguments: Arguments,
        _ output: Output
    ) throws {
        let name = host.contains(":") ? "[\(host)]" : host
        let url = "http://\(name):\(port)/"
        let generation = try store.current().snapshot.generation
        if arguments.format == .json {
            output.answer(.ndjson) { json in
                json.member("url", url)
                json.member("port", port)
                json.member("store", store.path)
                json.member("generation", generation)
            }
        } else {
            output.line("listening on \(url)")
            output.note("answering from \(printable(store.path)); stop with Ctrl-C")
        }
        try output.flush()
    }
}
