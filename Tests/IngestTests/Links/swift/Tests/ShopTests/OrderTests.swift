import Testing

@testable import Shop

struct OrderTests {
    let order = Order()

    @Test func anOrderHasATotal() {
        #expect(order.add(Line(1)).total().cents == 1)
    }
}
