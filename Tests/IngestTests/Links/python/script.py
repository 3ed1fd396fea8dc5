import helper
from helper import work as job

helper.work()
job()


def main():
    work = helper.Worker()
    work.run()


if __name__ == "__main__":
    main()
