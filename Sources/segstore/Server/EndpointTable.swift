// SPDX-License-Identifier: Apache-2.0
//
// All that can be asked.

import Codec
import Exchange
import Ingest
import Platform
import SegmentStore

extension Endpoint {
    static let all: [Endpoint] =
        about + questions + wholes + lists + past + tasks + OlderEndpoint.all.map(\.endpoint)
        + Page.endpoints

    /// A command's answer; its options are parameters.
    private init(
        _ path: String, _ command: Command, _ cost: AnswerCost, _ operands: [Operand] = [],
        shape: String, hasTag: Bool = true
    ) {
        // How much memory a server gives is not its clients' to say.
        let hidden: Set<String> = [Option.noCheck.name, "reverse", "memory"]
        let options = command.options.filter { !hidden.contains($0.name) }
        self.init(
            path: path, action: .command(command), cost: cost, summary: command.summary,
            operands: operands, options: options,
            // Of what is no list a limit is about something else.
            pageOption: cost == .task || options.contains { $0.name == Option.offset.name }
                ? options.first {
                    $0.name == Option.limit.name || $0.name == Option.shownCount.name
                }
                : nil,
            hasTag: hasTag && cost != .task,
            timeOption: options.first { $0.name == "timeout" }, shape: shape)
    }

    private static let key = Operand(
        name: "key",
        help: "a whole key, or anything that names one entity only, such as Session.refresh or "
            + "login.rs:12")

    private static let about: [Endpoint] = [
        Endpoint(
            path: "/v1/health", action: .own { server, _ in try server.health() }, cost: .lookUp,
            summary: "whether the store can be read",
            shape: "status:string version:string generation:int time:string"),
        Endpoint(
            "/v1/stats", .stats, .list,
            shape:
                "store:string generation:int label:string time:string segments:int bytes:int disk_bytes:int rows:map<int>",
            hasTag: false),
        Endpoint(
            "/v1/schema", .schema, .list,
            shape:
                "count:int columns:[relation:string name:string type:string nullable:bool key:bool scope:bool target:bool]"
        ),
        Endpoint(
            path: "/v1/openapi.json",
            action: .own { _, _ in HTTPReply(200, .json, OpenAPIDocument.text) }, cost: .lookUp,
            summary: "this document", shape: ""),
    ]

    private static let questions: [Endpoint] = [
        Endpoint("/v1/entity", .queryEntity, .lookUp, [key], shape: "entity:{\(DataShape.entity)}"),
        Endpoint(
            "/v1/search", .querySearch, .list, [Operand(name: "q", help: "parts of a name")],
            shape:
                "query:string \(DataShape.page)matches:[key:string name:string qualified_name:string kind:string language:string file:string start_line:int end_line:int signature:string match:string dependents:int]"
        ),
        Endpoint(
            "/v1/deps", .queryDeps, .list, [key],
            shape:
                "key:string direction:string depth:int? complete:bool unresolved_references:int \(DataShape.page)edges:[\(DataShape.edge)]"
        ),
        Endpoint(
            "/v1/rdeps", .queryRdeps, .list, [key],
            shape:
                "key:string direction:string depth:int? complete:bool unresolved_references:int left_out_tests:int \(DataShape.page)edges:[\(DataShape.edge)]"
        ),
        Endpoint(
            "/v1/impact", .queryImpact, .list, [key],
            shape:
                "key:string depth:int? by_distance:int* files:int tests:int complete:bool unresolved_references:int left_out_tests:int \(DataShape.page)affected:[distance:int key:string name:string kind:string file:string start_line:int edge:string through:string resolution:string is_test:bool]"
        ),
        Endpoint(
            "/v1/path", .queryPath, .list,
            [
                Operand(name: "from", help: "the key that depends"),
                Operand(name: "to", help: "the key that is depended on"),
            ],
            shape:
                "from:string to:string found:bool found_back:bool? length:int? paths:int all_paths:int complete:bool unresolved_edges:int \(DataShape.page)edges:[path:int step:int from:string kind:string to:string file:string line:int? resolution:string]"
        ),
        Endpoint(
            "/v1/context", .queryContext, .list, [key],
            shape:
                "key:string budget:int tokens:int omitted:int \(DataShape.page)items:[key:string reason:string form:string kind:string file:string start_line:int end_line:int lines:int* tokens:int text:string]"
        ),
    ]

    private static let wholes: [Endpoint] = [
        Endpoint(
            "/v1/cycles", .queryCycles, .whole,
            shape:
                "\(DataShape.whole)in_cycles:int \(DataShape.page)cycles:[size:int edges:int files:int example:string* members:string*]"
        ),
        Endpoint("/v1/hotspots", .queryHotspots, .whole, shape: DataShape.page),
        Endpoint(
            "/v1/hubs", .queryHubs, .whole,
            shape:
                "\(DataShape.whole)method:string \(DataShape.page)hubs:[\(DataShape.label)score:int dependents:int dependencies:int]"
        ),
        Endpoint(
            "/v1/entry-points", .queryEntryPoints, .whole,
            shape:
                "\(DataShape.page)entry_points:[\(DataShape.label)visibility:string is_main:bool dependencies:int reach:int]"
        ),
        Endpoint(
            "/v1/dead", .queryDead, .whole,
            shape:
                "exported:int tests_left_out:int \(DataShape.page)dead:[\(DataShape.label)visibility:string exported:bool lines:int users:int possible_uses:int]"
        ),
        Endpoint(
            "/v1/centrality", .queryCentrality, .whole,
            shape:
                "\(DataShape.whole)method:string \(DataShape.page)ranking:[\(DataShape.label)dependents:int dependencies:int]"
        ),
        Endpoint(
            "/v1/kcore", .queryKcore, .whole,
            shape:
                "by:string edges:int maximum:int nodes_by_core:int* \(DataShape.page)nodes:[\(DataShape.label)core:int dependents:int dependencies:int]"
        ),
        Endpoint(
            "/v1/communities", .queryCommunities, .whole,
            shape:
                "\(DataShape.whole)modularity:number in_communities:int \(DataShape.page)communities:[community:int size:int inside:int outside:int folder:string members:string*]"
        ),
        Endpoint("/v1/coupling", .queryCoupling, .whole, shape: "by:string \(DataShape.page)"),
        Endpoint(
            "/v1/entropy", .queryEntropy, .whole,
            shape:
                "\(DataShape.whole)entropy:number degree_entropy:number edge_end_entropy:number \(DataShape.page)groups:[entropy:number outside_entropy:number inside:int outside:int path:string]"
        ),
        Endpoint(
            "/v1/debt", .queryDebt, .whole,
            shape:
                "minutes:number lines:int ratio:number rating:string minutes_by_rule:map<number> formula:map<string> \(DataShape.page)items:[\(DataShape.label)minutes:number reasons:[rule:string minutes:number]]"
        ),
    ]

    private static let lists: [Endpoint] = [
        Endpoint(
            "/v1/entities", .entities, .list,
            shape: "\(DataShape.page)entities:[\(DataShape.entity)]"),
        Endpoint(
            "/v1/edges", .edges, .list,
            shape:
                "\(DataShape.page)edges:[from:string to:string kind:string file:string line:int lines:int*? count:int? resolution:string]"
        ),
        Endpoint(
            "/v1/files", .files, .list,
            shape:
                "\(DataShape.page)files:[file:string language:string size:int mtime:string? content_hash:string parse_errors:int]"
        ),
        Endpoint(
            "/v1/tests", .tests, .list,
            shape:
                "\(DataShape.page)excluded_tests:[key:string name:string kind:string language:string file:string start_line:int end_line:int reason:string]"
        ),
        Endpoint(
            "/v1/coverage", .coverage, .list,
            shape:
                "\(DataShape.page)word_coverage:[file:string language:string source_words:int entity_words:int import_words:int comment_words:int raw_pct:number effective_pct:number entity_count:int]"
        ),
        Endpoint(
            "/v1/ignored", .ignored, .list,
            shape: "\(DataShape.page)ignored_files:[file:string extension:string reason:string]"),
        Endpoint(
            "/v1/tree", .queryTree, .list,
            shape:
                "within:string depth:int? \(DataShape.page)places:[path:string kind:string depth:int files:int bytes:int entities:int languages:string*]"
        ),
    ]

    private static let past: [Endpoint] = [
        Endpoint(
            "/v1/history", .log, .list,
            shape:
                "\(DataShape.page)commits:[generation:int parent:int kind:string label:string time:string segments:int bytes:int rows:map<int>]",
            hasTag: false),
        Endpoint(
            "/v1/diff", .diff, .list,
            [
                Operand(name: "old", help: "a generation or a label that history lists"),
                Operand(name: "new", help: "another"),
            ], shape: "old:int old_label:string new:int new_label:string \(DataShape.page)"),
    ]

    private static let sql = Endpoint(
        "/v1/sql", .sql, .task,
        [
            Operand(name: "q", help: "one statement of SQLite's SQL"),
            Operand(
                name: "value", help: "what a '?' of the statement stands for; may come again",
                mayRepeat: true, isRequired: false),
        ], shape: "columns:string* rows:any* count:int truncated:bool")

    /// For a statement that is too long for a target.
    private static let postedSQL: Endpoint = {
        var endpoint = sql
        endpoint.method = "POST"
        endpoint.hasBody = true
        return endpoint
    }()

    private static let tasks: [Endpoint] = [
        sql, postedSQL,
        Endpoint(
            path: "/v1/watch", action: .own { server, _ in try server.watchState() }, cost: .lookUp,
            summary: "whether the store is kept current, and what was taken in last",
            shape:
                "watching:bool ingesting:bool root:string? runs:int problem:string? last_generation:int? last_commit:string? last_changed_files:int? last_changed:string*"
        ),
        Endpoint(
            path: "/v1/ingest", method: "POST",
            action: .own { server, asked in try server.ingest(asked) }, cost: .task,
            summary: "takes in what has changed in the tree", options: [.label],
            shape:
                "root:string store:string generation:int label:string committed:bool files:int files_parsed:int files_removed:int files_linked:int entities:int edges:int rows_written:int seconds:number"
        ),
        Endpoint(
            path: "/v1/reindex", method: "POST",
            action: .own { server, asked in try server.reindex(asked) }, cost: .task,
            summary: "takes in what has changed, and says whether a file was among it",
            operands: [Operand(name: "path", help: "from the root of the tree on")],
            shape:
                "path:string known:bool changed:bool committed:bool generation:int files_parsed:int files_removed:int files_linked:int rows_written:int seconds:number"
        ),
    ]
}

// MARK: - What no command answers

extension Server {
    fileprivate func health() throws -> HTTPReply {
        let snapshot = try store.current().snapshot
        return .success(try meta()) { json in
            json.member("status", "ok")
            json.member("version", CommandLineTool.version)
            json.member("generation", snapshot.generation)
            json.member("time", AnswerTime(nanoseconds: snapshot.time))
        }
    }

    /// What is known without waiting.
    private func meta() throws -> AnswerMeta {
        let snapshot = try store.current().snapshot
        return AnswerMeta(snapshot: snapshot, check: store.freshness.known(snapshot))
    }

    fileprivate func watchState() throws -> HTTPReply {
        .success(try meta()) { keeper.describe($0) }
    }

    fileprivate func ingest(_ asked: Asked) throws -> HTTPReply {
        let run = try keeper.run(label: asked["label"] ?? "")
        let summary = try IngestSummary(
            run.report, run.snapshot, run.languages, root: run.tree.root, path: store.path,
            isLabelled: asked["label"] != nil, time: run.nanoseconds)
        let out = ByteBuffer(capacity: 4 << 10)
        ValueText.append("{\"data\":", to: out)
        var meta = try meta()
        let output = Output(to: { out.append($0) }, notes: { meta.notes.append($0) })
        summary.answer(.json, output)
        try output.flush()
        ValueText.append(",\"meta\":", to: out)
        meta.append(to: out)
        ValueText.append("}\n", to: out)
        return HTTPReply(200, .json, .bytes(out))
    }

    /// One file needs no less than what it has to do with: all that has changed is taken in.
    fileprivate func reindex(_ asked: Asked) throws -> HTTPReply {
        let given = asked.operands[0]
        let path = try TreePath(given, root: try keeper.tree().root).text
        let run = try keeper.run()
        let reader = run.snapshot.reader()
        let isKnown = try reader.find(reader.relation("files"), key: path) != nil
        let hasChanged = run.report.changedFiles.contains(path)
        guard isKnown || hasChanged else {
            throw TreePath.nothing(at: given)
        }
        return .success(try meta()) { json in
            json.member("path", path)
            json.member("known", isKnown)
            json.member("changed", hasChanged)
            json.member("committed", run.report.isCommitted)
            json.member("generation", run.snapshot.generation)
            json.member("files_parsed", run.report.parsed.fileCount)
            json.member("files_removed", run.report.removedFileCount)
            json.member("files_linked", run.report.linkedFileCount)
            json.member("rows_written", run.report.writtenRowCount)
            json.member("seconds", Double(run.nanoseconds / 1000) / 1e6)
        }
    }
}
