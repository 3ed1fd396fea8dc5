// SPDX-License-Identifier: Apache-2.0
//
// What the older endpoints answer.

import Exchange

extension OlderEndpoint {
    static let all: [OlderEndpoint] = about + entities + edges + measures + upkeep

    private static func list(
        _ name: String, _ list: (rows: [JSONValue], total: Int)
    ) -> JSONValue {
        .object([("total_count", int(list.total)), (name, .array(list.rows))])
    }

    private static func int(_ number: Int) -> JSONValue { .int(Int64(number)) }

    // MARK: - About the store

    private static let about: [OlderEndpoint] = [
        OlderEndpoint(path: "/server-health-check-status", summary: "whether it answers") { asked in
            .object([
                ("status", .string("ok")), ("database_connected", .bool(true)),
                ("file_watcher_active", .bool(asked.server.keeper.isWatching)),
            ])
        },
        OlderEndpoint(path: "/codebase-statistics-overview-summary", summary: "counts") { asked in
            let rows = try asked.ask(.stats)["rows"] ?? .object([])
            let languages = Set(
                try asked.rows(.files, [], [:]) { $0["language"] ?? .null }
                    .compactMap(\.string)
            ).sorted()
            return .object([
                ("code_entities_total_count", rows["entities"] ?? .int(0)),
                ("test_entities_total_count", rows["excluded_tests"] ?? .int(0)),
                ("dependency_edges_total_count", rows["edges"] ?? .int(0)),
                ("languages_detected_list", .array(languages.map { .string($0) })),
                ("database_file_path", .string(asked.server.store.path)),
            ])
        },
        OlderEndpoint(path: "/api-reference-documentation-help", summary: "this list") { _ in
            .object([
                ("api_version", .string(CommandLineTool.version)),
                ("total_endpoints", int(all.count)),
                (
                    "endpoints",
                    .array(
                        all.map { endpoint -> JSONValue in
                            .object([
                                ("path", .string(endpoint.path)),
                                ("method", .string(endpoint.method)),
                                ("description", .string(endpoint.summary)),
                                (
                                    "parameters",
                                    .array(
                                        endpoint.parameters.map {
                                            .object([
                                                ("name", .string($0.name)),
                                                ("description", .string($0.help)),
                                                ("required", .bool($0.isRequired)),
                                            ])
                                        })
                                ),
                            ])
                        })
                ),
            ])
        },
        OlderEndpoint(
            path: "/folder-structure-discovery-tree", summary: "the folders that scope may name"
        ) { asked in
            let places = try asked.rows(.queryTree, [], ["depth": "2"]) { $0 }
                .filter { $0.text("kind") == "folder" }
            let tops = places.filter { $0.number("depth") == 1 }
            let inner = places.filter { $0.number("depth") == 2 }
            return .object([
                ("total_L1_folders", int(tops.count)), ("total_L2_folders", int(inner.count)),
                ("total_entities", places.first?["entities"] ?? .int(0)),
                (
                    "tree",
                    .array(
                        tops.map { top -> JSONValue in
                            .object([
                                ("folder_L1", top["path"] ?? .null),
                                ("entity_count", top["entities"] ?? .null),
                                (
                                    "subfolders",
                                    .array(
                                        inner.filter {
                                            $0.text("path").hasPrefix(top.text("path") + "/")
                                        }
                                        .map { folder in
                                            let name = folder.text("path").dropFirst(
                                                top.text("path").count + 1)
                                            return .object([
                                                ("folder_L2", .string(String(name))),
                                                ("entity_count", folder["entities"] ?? .null),
                                            ])
                                        })
                                ),
                            ])
                        })
                ),
            ])
        },
    ]

    // MARK: - Entities

    @Sendable private static func entity(_ row: JSONValue) -> JSONValue {
        .object([
            ("key", row["key"] ?? .null), ("name", row["name"] ?? .null),
            ("file_path", row["file"] ?? .null), ("entity_type", row["kind"] ?? .null),
            ("entity_class", .string(row["is_test"]?.bool == true ? "TEST" : "CODE")),
            ("language", row["language"] ?? .null),
            ("line_range", .array([row["start_line"] ?? .null, row["end_line"] ?? .null])),
        ])
    }

    /// What that server calls a function.
    private static func kind(_ type: String?) -> String? { type == "fn" ? "function" : type }

    private static let entities: [OlderEndpoint] = [
        OlderEndpoint(
            path: "/code-entities-list-all", summary: "all entities",
            parameters: [
                .init(name: "entity_type", help: "of this kind only"), .scope, .limit, .offset,
            ]
        ) { asked in
            list(
                "entities",
                try asked.list(
                    .entities, [],
                    [
                        "kind": kind(asked["entity_type"]), "within": asked.within,
                        "limit": asked["limit"], "offset": asked["offset"],
                    ], entity))
        },
        OlderEndpoint(
            path: "/code-entity-detail-view", summary: "one entity, with its code",
            parameters: [.init(name: "key", help: "its key", isRequired: true)]
        ) { asked in
            let row =
                try asked.ask(.queryEntity, [asked["key"] ?? ""], ["code": ""])["entity"]
                ?? .object([])
            guard case .object(let members) = entity(row) else { return .null }
            return .object(
                members + [
                    ("signature", row["signature"] ?? .null), ("doc", row["doc"] ?? .null),
                    ("code", row["code"] ?? .null), ("visibility", row["visibility"] ?? .null),
                    ("content_hash", row["content_hash"] ?? .null),
                ])
        },
        OlderEndpoint(
            path: "/code-entities-search-fuzzy", summary: "entities by parts of their names",
            parameters: [
                .init(name: "q", help: "parts of a name", isRequired: true), .scope, .limit,
                .offset,
            ]
        ) { asked in
            list(
                "entities",
                try asked.list(
                    .querySearch, [asked["q"] ?? ""],
                    [
                        "within": asked.within, "limit": asked["limit"] ?? "100",
                        "offset": asked["offset"],
                    ], entity))
        },
        OlderEndpoint(
            path: "/smart-context-token-budget", summary: "what to read of an entity",
            parameters: [
                .init(name: "focus", help: "a key", isRequired: true),
                .init(name: "tokens", help: "at most so many (default: 4000)", isNumber: true),
                .init(name: "scope", help: "of what fits, that of one folder: src||auth"),
            ]
        ) { asked in
            let tokens = try asked.positive("tokens", or: 4000)
            // A folder that is not there is one's slip.
            _ = try asked.ask(.files, [], ["within": asked.within, "limit": "0"])
            let data = try asked.ask(
                .queryContext, [asked["focus"] ?? ""], ["tokens": "\(tokens)"])
            let folder = asked.within
            let items = (data["items"]?.array ?? []).filter { item in
                guard let folder else { return true }
                let file = item.text("file")
                return file == folder || file.hasPrefix(folder + "/")
            }
            let context: [JSONValue] = items.enumerated().map { rank, item in
                // Nearer the front, more so: there is no other measure.
                let score = 1 / Double(rank + 1)
                return .object([
                    ("entity_key", item["key"] ?? .null), ("relevance_score", .number(score)),
                    ("relevance_type", item["reason"] ?? .null),
                    ("estimated_tokens", item["tokens"] ?? .null), ("code", item["text"] ?? .null),
                ])
            }
            let used = items.reduce(0) { $0 + $1.number("tokens") }
            return .object([
                ("focus_entity", data["key"] ?? .null), ("token_budget", int(tokens)),
                ("tokens_used", int(used)), ("entities_included", int(items.count)),
                ("context", .array(context)),
            ])
        },
    ]

    // MARK: - Edges

    /// All but that one is in another.
    private static let edgeKinds = "calls,uses,implements,extends,imports"

    @Sendable private static func edge(_ row: JSONValue) -> JSONValue {
        .object([
            ("from_key", row["from"] ?? .null), ("to_key", row["to"] ?? .null),
            ("edge_type", row["kind"] ?? .null),
            ("source_location", .string("\(row.text("file")):\(row.number("line"))")),
            ("resolution", row["resolution"] ?? .null),
        ])
    }

    private static func neighbours(
        _ path: String, _ summary: String, _ command: Command, _ name: String
    ) -> OlderEndpoint {
        OlderEndpoint(path: path, summary: summary, parameters: [.entity, .scope]) { asked in
            list(
                name,
                try asked.list(
                    command, [asked["entity"] ?? ""],
                    ["kind": edgeKinds, "within": asked.within], edge))
        }
    }

    private static let edges: [OlderEndpoint] = [
        OlderEndpoint(
            path: "/dependency-edges-list-all", summary: "all edges",
            parameters: [.scope, .limit, .offset]
        ) { asked in
            let (rows, total) = try asked.list(
                .edges, [],
                [
                    "within": asked.within, "limit": asked["limit"], "offset": asked["offset"],
                ], edge)
            return .object([
                ("total_count", int(total)), ("returned_count", int(rows.count)),
                ("edges", .array(rows)),
            ])
        },
        neighbours(
            "/reverse-callers-query-graph", "what depends on an entity", .queryRdeps, "callers"),
        neighbours(
            "/forward-callees-query-graph", "what an entity depends on", .queryDeps, "callees"),
        OlderEndpoint(
            path: "/blast-radius-impact-analysis", summary: "what may break if an entity changes",
            parameters: [
                .entity, .init(name: "hops", help: "steps (default: 3)", isNumber: true), .scope,
            ]
        ) { asked in
            let hops = try asked.positive("hops", or: 3)
            let data = try asked.ask(
                .queryImpact, [asked["entity"] ?? ""],
                ["depth": "\(hops)", "within": asked.within])
            var byHop: [[JSONValue]] = []
            for item in data["affected"]?.array ?? [] {
                let hop = item.number("distance")
                while byHop.count < hop { byHop.append([]) }
                if hop > 0 { byHop[hop - 1].append(item["key"] ?? .null) }
            }
            return .object([
                ("source_entity", data["key"] ?? .null), ("hops_requested", int(hops)),
                ("total_affected", data["total"] ?? .null),
                (
                    "by_hop",
                    .array(
                        byHop.enumerated().map { hop, keys -> JSONValue in
                            .object([
                                ("hop", int(hop + 1)), ("count", int(keys.count)),
                                ("entities", .array(keys)),
                            ])
                        })
                ),
            ])
        },
        OlderEndpoint(
            path: "/circular-dependency-detection-scan", cost: .whole,
            summary: "what depends on itself", parameters: [.scope]
        ) { asked in
            let cycles = try asked.rows(.queryCycles, [], ["within": asked.within, "top": "all"]) {
                cycle in
                let way = cycle["example"]?.array ?? []
                return .object([
                    ("length", int(way.count)), ("path", .array(way + way.prefix(1))),
                ])
            }
            return .object([
                ("has_cycles", .bool(!cycles.isEmpty)), ("cycle_count", int(cycles.count)),
                ("cycles", .array(cycles)),
            ])
        },
        OlderEndpoint(
            path: "/strongly-connected-components-analysis", cost: .whole,
            summary: "parts in which everything depends on everything", parameters: [.scope]
        ) { asked in
            let parts = try asked.rows(.queryCycles, [], ["within": asked.within, "top": "all"]) {
                $0
            }
            return .object([
                ("scc_count", int(parts.count)),
                (
                    "sccs",
                    .array(
                        parts.enumerated().map { id, part -> JSONValue in
                            .object([
                                ("id", int(id)), ("size", part["size"] ?? .null),
                                ("members", part["members"] ?? .null),
                                (
                                    "risk_level",
                                    .string(part.number("size") > 2 ? "HIGH" : "MEDIUM")
                                ),
                            ])
                        })
                ),
            ])
        },
    ]

    // MARK: - Measures

    private static let top = Parameter(
        name: "top", help: "the first so many of them", isNumber: true)

    private static let measures: [OlderEndpoint] = [
        OlderEndpoint(
            path: "/complexity-hotspots-ranking-view", cost: .whole,
            summary: "what has most to do with others (top: 10)", parameters: [top, .scope]
        ) { asked in
            let count = asked.number("top", or: 10)
            let data = try asked.ask(
                .queryCentrality, [],
                ["method": "degree", "top": "\(count)", "within": asked.within])
            return .object([
                ("total_entities_analyzed", data["total"] ?? .null),
                ("top_requested", int(count)),
                (
                    "hotspots",
                    .array(
                        (data["ranking"]?.array ?? []).enumerated().map { rank, node -> JSONValue in
                            .object([
                                ("rank", int(rank + 1)), ("entity_key", node["key"] ?? .null),
                                ("inbound_count", node["dependents"] ?? .null),
                                ("outbound_count", node["dependencies"] ?? .null),
                                ("total_coupling", node["degree"] ?? .null),
                            ])
                        })
                ),
            ])
        },
        OlderEndpoint(
            path: "/semantic-cluster-grouping-list", cost: .whole,
            summary: "parts that belong together", parameters: [.scope]
        ) { asked in
            let data = try asked.ask(
                .queryCommunities, [], ["top": "all", "within": asked.within])
            let parts = data["communities"]?.array ?? []
            return .object([
                ("total_entities", data["in_communities"] ?? .null),
                ("cluster_count", int(parts.count)),
                (
                    "clusters",
                    .array(
                        parts.map { part -> JSONValue in
                            .object([
                                ("cluster_id", part["community"] ?? .null),
                                ("entity_count", part["size"] ?? .null),
                                ("entities", part["members"] ?? .null),
                                ("internal_edges", part["inside"] ?? .null),
                                ("external_edges", part["outside"] ?? .null),
                            ])
                        })
                ),
            ])
        },
        OlderEndpoint(
            path: "/leiden-community-detection-clusters", cost: .whole,
            summary: "communities by Leiden's algorithm", parameters: [.scope]
        ) { asked in
            let data = try asked.ask(
                .queryCommunities, [], ["top": "all", "within": asked.within])
            let parts = data["communities"]?.array ?? []
            return .object([
                ("community_count", int(parts.count)),
                ("modularity", data["modularity"] ?? .null),
                (
                    "communities",
                    .array(
                        parts.map { part -> JSONValue in
                            .object([
                                ("id", part["community"] ?? .null), ("size", part["size"] ?? .null),
                                ("members", part["members"] ?? .null),
                            ])
                        })
                ),
            ])
        },
        OlderEndpoint(
            path: "/technical-debt-sqale-scoring", cost: .whole,
            summary: "what it would take to put in order", parameters: [.scope]
        ) { asked in
            let data = try asked.ask(.queryDebt, [], ["top": "all", "within": asked.within])
            return .object([
                ("codebase_total_debt_hours", hours(data["minutes"])),
                ("rating", data["rating"] ?? .null),
                ("entities", .array((data["items"]?.array ?? []).map(debt))),
            ])
        },
        OlderEndpoint(
            path: "/kcore-decomposition-layering-analysis", cost: .whole,
            summary: "how deep in the graph something is",
            parameters: [.init(name: "k", help: "of this core or deeper", isNumber: true), .scope]
        ) { asked in
            let data = try asked.ask(.queryKcore, [], ["top": "all", "within": asked.within])
            let least = asked.number("k", or: 0)
            let nodes = (data["nodes"]?.array ?? []).filter { $0.number("core") >= least }
            return .object([
                ("max_coreness", data["maximum"] ?? .null),
                (
                    "entities",
                    .array(
                        nodes.map { node in
                            let core = node.number("core")
                            return .object([
                                ("entity", node["key"] ?? .null), ("coreness", int(core)),
                                (
                                    "layer",
                                    .string(core >= 8 ? "CORE" : core >= 3 ? "MID" : "PERIPHERAL")
                                ),
                            ])
                        })
                ),
            ])
        },
        OlderEndpoint(
            path: "/centrality-measures-entity-ranking", cost: .whole,
            summary: "what is most central",
            parameters: [
                .init(name: "method", help: "pagerank (the default) or betweenness"), top, .scope,
            ]
        ) { asked in
            let method = asked["method"] ?? "pagerank"
            let data = try asked.ask(
                .queryCentrality, [],
                ["method": method, "top": asked["top"] ?? "all", "within": asked.within])
            return .object([
                ("method", .string(method)),
                (
                    "entities",
                    .array(
                        (data["ranking"]?.array ?? []).enumerated().map { rank, node -> JSONValue in
                            .object([
                                ("entity", node["key"] ?? .null), ("score", node[method] ?? .null),
                                ("rank", int(rank + 1)),
                            ])
                        })
                ),
            ])
        },
        OlderEndpoint(
            path: "/entropy-complexity-measurement-scores", cost: .whole,
            summary: "how the edges of a file are spread", parameters: [.scope]
        ) { asked in
            let data = try asked.ask(
                .queryEntropy, [], ["by": "file", "top": "all", "within": asked.within])
            return .object([
                ("entropy", data["entropy"] ?? .null),
                (
                    "entities",
                    .array(
                        (data["groups"]?.array ?? []).map { group in
                            let bits = group.real("entropy")
                            return .object([
                                ("entity", group["path"] ?? .null), ("entropy", .number(bits)),
                                (
                                    "complexity",
                                    .string(bits < 1 ? "LOW" : bits < 1.4 ? "MODERATE" : "HIGH")
                                ),
                            ])
                        })
                ),
            ])
        },
        OlderEndpoint(
            path: "/coupling-cohesion-metrics-suite", cost: .whole,
            summary: "how types hang on each other",
            parameters: [
                .init(
                    name: "entity", help: "of this type only: a key, or a name that only one has"),
                .scope,
            ]
        ) { asked in
            let data = try asked.ask(
                .queryCoupling, [], ["by": "type", "top": "all", "within": asked.within])
            let key = try asked["entity"].map {
                try asked.ask(.queryEntity, [$0])["entity"]?.text("key") ?? ""
            }
            let types = (data["types"]?.array ?? []).filter {
                key == nil || $0.text("key") == key
            }
            return .object([("entities", .array(types.map(measures)))])
        },
    ]

    private static func hours(_ minutes: JSONValue?) -> JSONValue {
        switch minutes {
        case .number(let minutes): .number((minutes / 6).rounded() / 10)
        case .int(let minutes): .number((Double(minutes) / 6).rounded() / 10)
        default: .null
        }
    }

    private static func debt(_ item: JSONValue) -> JSONValue {
        let hours = item.real("minutes") / 60
        return .object([
            ("entity", item["key"] ?? .null), ("total_debt_hours", Self.hours(item["minutes"])),
            (
                "violations",
                .array(
                    (item["reasons"]?.array ?? []).map { reason -> JSONValue in
                        .object([
                            ("type", .string(reason.text("rule").uppercased())),
                            ("remediation_hours", Self.hours(reason["minutes"])),
                        ])
                    })
            ),
            ("severity", .string(hours > 8 ? "HIGH" : hours > 4 ? "MEDIUM" : "LOW")),
        ])
    }

    /// That server's grades: coupling or a lack of cohesion is worse than size.
    private static func measures(_ type: JSONValue) -> JSONValue {
        let failures = [type.number("cbo") > 10, type.real("lcom") > 0.8].count { $0 }
        let warnings = [type.number("rfc") > 50, type.number("wmc") > 50].count { $0 }
        let grade =
            switch (failures, warnings) {
            case (2..., _): "F"
            case (1, _): "D"
            case (_, 2...): "C"
            case (_, 1): "B"
            default: "A"
            }
        return .object([
            ("entity", type["key"] ?? .null), ("cbo", type["cbo"] ?? .null),
            ("lcom", type["lcom"] ?? .null), ("rfc", type["rfc"] ?? .null),
            ("wmc", type["wmc"] ?? .null), ("health_grade", .string(grade)),
        ])
    }

    // MARK: - Upkeep

    private static let upkeep: [OlderEndpoint] = [
        OlderEndpoint(
            path: "/incremental-reindex-file-update", method: "POST", cost: .task,
            summary: "takes in what has changed, and says what that is in one file",
            parameters: [
                .init(
                    name: "path", help: "from the root of the tree on, or the whole path",
                    isRequired: true)
            ]
        ) { asked in try OlderReindex(asked).run(asked["path"] ?? "") },
        OlderEndpoint(path: "/file-watcher-status-check", summary: "whether files are watched") {
            asked in
            let keeper = asked.server.keeper
            let isWatching = keeper.isWatching
            return .object([
                ("file_watching_enabled_flag", .bool(isWatching)),
                ("watcher_currently_running_flag", .bool(isWatching)),
                (
                    "watch_directory_path_value",
                    isWatching ? (try? keeper.tree()).map { .string($0.root) } ?? .null : .null
                ),
                ("events_processed_total_count", int(keeper.takenFileCount)),
                ("error_message_value_option", keeper.problem.map { .string($0) } ?? .null),
                (
                    "status_message_text_value",
                    .string(
                        keeper.problem
                            ?? (isWatching
                                ? "changes are taken in"
                                : "not watching: 'segstore serve --watch' does"))
                ),
            ])
        },
        OlderEndpoint(
            path: "/ingestion-coverage-folder-report",
            summary: "how much of each folder was parsed",
            parameters: [
                .init(name: "depth", help: "folders in folders (default: 2)", isNumber: true)
            ]
        ) { asked in try OlderCoverage(asked).folders(depth: asked.positive("depth", or: 2)) },
        OlderEndpoint(
            path: "/ingestion-diagnostics-coverage-report", summary: "what was left out, and why",
            parameters: [
                .init(
                    name: "section",
                    help: "summary, test_entities, word_coverage or ignored_files (default: all)")
            ]
        ) { asked in try OlderCoverage(asked).diagnostics(section: asked["section"]) },
    ]
}

extension JSONValue {
    func real(_ name: String) -> Double {
        switch self[name] {
        case .number(let value): value
        case .int(let value): Double(value)
        default: 0
        }
    }
}
