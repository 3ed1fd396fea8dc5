// SPDX-License-Identifier: Apache-2.0
import Foundation

/// SEGSTORE_LONG=1 runs the long versions of tests.
public let isLong = ProcessInfo.processInfo.environment["SEGSTORE_LONG"] == "1"

/// Tests that try everything try one in so many: a sanitizer makes all of it several times slower.
public let sampling = isSanitized && !isLong ? 7 : 1

/// Whether a sanitizer slows everything down.
public let isSanitized = dlsym(nil, "__tsan_init") != nil || dlsym(nil, "__asan_init") != nil
