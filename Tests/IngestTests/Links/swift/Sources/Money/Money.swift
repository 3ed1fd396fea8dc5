public struct Money: Equatable {
    public var cents: Int

    public init(cents: Int) { self.cents = cents }

    public static let zero = Money(cents: 0)

    public static func + (a: Money, b: Money) -> Money { Money(cents: a.cents + b.cents) }

    public func times(_ count: Int) -> Money { Money(cents: cents * count) }
}

public enum Currency {
    case euro
    case other(String)

    public func `is`(_ name: String) -> Bool {
        switch self {
        case .euro: return name == "euro"
        case .other(let text): return text == name
        }
    }
}

private struct Rounding {
    func round(_ money: Money) -> Money { money }
}

public func rounded(_ money: Money) -> Money { Rounding().round(money) }
