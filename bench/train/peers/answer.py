"""The child's side of child.ts: says hello, then answers one command after the other until its input ends."""

import json
import os
import sys

import torch


def job():
    """The job that the parent gave as the first argument; sets the threads it names."""
    read = json.loads(sys.argv[1])
    torch.set_num_threads(read["threads"])
    return read


def say(reply):
    print(json.dumps({"bench": reply}), flush=True)


def commands():
    """The parent's commands, in order."""
    for line in sys.stdin:
        yield json.loads(line)


def peak_bytes():
    """The most memory this process ever held resident, as Linux counts it."""
    with open(f"/proc/{os.getpid()}/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024


def versions():
    """Of the peers that are loaded."""
    names = ["torch", "transformers", "peft", "trl"]
    return {name: sys.modules[name].__version__ for name in names if name in sys.modules}
