// What a call asks for says what `.a` is one of, and what a closure is given.

struct Paint {
    enum Kind {
        case plain
        case mixed(Int)
    }

    var kind: Kind
    var names: [String: Paint] = [:]

    static func plain(_ depth: Int) -> Paint { Paint(kind: .plain) }
    static func mixed(_ depth: Int) -> Paint { Paint(kind: .mixed(depth)) }

    var dark: Paint { self }
    func over(_ other: Paint) -> Paint { other }
}

struct Wall {
    var paints: [Paint]
    var byName: [String: Paint]

    init(_ paint: Paint, paints: [Paint] = [], byName: [String: Paint] = [:]) {
        self.paints = [paint] + paints
        self.byName = byName
    }

    func change(label: String = "", _ body: (Brush) throws -> Void, done: ((Wall) -> Int)? = nil) {}

    func change(_ kind: Paint.Kind, _ body: (Brush) -> Void) {}

    func dry() {}
}

final class Brush {
    func dip() {}
    func dry() {}
}

func asked(_ wall: Wall) {
    _ = Wall(.plain(1))
    _ = Wall(.mixed(1).dark, paints: [.plain(2), .mixed(3).over(.plain(4))])
    _ = Wall(.plain(1), byName: ["a": .mixed(1), "b": .plain(2)])
    _ = Paint(kind: .mixed(1))
    _ = Paint(kind: .plain, names: ["a": .mixed(2)])
    wall.change(.mixed(2)) { $0.dry() }
}

func given(_ wall: Wall) {
    wall.change { $0.dip() }
    wall.change { brush in brush.dry() }
    wall.change(label: "a") { brush in brush.dry() }
    wall.change(
        { $0.dry() },
        done: {
            $0.dry()
            return 1
        })
    wall.change {
        $0.dip()
    } done: { wall in
        wall.dry()
        return 1
    }
}
