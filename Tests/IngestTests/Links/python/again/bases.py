from .other import Node


class Tree(Node):
    class Node:
        def go(self):
            pass

    def climb(self):
        self.go()


class Node(Node):
    def climb(self):
        super().go()
