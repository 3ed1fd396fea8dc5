// SPDX-License-Identifier: Apache-2.0
//
// Which types arguments have and parameters ask for, as far as their texts say it.

enum CSharpTypes {
    /// A call's arguments; by their names nobody knows which they are.
    static func give(_ e: Extractor, _ call: SyntaxNode) {
        let list = call["arguments"] ?? call.child("argument_list")
        let arguments = (list?.children() ?? []).filter { $0.is("argument") }
        if arguments.contains(where: { $0["name"] != nil }) { return e.give([]) }
        e.give(arguments.map { isReference($0) ? $0 : $0.children().last })
    }

    private static func isReference(_ argument: SyntaxNode) -> Bool {
        argument.allChildren.contains { $0.is("ref") || $0.is("out") }
    }

    /// Of literals, and of what operators give.
    static func valueType(_ e: Extractor, _ node: SyntaxNode) -> String? {
        // It goes where the parameter says so too, and nowhere else.
        if node.is("argument") {
            return "&" + (node.children().last.map { e.argumentType($0) } ?? "?")
        }
        if node.isOne(of: "integer_literal", "real_literal") { return number(e.text(node)) }
        if node.is("boolean_literal") { return "bool^" }
        if node.is("character_literal") { return "char^" }
        if node.isOne(
            of: "null_literal", "lambda_expression", "anonymous_method_expression",
            "default_expression", "declaration_expression")
        {
            return "?"
        }
        if node.is("is_expression") || node.is("is_pattern_expression") { return "bool^" }
        if node.is("typeof_expression") { return "Type^" }
        // Of whatever it is.
        if node.is("invocation_expression"), let function = node["function"],
            function.is("member_access_expression"),
            function["name"].map({ e.text($0) }) == "ToString",
            e.argumentCount(node) == 0
        {
            return "string^"
        }
        if node.is("parenthesized_expression") {
            return node.firstChild.flatMap { valueType(e, $0) }
        }
        if node.isOne(of: "cast_expression", "array_creation_expression"), let type = node["type"] {
            return text(e, type)
        }
        if node.is("prefix_unary_expression") {
            if e.byte(node.start) == UInt8(ascii: "!") { return "bool^" }
            return node.lastChild.flatMap { valueType(e, $0) }
        }
        if node.is("conditional_expression"), let yes = node["consequence"],
            let no = node["alternative"]
        {
            let type = e.argumentType(yes)
            return e.argumentType(no) == type ? type : "?"
        }
        guard node.is("binary_expression"), let left = node["left"], let right = node["right"],
            let sign = node["operator"]
        else { return nil }
        if ["==", "!=", "<", ">", "<=", ">=", "&&", "||"].contains(e.text(sign)) { return "bool^" }
        if e.text(sign) == "+", isText(left) || isText(right) { return "string^" }
        return "?"
    }

    private static func isText(_ node: SyntaxNode) -> Bool {
        node.isOne(
            of: "string_literal", "verbatim_string_literal", "interpolated_string_expression")
    }

    /// Zero may also be of any enum.
    private static func number(_ text: String) -> String {
        let text = text.lowercased()
        if text == "0" { return "?" }
        if !text.hasPrefix("0x") {
            if text.hasSuffix("f") { return "float^" }
            if text.hasSuffix("m") { return "decimal^" }
            if text.hasSuffix("d") || text.contains(".") || text.contains("e") { return "double^" }
        }
        if text.hasSuffix("ul") || text.hasSuffix("lu") { return "ulong^" }
        if text.hasSuffix("l") { return "long^" }
        if text.hasSuffix("u") { return "uint^" }
        let digits = text.filter { $0 != "_" }
        return !digits.hasPrefix("0") && digits.count < 10 || digits.count < 9 ? "int^" : "?"
    }

    /// A type as facts have it; of an array with brackets behind it. What may be without a value is
    /// another type.
    static func text(_ e: Extractor, _ type: SyntaxNode, except own: Set<String> = []) -> String {
        if type.is("nullable_type"), let inner = type["type"] ?? type.firstChild {
            return isValue(e, inner) ? "=" + e.text(inner) + "?" : text(e, inner, except: own)
        }
        guard type.is("array_type") else {
            if e.typeText(type, except: own) == "?" { return "?" }
            return e.instance(of: type) ?? "?"
        }
        guard let element = type["type"], let rank = type["rank"],
            element.isOne(of: "predefined_type", "identifier"),
            e.typeText(element, except: own) != "?",
            !e.text(rank).contains(",")
        else { return "?" }
        return "=" + e.text(element) + "[]"
    }

    /// Whether it is a type whose values are copied, of those that are from outside.
    static func isValue(_ e: Extractor, _ type: SyntaxNode) -> Bool {
        let name = e.text(type)
        if type.is("predefined_type") { return name != "string" && name != "object" }
        return ["DateTime", "DateTimeOffset", "Decimal", "Guid", "IntPtr", "TimeSpan"].contains(
            name)
    }

    /// Of a last one that may be many, with dots behind it.
    static func parameters(_ e: Extractor, _ node: SyntaxNode, _ list: SyntaxNode) -> String? {
        let generics = node["type_parameters"] ?? node.child("type_parameter_list")
        let own = Set((generics?.children() ?? []).compactMap { $0["name"].map { e.text($0) } })
        var types = list.children().filter { $0.is("parameter") }.map {
            let isReference = $0.children().contains {
                $0.is("modifier") && ["ref", "out"].contains(e.text($0))
            }
            return (isReference ? "&" : "") + ($0["type"].map { text(e, $0, except: own) } ?? "?")
        }
        if list["name"] != nil, let type = list["type"] {
            guard let element = type["type"] else { return nil }
            let text = text(e, element, except: own)
            types.append(text == "?" ? "?" : text + "...")
        }
        return types.contains { $0 != "?" } ? types.joined(separator: ";") : nil
    }

    static let overloads = LinkRules.Overloads(
        plain: ["void"],
        leaves: [
            "Boolean", "Byte", "Char", "DateTime", "Decimal", "Double", "Guid", "Int16", "Int32",
            "Int64", "IntPtr", "SByte", "Single", "String", "TimeSpan", "UInt16", "UInt32",
            "UInt64",
        ], roots: ["Object"],
        numbers: [
            "Byte", "Char", "Decimal", "Double", "Int16", "Int32", "Int64", "IntPtr", "SByte",
            "Single", "UInt16", "UInt32", "UInt64",
        ], isStrict: true, hidden: ["Delegate", "Enum", "MulticastDelegate", "ValueType"])
}
