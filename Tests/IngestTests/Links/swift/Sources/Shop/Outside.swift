// What the tree gives to types from outside is found in it, though they may have the name as well.

extension String {
    var isLoud: Bool { self == uppercased() }
    func shout() -> String { uppercased() }
}

func outside(_ text: String) {
    _ = text.shout()
    _ = "a".shout().isEmpty
    _ = text.isLoud
    _ = text.hasPrefix("a")
}
