# SPDX-License-Identifier: Apache-2.0
"""Libraries that measure graphs, igraph in C and NetworkX in Python: no stores. They have the graph in
memory before they are asked; what a store takes to read it is not in their times."""

import numpy as np

from peer import Peer

DAMPING = 0.85
# Of all ranks together: what segstore ends at.
TOLERANCE = 1e-10


class Graph(Peer):
    keeps_open = True
    reopens = False
    is_store = False

    def create(self, path): pass

    def load(self):
        """The edges that a measure is of: one for all of a pair's, of the kinds that are needed."""
        table = self.rows.edges
        kinds, resolutions = (np.array(table[name].to_pylist()) for name in ("kind", "resolution"))
        wanted = (kinds != "contains") & (resolutions != "ambiguous")
        ends = np.stack([table["from_id"].to_numpy(), table["to_id"].to_numpy()], axis=1)[wanted]
        self.make(len(self.rows.entities), np.unique(ends, axis=0))


class IGraph(Graph):
    def version(self):
        import igraph
        return f"igraph {igraph.__version__}", "C, through its Python module; no store"

    def make(self, count, ends):
        import igraph
        self.graph = igraph.Graph(n=count, edges=ends, directed=True)
        self.undirected = self.graph.as_undirected(mode="each")
        self.undirected.delete_edges([e.index for e in self.undirected.es if e.is_loop()])

    def components(self):
        return self.graph.connected_components(mode="strong").sizes()

    def pagerank(self):
        return self.graph.pagerank(damping=DAMPING)

    def communities(self):
        return self.undirected.community_leiden(
            objective_function="modularity", n_iterations=-1).modularity


class NetworkX(Graph):
    def version(self):
        import networkx
        return f"NetworkX {networkx.__version__}", "in memory; no store"

    def make(self, count, ends):
        import networkx
        self.graph = networkx.DiGraph()
        self.graph.add_nodes_from(range(count))
        self.graph.add_edges_from(ends.tolist())

    def components(self):
        import networkx
        return [len(part) for part in networkx.strongly_connected_components(self.graph)]

    def pagerank(self):
        import networkx
        return networkx.pagerank(self.graph, alpha=DAMPING, max_iter=200,
                                 tol=TOLERANCE / len(self.graph)).values()


def make(name, rows):
    return {"igraph": IGraph, "networkx": NetworkX}[name](name, rows)
