"""The pages as a process of their own, as `apps.web.running` starts it."""

from apps.cli.web import web

if __name__ == "__main__":
    web()
