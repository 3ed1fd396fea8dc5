// SPDX-License-Identifier: Apache-2.0
import Foundation

#if DEBUG
    print("*** DEBUG BUILD: these figures mean nothing; use scripts/bench ***")
#endif

do {
    try Benchmark.main(Array(CommandLine.arguments.dropFirst()))
} catch {
    FileHandle.standardError.write(Data("EngineBenchmarks: \(error)\n".utf8))
    exit(1)
}
