// SPDX-License-Identifier: Apache-2.0
import CFuzz
import Glibc
import TestSupport

/// Hands the command line to libFuzzer, which calls `run` until it is told to stop.
public func fuzz(_ run: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32) -> Never {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(LLVMFuzzerRunDriver(&count, &arguments, run))
}

extension FuzzTarget {
    public func run(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
        run(UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
    }
}
