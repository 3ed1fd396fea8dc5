import Foundation
import Money

struct Rounding {
    let digits: Int
}

func make() -> Rounding {
    Rounding(digits: 2)
}

final class SpecialOrder: Order {
    override func total() -> Money { super.total().times(1) }

    func check() { _ = Date() }

    func run(_ orders: [Order]) {
        check()
        for order in orders { order.report() }
        if let first = orders.first { first.print() }
        guard let line = lines(orders).first else { return }
        line.show()
        _ = line.discounted(by: 2)
        let value = 1..<(2 + count(3))
    }

    private func lines(_ orders: [Order]) -> [Line] { [] }

    private func count(_ number: Int) -> Int { number }
}
