// SPDX-License-Identifier: Apache-2.0
import Foundation

/// SEGSTORE_LONG=1 runs the long versions of tests.
public let isLong = ProcessInfo.processInfo.environment["SEGSTORE_LONG"] == "1"
