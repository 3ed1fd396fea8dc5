class Node:
    def go(self):
        pass


def helper():
    pass
