# SPDX-License-Identifier: Apache-2.0
"""The measures of Sources/Query/Measures beside what NetworkX, igraph, leidenalg and SciPy say.

usage: measures.py FILE. FILE is a list of graphs in JSON, each with our numbers; what is written is
"ok MEASURE GRAPH" or "WRONG MEASURE GRAPH: …" for each, and the exit code is 1 if one is wrong.
"""

import itertools
import json
import math
import sys

import igraph
import leidenalg
import networkx as nx
from scipy.stats import entropy


class Wrong(Exception):
    pass


def same(what, ours, theirs):
    if ours != theirs:
        raise Wrong(f"{what}: {ours} instead of {theirs}"[:400])


def near(what, ours, theirs, tolerance):
    if ours is None or theirs is None:
        return same(what, ours, theirs)
    if not abs(ours - theirs) <= tolerance:
        raise Wrong(f"{what}: {ours} instead of {theirs}")


def all_near(what, ours, theirs, tolerance):
    same(f"{what}, how many", len(ours), len(theirs))
    for index, (a, b) in enumerate(zip(ours, theirs)):
        near(f"{what} of {index}", a, b, tolerance)


class Case:
    def __init__(self, given):
        self.given = given
        self.nodes = range(given["nodeCount"])
        ends = given["edges"]
        self.edges = list(zip(ends[::2], ends[1::2]))
        self.directed = nx.DiGraph()
        self.directed.add_nodes_from(self.nodes)
        self.directed.add_edges_from(self.edges)
        # NetworkX takes seconds for what igraph does at once.
        self.is_small = len(self.nodes) * (len(self.nodes) + len(self.edges)) < 100_000

    def components(self, found):
        of_node = found["components"]
        whole = nx.condensation(self.directed)
        expected = [
            set(whole.nodes[c]["members"])
            for level in nx.topological_generations(whole)
            for c in sorted(level, key=lambda c: min(whole.nodes[c]["members"]))
        ]
        ours = [set() for _ in expected]
        for node, component in enumerate(of_node):
            ours[component].add(node)
        same("components", ours, expected)
        cyclic = [
            c for c in expected if len(c) > 1 or any(self.directed.has_edge(n, n) for n in c)
        ]
        same("cycles", len(found["cycles"]), len(cyclic))
        for nodes, cycle in zip(cyclic, found["cycles"]):
            first = min(nodes)
            same("first of a cycle", cycle[0], first)
            for a, b in zip(cycle, cycle[1:] + cycle[:1]):
                same(f"edge {a} {b}", self.directed.has_edge(a, b), True)
            there = nx.single_source_shortest_path_length(self.directed, first)
            others = [
                n for n in self.directed.predecessors(first) if n != first or len(nodes) == 1
            ]
            back = [there[n] + 1 for n in others if n in there]
            same("length of a cycle", len(cycle), min(back))

    def pageRank(self, found):
        if not self.nodes:
            return same("ranks", found["ranks"], [])
        ranks = nx.pagerank(
            self.directed, max_iter=1000, tol=found["tolerance"] / len(self.nodes))
        all_near("rank", found["ranks"], [ranks[node] for node in self.nodes], 1e-9)

    def betweenness(self, found):
        for run in found:
            self.between(run)

    def between(self, found):
        count = len(self.nodes)
        pivots = found["pivots"]
        pairs = (count - 1) * (count - 2) if count > 2 else math.inf
        scale = count / max(len(pivots), 1) / pairs
        ours = found["values"]
        if len(pivots) == count:
            theirs = igraph.Graph(count, self.edges, directed=True).betweenness()
            all_near("igraph's", ours, [value * scale for value in theirs], 1e-9)
        if self.is_small:
            theirs = nx.betweenness_centrality(self.directed)
            all_near("NetworkX's", ours, [theirs[node] for node in self.nodes], 1e-9)
        elif len(pivots) < count:
            theirs = nx.betweenness_centrality_subset(self.directed, pivots, list(self.nodes))
            all_near("NetworkX's", ours, [theirs[node] * scale for node in self.nodes], 1e-9)

    def cores(self, found):
        undirected = nx.Graph(self.directed)
        undirected.remove_edges_from(list(nx.selfloop_edges(undirected)))
        theirs = nx.core_number(undirected)
        same("cores", found, [theirs[node] for node in self.nodes])

    def leiden(self, found):
        for run in found:
            self.communities(run)

    def communities(self, found):
        membership, resolution = found["communities"], found["resolution"]
        edges, weights = [], []
        for edge, weight in zip(self.edges, found["weights"] or itertools.repeat(1)):
            if edge[0] != edge[1]:
                edges.append(edge)
                weights.append(weight)
        if not edges:
            return same("modularity", found["modularity"], 0)
        graph = igraph.Graph(len(self.nodes), edges)
        if resolution == 1:
            theirs = graph.modularity(membership, weights=weights)
            near("igraph's modularity", found["modularity"], theirs, 1e-9)
        weighted = nx.Graph()
        weighted.add_nodes_from(self.nodes)
        for (a, b), weight in zip(edges, weights):
            before = weighted.get_edge_data(a, b, {"weight": 0})["weight"]
            weighted.add_edge(a, b, weight=before + weight)

        def modularity(of):
            groups = [[n for n in self.nodes if of[n] == c] for c in set(of)]
            return nx.community.modularity(weighted, groups, resolution=resolution)

        near("modularity", found["modularity"], modularity(membership), 1e-9)
        members = {}
        for node, community in enumerate(membership):
            members.setdefault(community, []).append(node)
        order = sorted(members.values(), key=lambda nodes: (-len(nodes), nodes[0]))
        same("numbers", [members[c] for c in sorted(members)], order)
        for nodes in order:
            same(f"whether {nodes[:9]} are connected", graph.subgraph(nodes).is_connected(), True)
        best = max(
            leidenalg.find_partition(
                graph, leidenalg.RBConfigurationVertexPartition, weights=weights,
                n_iterations=-1, seed=seed, resolution_parameter=resolution,
            ).quality()
            for seed in range(5)
        ) / (2 * sum(weights))
        # Of twenty nodes one alone makes a difference.
        share = 0.005 if len(self.nodes) > 100 else 0.05
        if found["modularity"] < best - share * abs(best):
            raise Wrong(f"modularity {found['modularity']}, leidenalg finds {best}")

    def entropies(self, found):
        def bits(counts):
            counts = list(counts)
            return float(entropy(counts, base=2)) if sum(counts) else 0

        degrees = [self.directed.degree(node) for node in self.nodes]
        histogram = [degrees.count(degree) for degree in set(degrees)]
        near("of degrees", found["degreeBits"], bits(histogram), 1e-12)
        near("of ends", found["endBits"], bits(degrees), 1e-12)
        groups = found["groups"]
        all_bits, all_edges = 0, 0
        for group, ours in enumerate(found["spread"]):
            ends = [groups[b] for a, b in self.edges if groups[a] == group and groups[b] >= 0]
            others = [end for end in ends if end != group]
            theirs = [
                len(ends) - len(others), len(others), bits(map(ends.count, set(ends))),
                bits(map(others.count, set(others))),
            ]
            all_near(f"of group {group}", ours, theirs, 1e-12)
            all_bits += len(ends) * theirs[2]
            all_edges += len(ends)
        near("of all groups", found["bits"], all_bits / max(all_edges, 1), 1e-12)

    def classes(self, found):
        """Chidamber and Kemerer's as their definitions read, with sets."""
        of, roles = found["classes"], found["roles"]
        for number, ours in enumerate(found["measures"]):
            own = {node for node in self.nodes if of[node] == number}
            methods = {node for node in own if roles[node] == "method"}
            fields = {node for node in own if roles[node] == "field"}
            called = {b for a in methods for b in self.directed[a] if roles[b] == "method"}
            joined = nx.Graph()
            joined.add_nodes_from(methods)
            joined.add_edges_from(
                (a, b) for a in methods for b in self.directed[a] if b in methods | fields)
            parts = [p for p in nx.connected_components(joined) if p & methods]
            lack = None
            if len(methods) > 1 and fields:
                users = [len(methods & set(self.directed.predecessors(f))) for f in fields]
                lack = (len(methods) - sum(users) / len(fields)) / (len(methods) - 1)
            there = [of[b] for a, b in self.edges if of[a] == number and of[b] >= 0]
            here = [of[a] for a, b in self.edges if of[b] == number and of[a] >= 0]
            efferent, afferent = set(there) - {number}, set(here) - {number}
            theirs = [
                len(methods), len(fields), sum(found["complexities"][m] for m in methods),
                len(methods | called), len(parts), lack, len(afferent), len(efferent),
                len(afferent | efferent), there.count(number),
                len(there) - there.count(number), len(here) - here.count(number),
            ]
            all_near(f"measure of class {number}", ours, theirs, 1e-12)

    def paths(self, found):
        for run in found:
            ends = f"from {run['from']} to {run['to']}"
            try:
                theirs = sorted(nx.all_shortest_paths(self.directed, run["from"], run["to"]))
            except nx.NetworkXNoPath:
                theirs = []
            same(f"paths {ends}", run["paths"], theirs[: len(run["paths"])])
            same(f"number of paths {ends}", run["count"], len(theirs))
            same(f"paths shown {ends}", len(run["paths"]), min(len(theirs), run["limit"]))

    def reach(self, found):
        for run in found:
            distances = {}
            for origin in run["origins"]:
                for node, distance in nx.single_source_shortest_path_length(
                        self.directed, origin, cutoff=run["depth"]).items():
                    distances[node] = min(distance, distances.get(node, distance))
            levels = [[] for _ in range(max(distances.values(), default=-1) + 1)]
            for node in sorted(distances):
                levels[distances[node]].append(node)
            same(f"levels from {run['origins']}", run["levels"], levels)


def main(path):
    is_wrong = False
    with open(path) as file:
        given = json.load(file)
    for graph in given:
        case = Case(graph)
        for measure, found in graph["found"].items():
            try:
                getattr(case, measure)(found)
                print("ok", measure, graph["name"])
            except Wrong as wrong:
                is_wrong = True
                print(f"WRONG {measure} {graph['name']}: {wrong}")
    return 1 if is_wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
