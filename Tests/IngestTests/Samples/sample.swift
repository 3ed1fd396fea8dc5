import Foundation

import struct Foo.Bar

@testable import Q

/// Doc
@MainActor public final class Foo<T: P>: Base, Proto where T: Q {
    public private(set) var x: Int = 1, y = 2
    static let shared = Foo()
    var computed: String { "a" }
    lazy var z: [Int: Bar] = { [:] }()
    init?(a: Int) throws { super.init() }
    deinit {}
    func run<U>(_ a: U, with b: Bar...) async throws -> Baz {
        self.x.go(1)
        Foo.make()
        let q = Qux(a: 1)
        return try await helper()
    }
    subscript(i: Int) -> Int { i }
    enum E: String {
        case a
        case b(Int)
        indirect case c = "x"
    }
    struct Inner {}
    typealias A = Int
    class func cf() {}
    static func == (l: Foo, r: Foo) -> Bool { l.x == r.x && true }
}
extension Foo: Codable where T: R {
    func ext() {
        if let a {}
        guard b else { return }
        switch x {
        case 1: break
        default: break
        }
    }
}
extension A.B { var p: Int { 1 } }
protocol P: AnyObject {
    associatedtype I
    var v: Int { get }
    func f()
    init()
}
let top = 1
func g() {
    func nested() {}
    let c = { (a: Int) in a }
    x.map { $0.y() }
    a ?? b
    a ? b : c
}
actor Act {}
@Test func t() {}
@Suite struct S { @Test("x") func u() { #expect(1 == 1) } }
class XT: XCTestCase { func testA() {} }
precedencegroup PG {
}
infix operator +++ : PG
macro m() = #externalMacro(module: "a", type: "b")
#if os(Linux)
    func lin() {}
#endif
extension S { func helper() {} }
var (left, (right, _)) = (1, (2, 3))
struct Pair { let (p, q) = (1, 2) }
