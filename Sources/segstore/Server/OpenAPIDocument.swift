// SPDX-License-Identifier: Apache-2.0
//
// What can be asked, as OpenAPI has it: made of the table of endpoints.

import Codec
import Exchange

enum OpenAPIDocument {
    /// It is the same as long as the program is.
    static let text: String = {
        let out = ByteBuffer(capacity: 64 << 10)
        AnswerWriter.object(to: out, write)
        return String(decoding: out.bytes, as: UTF8.self) + "\n"
    }()

    private static func write(_ json: AnswerWriter) {
        json.member("openapi", "3.1.0")
        json.object("info") {
            json.member("title", "segstore")
            json.member("version", CommandLineTool.version)
            json.member(
                "description",
                "Questions about the graph of a source tree. An answer is {\"data\":…,\"meta\":…}, a "
                    + "failure {\"error\":…}. Where meta.next is no null, the list goes on with "
                    + "?cursor= that. The ETag of an answer changes with the store's generation.")
        }
        json.object("paths") {
            var paths: [String] = []
            for endpoint in Endpoint.all where endpoint.isAPI && !paths.contains(endpoint.path) {
                paths.append(endpoint.path)
            }
            for path in paths {
                json.object(path) {
                    for endpoint in Endpoint.all where endpoint.path == path {
                        json.object(endpoint.method.lowercased()) { describe(endpoint, json) }
                    }
                }
            }
        }
        json.object("components") {
            json.object("schemas") {
                DataShape(DataShape.meta).schema(json, "Meta")
                DataShape("error:{code:string message:string}").schema(json, "Error")
                DataShape("success:bool endpoint:string error:string tokens:int")
                    .schema(json, "OlderError")
                DataShape("success:bool endpoint:string data:any tokens:int")
                    .schema(json, "OlderAnswer")
            }
        }
    }

    private static func describe(_ endpoint: Endpoint, _ json: AnswerWriter) {
        json.member(
            "operationId",
            endpoint.path.dropFirst().split { $0 == "/" || $0 == "." || $0 == "-" }
                .joined(separator: "_") + (endpoint.hasBody ? "_posted" : ""))
        json.member("summary", endpoint.summary)
        json.array("parameters") {
            for operand in endpoint.operands.dropFirst(endpoint.hasBody ? 1 : 0) {
                parameter(operand.name, operand.help, isRequired: operand.isRequired, json) {
                    if operand.isNumber {
                        json.member("type", "integer")
                        json.member("minimum", 0)
                    } else if operand.mayRepeat {
                        json.member("type", "array")
                        json.object("items") { json.member("type", "string") }
                    } else {
                        json.member("type", "string")
                        json.member("minLength", 1)
                    }
                }
            }
            for option in endpoint.parameters {
                parameter(option.name, option.help, isRequired: option.isRequired, json) {
                    schema(option, isPage: option.name == endpoint.pageOption?.name, json)
                }
            }
            if endpoint.formats.count > 1 {
                parameter(
                    "format", "how to answer; csv and ndjson have the rows alone",
                    isRequired: false, json
                ) {
                    json.array("enum") {
                        for format in endpoint.formats { json.element(format.rawValue) }
                    }
                }
            }
        }
        if endpoint.hasBody, let first = endpoint.operands.first {
            json.object("requestBody") {
                json.member("description", first.help)
                json.member("required", true)
                json.object("content") {
                    json.object("text/plain") {
                        json.object("schema") {
                            json.member("type", "string")
                            json.member("minLength", 1)
                        }
                    }
                }
            }
        }
        json.object("responses") {
            json.object("200") {
                json.member("description", "the answer")
                json.object("content") {
                    for format in endpoint.formats {
                        json.object(mediaType(format)) {
                            if format == .json {
                                answer(endpoint, json)
                            } else {
                                json.object("schema") { json.member("type", "string") }
                            }
                        }
                    }
                }
            }
            failures(endpoint, json)
        }
    }

    /// Without what comes behind a semicolon; each once.
    private static func mediaType(_ format: Format) -> String {
        switch format {
        case .dot: "text/vnd.graphviz"
        case .mermaid: "text/vnd.mermaid"
        default:
            String(ContentType(format).rawValue.prefix { $0 != ";" })
        }
    }

    private static func answer(_ endpoint: Endpoint, _ json: AnswerWriter) {
        json.object("schema") {
            guard !endpoint.shape.isEmpty else {
                return endpoint.path.hasPrefix("/v1/")
                    ? json.member("type", "object")
                    : json.member("$ref", "#/components/schemas/OlderAnswer")
            }
            json.member("type", "object")
            json.array("required") {
                json.element("data")
                json.element("meta")
            }
            json.object("properties") {
                DataShape(endpoint.shape).schema(json, "data")
                json.object("meta") { json.member("$ref", "#/components/schemas/Meta") }
            }
        }
    }

    private static func failures(_ endpoint: Endpoint, _ json: AnswerWriter) {
        let schema =
            endpoint.shape.isEmpty && !endpoint.path.hasPrefix("/v1/") ? "OlderError" : "Error"
        for (status, meaning) in [
            ("400", "the question makes no sense"), ("403", "not to be asked by this client"),
            ("404", "there is no such thing"), ("405", "not by this method"),
            ("409", "the key names several, which are listed; or the tree is not known"),
            ("413", "too large"), ("422", "the answer is too large"),
            ("500", "the store is damaged, or something failed"),
            ("503", "too much to do, or another process writes; ask again"),
            ("504", "it takes too long"),
        ] {
            json.object(status) {
                json.member("description", meaning)
                json.object("content") {
                    json.object("application/json") {
                        json.object("schema") {
                            json.member("$ref", "#/components/schemas/\(schema)")
                        }
                    }
                }
            }
        }
    }

    private static func parameter(
        _ name: String, _ help: String, isRequired: Bool, _ json: AnswerWriter,
        schema: () -> Void
    ) {
        json.object {
            json.member("name", name)
            json.member("in", "query")
            if isRequired { json.member("required", true) }
            json.member("description", help)
            json.object("schema", schema)
        }
    }

    private static func schema(_ option: Option, isPage: Bool, _ json: AnswerWriter) {
        func integer(from minimum: Int) {
            json.member("type", "integer")
            json.member("minimum", minimum)
            if isPage { json.member("maximum", Asked.rowLimit) }
        }
        guard let value = option.value else { return json.member("type", "boolean") }
        switch (option.name, value) {
        case ("depth", _):
            json.array("anyOf") {
                json.object { integer(from: 1) }
                json.object { json.member("const", "all") }
            }
        case ("granularity", _):
            json.member("type", "number")
            json.member("exclusiveMinimum", 0)
            json.member("maximum", 1000)
        case ("tokens", _), ("timeout", _), ("memory", _): integer(from: 1)
        case (_, "N"): integer(from: option.name == "limit" && !isPage ? 1 : 0)
        default:
            if case .words(let words) = option.words {
                json.array("enum") { for word in words { json.element(word) } }
            } else {
                json.member("type", "string")
                json.member("minLength", 1)
            }
        }
    }
}
