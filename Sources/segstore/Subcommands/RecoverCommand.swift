// SPDX-License-Identifier: Apache-2.0
import SegmentStore

extension Option {
    fileprivate static let to = Option(
        name: "to", value: "N",
        help: "the generation to go back to (default: the newest that opens)",
        words: .commits
    )
}

extension Command {
    static let recover = Command(
        name: "recover", summary: "go back to an earlier generation",
        details: """
            Makes an earlier generation the current one again, by a commit of its own. Without --to it \
            is for a store that does not open: the newest generation that does is taken. Where verify \
            finds damage in a store that opens, choose a generation from log.

            Nothing is removed: what was newer stays where it is until gc drops it.
            """,
        examples: [
            "segstore recover",
            "segstore recover --to 3",
        ],
        options: [.to]
    ) { arguments, output in
        let wanted = try arguments.number(.to, atLeast: 1).map { UInt64($0) }
        let path = try StoreLocation.find(arguments)
        let isOpenable = try opens(path)
        guard wanted != nil || !isOpenable else {
            let generation = try StoreLocation.open(path, .readOnly).snapshot().generation
            answer(
                "nothing to recover: generation \(generation) opens; 'segstore verify' reads all of it",
                generation, nil, arguments, output)
            return .done
        }
        let store = try GraphStore.openDamaged(path)
        let target = try wanted ?? newestThatOpens(of: store, path)
        let generation = try store.recover(to: target)
        answer(
            "generation \(generation) is now what generation \(target) was", generation, target,
            arguments, output)
        return .done
    }

    /// Throws what keeps it from opening if that is no damage.
    private static func opens(_ path: String) throws -> Bool {
        do {
            _ = try StoreLocation.open(path, .existing).snapshot()
            return true
        } catch let error as StoreError
            where error.code == .corrupted && StoreFiles.isDirectory(path)
        {
            return false
        }
    }

    private static func newestThatOpens(of store: GraphStore, _ path: String) throws -> UInt64 {
        let generations = try StoreFiles.generations(path)
        guard let found = generations.first(where: { (try? store.snapshot(at: $0)) != nil }) else {
            throw CommandError(
                "\(path): no generation opens; ingest into a new store, or use a backup",
                .corrupt)
        }
        return found
    }

    private static func answer(
        _ text: String, _ generation: UInt64, _ from: UInt64?, _ arguments: Arguments,
        _ output: Output
    ) {
        switch arguments.format {
        case .text: output.line(text)
        default:
            output.answer(arguments.format) { json in
                json.member("generation", generation)
                json.member("recovered_from", from)
            }
        }
    }
}
