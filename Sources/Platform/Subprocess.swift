// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Other programs.
package enum Subprocess {
    /// What a program prints, if it is there and succeeds. What it says of errors goes nowhere.
    package static func output(
        of arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
        without: [String] = []
    ) -> [UInt8]? {
        // A file that nobody else sees: a pipe would have to be filled while the other is read.
        let file = input.isEmpty ? fopen("/dev/null", "re") : tmpfile()
        guard let file else { return nil }
        defer { fclose(file) }
        guard fwrite(input, 1, input.count, file) == input.count else { return nil }
        rewind(file)
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, fileno(file), 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)

        // What this process does about being interrupted is no business of theirs.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var blocked = sigset_t()
        sigemptyset(&blocked)
        posix_spawnattr_setsigmask(&attributes, &blocked)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var variables: [String] = []
        var next = environ
        while let variable = next.pointee {
            let text = String(cString: variable)
            if !(environment.keys + without).contains(where: { text.hasPrefix("\($0)=") }) {
                variables.append(text)
            }
            next += 1
        }
        variables += environment.map { "\($0)=\($1)" }
        var process = pid_t()
        let status = withPointers(to: arguments) { words in
            withPointers(to: variables) { variables in
                posix_spawnp(&process, arguments[0], &actions, &attributes, words, variables)
            }
        }
        close(ends[1])
        defer { close(ends[0]) }
        guard status == 0 else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(ends[0], &buffer, buffer.count)
            if count > 0 { bytes += buffer[..<count] }
            if count == 0 || (count < 0 && errno != EINTR) { break }
        }
        var exit: Int32 = 0
        while waitpid(process, &exit, 0) < 0 && errno == EINTR {}
        return exit == 0 ? bytes : nil
    }

    private static func withPointers<Result>(
        to strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers)
    }
}
