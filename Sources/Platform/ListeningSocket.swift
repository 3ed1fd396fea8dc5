// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A socket that takes connections.
package struct ListeningSocket: Sendable {
    package let descriptor: Int32
    /// The one it was asked for, or, of 0, the one that the system gave it.
    package let port: Int

    /// `host` is an address or a name of this machine.
    package init(host: String, port: Int) throws(ListeningFailure) {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        defer { if let found { freeaddrinfo(found) } }
        guard code == 0, let address = found?.pointee else {
            throw .unknownHost(String(cString: gai_strerror(code)))
        }
        let made = socket(
            address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue),
            address.ai_protocol)
        guard made >= 0 else { throw .failed(SystemError(.open, host, errno).reason) }
        var isOn: Int32 = 1
        // What a server before this one left behind is no reason to wait.
        setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &isOn, socklen_t(MemoryLayout<Int32>.size))
        guard bind(made, address.ai_addr, address.ai_addrlen) == 0, listen(made, 1024) == 0 else {
            let number = errno
            close(made)
            switch number {
            case EADDRINUSE: throw .portIsTaken
            case EACCES: throw .portIsReserved
            case EADDRNOTAVAIL: throw .unknownHost(SystemError(.open, host, number).reason)
            default: throw .failed(SystemError(.open, host, number).reason)
            }
        }
        descriptor = made
        self.port = Self.port(of: made) ?? port
    }

    private static func port(of descriptor: Int32) -> Int? {
        var address = sockaddr_storage()
        var count = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &address) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(descriptor, address, &count) == 0 else { return nil }
                // The port stands at the same place in both kinds of address.
                return storage.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    Int(UInt16(bigEndian: $0.pointee.sin_port))
                }
            }
        }
    }
}

package enum ListeningFailure: Error {
    case portIsTaken, portIsReserved
    case unknownHost(String)
    case failed(String)
}

/// As many open files as the system lets this process have; how many that are.
package func raiseOpenFileLimit() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    // Beyond that tables of them cost more than anybody needs.
    let wanted = min(limit.rlim_max, 1 << 20)
    if limit.rlim_cur < wanted {
        limit.rlim_cur = wanted
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
    return Int(min(limit.rlim_cur, 1 << 20))
}
