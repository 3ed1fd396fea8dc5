class Worker:
    def run(self):
        work()


def work():
    Worker().run()
