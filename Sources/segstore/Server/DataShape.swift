// SPDX-License-Identifier: Apache-2.0
//
// What the data of an answer is, in a short notation, and as a JSON schema:
//
//   key:string depth:int? edges:[from:string lines:int*] rows:{entities:int} counts:map<int>
//
// '?' may be null, '*' is a list of them, '[…]' a list of objects, '{…}' an object, 'map<…>' an
// object with any names.

import Codec
import Exchange

indirect enum DataShape {
    case string, int, number, bool, any
    case nullable(DataShape)
    case list(DataShape)
    case map(DataShape)
    case object([(name: String, shape: DataShape)])

    /// Of an object's members. What is wrong in it is a mistake of ours.
    init(_ text: String) {
        var parser = Parser(rest: text[...])
        self = .object(parser.members(until: nil))
        precondition(parser.rest.isEmpty, "not a shape: \(text)")
    }

    func schema(_ json: AnswerWriter, _ name: String?) {
        json.object(name) { members(json, isNullable: false) }
    }

    private var typeName: String? {
        switch self {
        case .string: "string"
        case .int: "integer"
        case .number: "number"
        case .bool: "boolean"
        case .list: "array"
        case .map, .object: "object"
        case .any, .nullable: nil
        }
    }

    private func members(_ json: AnswerWriter, isNullable: Bool) {
        if case .nullable(let inner) = self { return inner.members(json, isNullable: true) }
        if let typeName {
            if isNullable {
                json.array("type") {
                    json.element(typeName)
                    json.element("null")
                }
            } else {
                json.member("type", typeName)
            }
        }
        switch self {
        case .list(let item): item.schema(json, "items")
        case .map(let value): value.schema(json, "additionalProperties")
        case .object(let members):
            json.array("required") { for member in members { json.element(member.name) } }
            json.object("properties") {
                for member in members { member.shape.schema(json, member.name) }
            }
        default: break
        }
    }

    private struct Parser {
        var rest: Substring

        mutating func members(until end: Character?) -> [(name: String, shape: DataShape)] {
            var members: [(String, DataShape)] = []
            while let next = rest.first {
                if next == end { break }
                if next == " " || next == "\n" {
                    rest.removeFirst()
                    continue
                }
                let name = rest.prefix { $0 != ":" }
                rest = rest.dropFirst(name.count + 1)
                members.append((String(name), shape()))
            }
            if end != nil { rest = rest.dropFirst() }
            return members
        }

        private mutating func shape() -> DataShape {
            var shape = plain()
            while let mark = rest.first {
                switch mark {
                case "?": shape = .nullable(shape)
                case "*": shape = .list(shape)
                default: return shape
                }
                rest.removeFirst()
            }
            return shape
        }

        private mutating func plain() -> DataShape {
            switch rest.first {
            case "[":
                rest.removeFirst()
                return .list(.object(members(until: "]")))
            case "{":
                rest.removeFirst()
                return .object(members(until: "}"))
            default: break
            }
            let word = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(word.count)
            switch word {
            case "string": return .string
            case "int": return .int
            case "number": return .number
            case "bool": return .bool
            case "any": return .any
            case "map":
                rest = rest.dropFirst()
                let value = shape()
                rest = rest.dropFirst()
                return .map(value)
            default: preconditionFailure("no shape: \(word)")
            }
        }
    }
}

extension DataShape {
    /// Of every list.
    static let page = "total:int offset:int count:int truncated:bool "
    /// Of everything that is told of the whole graph.
    static let whole = "by:string nodes:int edges:int "
    /// Of a node that need not be an entity.
    static let label = "key:string name:string kind:string file:string line:int? "
    static let edge =
        "from:string to:string kind:string file:string line:int? resolution:string depth:int "
        + "count:int lines:int*"
    static let entity =
        "key:string name:string qualified_name:string kind:string language:string file:string "
        + "start_line:int end_line:int parent:string? visibility:string signature:string "
        + "content_hash:string is_test:bool token_count:int complexity:int root_l1:string "
        + "root_l2:string"
    static let meta =
        "generation:int label:string fresh:bool? changed_files:int? next:string? notes:string*"
}
