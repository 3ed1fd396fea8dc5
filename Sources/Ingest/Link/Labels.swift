// SPDX-License-Identifier: Apache-2.0

/// Names of parameters and of arguments, as facts have them: `_:with=:items*:`.
enum Labels {
    /// Whether a call with these arguments may be one of what has those parameters.
    static func match(_ arguments: String, _ parameters: String) -> Bool {
        let colon = UInt8(ascii: ":")
        let parameters = parameters.utf8.split(separator: colon)
        var place = 0
        var isInMany = false
        for argument in arguments.utf8.split(separator: colon) {
            var isMatched = false
            while !isMatched, place < parameters.count {
                let parameter = parameters[place]
                let isMany = parameter.last == UInt8(ascii: "*")
                let isOptional = isMany || parameter.last == UInt8(ascii: "=")
                let name = isOptional ? parameter.dropLast() : parameter
                // A closure behind the call may be any parameter that is left: one that must be
                // given, if there is one.
                let isClosure =
                    argument.elementsEqual("?".utf8)
                    && !(isOptional
                        && parameters[(place + 1)...].contains {
                            $0.last != UInt8(ascii: "=") && $0.last != UInt8(ascii: "*")
                        })
                if isClosure || name.elementsEqual(argument)
                    || (isInMany && argument.elementsEqual("_".utf8))
                {
                    isMatched = true
                    isInMany = isMany
                    if !isMany { place += 1 }
                } else {
                    guard isOptional else { return false }
                    place += 1
                    isInMany = false
                }
            }
            if !isMatched { return false }
        }
        if isInMany { place += 1 }
        return parameters.dropFirst(place).allSatisfy {
            $0.last == UInt8(ascii: "=") || $0.last == UInt8(ascii: "*")
        }
    }

    /// Which parameter each of so many arguments is given to; where labels do not say it, the one
    /// in its place.
    static func places(_ arguments: String?, _ parameters: String?, count: Int) -> [Int?] {
        guard let arguments, let parameters else { return (0..<count).map { $0 } }
        let colon = UInt8(ascii: ":")
        let names = parameters.utf8.split(separator: colon).map { parameter in
            parameter.prefix { $0 != UInt8(ascii: "*") && $0 != UInt8(ascii: "=") }
        }
        var places: [Int?] = []
        var next = 0
        for argument in arguments.utf8.split(separator: colon) {
            let place = names[min(next, names.count)...].firstIndex { $0.elementsEqual(argument) }
            places.append(place)
            if let place { next = place + 1 }
        }
        return places + Array(repeating: nil, count: max(0, count - places.count))
    }
}
