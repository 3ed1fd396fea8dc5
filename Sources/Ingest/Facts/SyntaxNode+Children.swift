// SPDX-License-Identifier: Apache-2.0
//
// What is asked of a node for each name that it defines must not look at all that is in it:
// `int a0, …, a4999;` has thousands of children, and was asked as often.

extension SyntaxNode {
    /// The child of that type among the first so many.
    func child(_ type: StaticString, amongFirst count: Int) -> SyntaxNode? {
        allChildren.prefix(count).first { $0.is(type) }
    }

    /// Whether nothing else stands in its parent.
    var isOnlyChild: Bool { next == nil && parent?.firstChild?.index == index }

    /// The declaration that it is all of: of `type A struct {}` the node is `A struct {}`.
    var declaration: SyntaxNode { isOnlyChild ? parent ?? self : self }
}
