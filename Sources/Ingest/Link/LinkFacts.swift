// SPDX-License-Identifier: Apache-2.0
//
// What the linker knows of a file: what others may mean by its names. It depends on the file alone.

import Codec

struct LinkFacts: Sendable {
    struct Definition: Sendable, Equatable {
        var kind: EntityKind
        var name: String
        /// As its entity has it in its key, where that is not what `usualName` says.
        var ownName: String?
        var parent: Int
        /// Of those with the same key, which it is, from 1.
        var ordinal = 1
        var type: String?
        var extends: String?
        var arguments: ClosedRange<Int>?
        var labels: String?
        var parameters: String?
        var isStatic = false
        var isMember = false
        var isSecondary = false
        var isAccessor = false
        var isDeclaration = false
        var isLocal = false
        var isMixin = false
        var isCase = false
        /// It is a test, and no entity.
        var isExcluded = false

        /// What has members.
        var isType: Bool { isMixin || kind.isType }

        var flags: Int {
            get {
                (isStatic ? 1 : 0) + (isExcluded ? 2 : 0) + (isMember ? 4 : 0)
                    + (isSecondary ? 8 : 0) + (isAccessor ? 16 : 0) + (isDeclaration ? 32 : 0)
                    + (isLocal ? 64 : 0) + (isMixin ? 128 : 0)
                    + (isCase ? 256 : 0)
            }
            set {
                isStatic = newValue & 1 != 0
                isExcluded = newValue & 2 != 0
                isMember = newValue & 4 != 0
                isSecondary = newValue & 8 != 0
                isAccessor = newValue & 16 != 0
                isDeclaration = newValue & 32 != 0
                isLocal = newValue & 64 != 0
                isMixin = newValue & 128 != 0
                isCase = newValue & 256 != 0
            }
        }
    }

    var package = ""
    var definitions: [Definition] = []
    var imports: [Import] = []
    var attributes: [Attribute] = []
    var conformances: [Conformance] = []
    /// What types say they extend: what others may mean by a member depends on it.
    var bases: [Reference] = []

    init() {}

    init(_ facts: FileFacts, ordinals: [Int], isExcluded: [Bool]) {
        package = facts.package
        definitions = facts.definitions.enumerated().map { index, definition in
            Definition(
                kind: definition.kind, name: definition.name, ownName: definition.qualifiedName,
                parent: definition.parent,
                ordinal: ordinals[index], type: definition.type, extends: definition.extends,
                arguments: definition.arguments, labels: definition.labels,
                parameters: definition.parameters,
                isStatic: definition.isStatic, isMember: definition.isMember,
                isSecondary: definition.isSecondary, isAccessor: definition.isAccessor,
                isDeclaration: definition.isDeclaration, isLocal: definition.isLocal,
                isMixin: definition.isMixin, isCase: definition.isCase,
                isExcluded: isExcluded[index])
        }
        for index in definitions.indices {
            let usual = usualName(index) { facts.definitions[$0].qualifiedName }
            if definitions[index].ownName == usual { definitions[index].ownName = nil }
        }
        imports = facts.importedNames
        attributes = facts.attributes
        conformances = facts.conformances
        bases = facts.references.filter(\.kind.isBase)
    }

    /// So much of nothing.
    init(blank counts: LinkCache.Counts) {
        definitions = (0..<counts.definitions).map {
            Definition(kind: .variable, name: "", parent: $0 == 0 ? -1 : 0)
        }
        attributes = (0..<counts.attributes).map { _ in Attribute(owner: 0, name: "", type: "") }
        conformances = (0..<counts.conformances).map { _ in
            Conformance(type: "", base: "", owner: 0)
        }
    }

    /// As its entity has it in its key.
    func qualifiedName(_ index: Int) -> String {
        definitions[index].ownName ?? usualName(index, qualifiedName)
    }

    /// What a definition is called if it is named by what it is a member of, as most are.
    private func usualName(_ index: Int, _ qualifiedName: (Int) -> String) -> String {
        let (name, parent) = (definitions[index].name, definitions[index].parent)
        if let type = definitions[index].extends { return Extractor.qualified(name, in: type) }
        guard parent > 0, parent < index else { return name }
        return Extractor.qualified(name, in: qualifiedName(parent))
    }

    // MARK: - As bytes

    func encoded() -> [UInt8] {
        var writer = FactsWriter()
        writer.add(package)
        writer.add(definitions.count)
        for definition in definitions {
            writer.add(definition.kind.rawValue)
            writer.add(definition.name)
            writer.add(optional: definition.ownName)
            writer.add(definition.parent + 1)
            writer.add(definition.ordinal)
            writer.add(optional: definition.type)
            writer.add(optional: definition.extends)
            writer.add((definition.arguments?.lowerBound ?? -1) + 1)
            if let arguments = definition.arguments { writer.add(arguments.count) }
            writer.add(optional: definition.labels)
            writer.add(optional: definition.parameters)
            writer.add(definition.flags)
        }
        writer.add(imports.count)
        for item in imports {
            writer.add(item.module)
            writer.add(optional: item.name)
            writer.add(item.alias)
            writer.add(item.line)
            writer.add(item.owner)
            writer.add(item.isExported ? 1 : 0)
        }
        writer.add(attributes.count)
        for attribute in attributes {
            writer.add(attribute.owner)
            writer.add(attribute.name)
            writer.add(attribute.type)
        }
        writer.add(conformances.count)
        for conformance in conformances {
            writer.add(conformance.type)
            writer.add(conformance.base)
            writer.add(conformance.owner)
        }
        writer.add(bases)
        return writer.bytes
    }

    /// Throws for bytes that are none of these, whatever they are.
    init(_ bytes: UnsafeRawBufferPointer) throws(CodecError) {
        var reader = try FactsReader(bytes)
        package = try reader.string()
        let count = try reader.count()
        definitions.reserveCapacity(count)
        for index in 0..<count {
            guard let kind = EntityKind(rawValue: try reader.string()) else {
                throw CodecError(.inconsistent, "kind")
            }
            let name = try reader.string()
            let ownName = try reader.optional()
            let parent = try reader.number() - 1
            guard parent >= -1, parent < count, parent != index else {
                throw CodecError(.inconsistent, "parent")
            }
            var definition = Definition(
                kind: kind, name: name, ownName: ownName, parent: parent)
            definition.ordinal = try reader.number()
            definition.type = try reader.optional()
            definition.extends = try reader.optional()
            let first = try reader.number() - 1
            if first >= 0 {
                definition.arguments = first...(first + max(0, try reader.number() - 1))
            }
            definition.labels = try reader.optional()
            definition.parameters = try reader.optional()
            let flags = try reader.number()
            definition.flags = flags
            definitions.append(definition)
        }
        try checkParents()
        for _ in 0..<(try reader.count()) {
            let module = try reader.string()
            let name = try reader.optional()
            let alias = try reader.string()
            let line = try reader.number()
            let owner = try reader.number()
            guard owner < count else { throw CodecError(.inconsistent, "owner") }
            imports.append(
                Import(
                    module: module, name: name, alias: alias, line: line, owner: owner,
                    isExported: try reader.number() != 0))
        }
        for _ in 0..<(try reader.count()) {
            let owner = try reader.number()
            guard owner < count else { throw CodecError(.inconsistent, "owner") }
            let name = try reader.string()
            attributes.append(Attribute(owner: owner, name: name, type: try reader.string()))
        }
        for _ in 0..<(try reader.count()) {
            let type = try reader.string()
            let base = try reader.string()
            let owner = try reader.number()
            guard owner < count else { throw CodecError(.inconsistent, "owner") }
            conformances.append(Conformance(type: type, base: base, owner: owner))
        }
        bases = try reader.references(count)
    }

    /// Nothing stands in itself: who goes from parent to parent comes to an end.
    private func checkParents() throws(CodecError) {
        var isChecked = [Bool](repeating: false, count: definitions.count)
        for start in definitions.indices where definitions[start].parent > start {
            var (place, stepCount) = (start, 0)
            while place > 0, !isChecked[place] {
                place = definitions[place].parent
                stepCount += 1
                guard stepCount <= definitions.count else {
                    throw CodecError(.inconsistent, "parent")
                }
            }
            place = start
            while place > 0, !isChecked[place] {
                isChecked[place] = true
                place = definitions[place].parent
            }
        }
    }
}
