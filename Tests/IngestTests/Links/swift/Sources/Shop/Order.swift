import Money

protocol Priced {
    var price: Money { get }
    func discounted(by part: Int) -> Money
}

extension Priced {
    func discounted(by part: Int) -> Money { price.times(part) }

    func show() { print(price.cents) }
}

struct Line: Priced {
    let price: Money
    var count = 1

    init(_ cents: Int, count: Int = 1) {
        price = Money(cents: cents)
        self.count = count
    }

    func total() -> Money { price.times(count) }
}

struct Printer {
    var width: Int

    func callAsFunction(_ text: String) { print(text) }
}

class Order {
    private var lines: [Line] = []
    let printer = Printer(width: 80)
    var currency = Currency.euro

    func add(_ line: Line, twice: Bool = false) -> Order {
        lines.append(line)
        if twice { lines.append(line) }
        return self
    }

    func total() -> Money {
        var sum = Money.zero
        for line in lines { sum = sum + line.total() }
        return rounded(sum)
    }

    private func check() -> Bool { currency.is("euro") }

    func print() {
        printer("order")
        let other = Printer(width: 40)
        other("again")
        if check() { add(Line(1)).add(Line(2, count: 3), twice: true).report() }
        pay(in: .other("pound"))
        pay(in: .euro)
    }

    func pay(in currency: Currency) { self.currency = currency }
}

extension Order {
    struct Report {
        let order: Order

        func write() { order.total().times(2) }

        func all() { write() }
    }

    func report() { Report(order: self).all() }
}
