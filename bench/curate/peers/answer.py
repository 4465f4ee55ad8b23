"""The child's side of child.ts: says hello, then answers one command after the other until its input ends."""

import json
import sys
from importlib.metadata import version


def job():
    """The job that the parent gave as the first argument."""
    return json.loads(sys.argv[1])


def serve(package, run):
    """Says the version of `package`, then answers every command with what `run()` returns."""
    say({"versions": {package: version(package)}})
    for _ in sys.stdin:
        say(run())


def say(reply):
    print(json.dumps({"bench": reply}), flush=True)


def read_lines(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
