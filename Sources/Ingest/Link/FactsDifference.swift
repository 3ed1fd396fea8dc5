// SPDX-License-Identifier: Apache-2.0
//
// Which names others may have to be linked anew for, when the facts of a file have changed.

extension LinkFacts {
    /// As `Linker.dependency` has them; none if only the inside of the file changed.
    func changedNames(from old: LinkFacts, path: String) -> Set<UInt32> {
        var changed: Set<UInt32> = []
        // What a definition is to others, and how often that is there.
        var counts: [Shape: Int] = [:]
        for shape in shapes { counts[shape, default: 0] += 1 }
        for shape in old.shapes { counts[shape, default: 0] -= 1 }
        for (shape, count) in counts where count != 0 {
            changed.insert(Linker.dependency(on: shape.name))
            // `namespace A.B` makes a module of each.
            if shape.kind == .namespace || shape.kind == .module {
                for part in LinkedFile.parts(shape.name) {
                    changed.insert(Linker.dependency(on: part))
                }
            }
        }
        func add(_ new: [String: [String]], _ old: [String: [String]]) {
            for (name, values) in new where old[name] != values {
                changed.insert(Linker.dependency(on: name))
            }
            for name in old.keys where new[name] == nil {
                changed.insert(Linker.dependency(on: name))
            }
        }
        add(attributeTypes, old.attributeTypes)
        add(conformanceBases, old.conformanceBases)
        if package != old.package {
            // All that the file has is elsewhere now.
            for facts in [self, old] {
                for name in LinkedFile.parts(facts.package) + facts.definitions.map(\.name) {
                    changed.insert(Linker.dependency(on: name))
                }
            }
        }
        let wasTest = old.definitions.first?.isExcluded
        if package != old.package || importTexts != old.importTexts
            || definitions.first?.isExcluded != wasTest
            || definitions.first?.type != old.definitions.first?.type
            || namesByNumber != old.namesByNumber
        {
            changed.insert(Linker.dependency(onImportsOf: path))
        }
        return changed
    }

    /// What the numbers mean that stand for definitions of the file, if there are any.
    private var namesByNumber: [String]? {
        let hasNumbers =
            definitions.contains { $0.type?.hasPrefix("@#") ?? false }
            || attributes.contains { $0.type.hasPrefix("@#") }
            || bases.contains { $0.target.hasPrefix("@#") }
        return hasNumbers ? definitions.map(\.name) : nil
    }

    private struct Shape: Hashable {
        let name: String
        let kind: EntityKind
        let qualifiedName: String
        let outerNames: [String]
        let ordinal: Int
        let type: String?
        let extends: String?
        let arguments: ClosedRange<Int>?
        let labels: String?
        let parameters: String?
        let flags: Int
        let bases: [String]
    }

    private var shapes: [Shape] {
        var bases: [Int: [String]] = [:]
        for base in self.bases {
            bases[base.owner, default: []].append(
                "\(base.kind.rawValue) \(base.target) \(base.argumentCount)")
        }
        return definitions.enumerated().dropFirst().map { index, definition in
            // Where it stands says what it is called, and where names in its type are looked for.
            var names: [String] = []
            var parent = definition.parent
            while parent > 0, names.count < definitions.count {
                let outer = definitions[parent]
                names.append(
                    "\(outer.kind.rawValue) \(outer.name) \(outer.ordinal) \(outer.flags)")
                parent = definitions[parent].parent
            }
            return Shape(
                name: definition.name, kind: definition.kind,
                qualifiedName: qualifiedName(index),
                outerNames: names,
                ordinal: definition.ordinal, type: definition.type, extends: definition.extends,
                arguments: definition.arguments, labels: definition.labels,
                parameters: definition.parameters,
                flags: definition.flags, bases: bases[index] ?? [])
        }
    }

    private var attributeTypes: [String: [String]] {
        var types: [String: [String]] = [:]
        for attribute in attributes {
            types[attribute.name, default: []]
                .append("\(owner(attribute.owner)) \(attribute.type)")
        }
        return types
    }

    private var conformanceBases: [String: [String]] {
        var bases: [String: [String]] = [:]
        for conformance in conformances {
            let name = LinkedFile.parts(conformance.type).last ?? conformance.type
            bases[name, default: []].append(
                "\(conformance.type) \(conformance.base) \(qualifiedName(conformance.owner))"
            )
        }
        return bases
    }

    private var importTexts: [String] {
        imports.map {
            "\($0.module) \($0.name ?? "") \($0.alias) \(owner($0.owner)) \($0.isExported)"
        }
    }

    /// What something belongs to, apart from where that stands in the file.
    private func owner(_ index: Int) -> String {
        let definition = definitions[index]
        return "\(definition.kind.rawValue) \(qualifiedName(index)) \(definition.ordinal)"
    }
}
