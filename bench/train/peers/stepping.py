"""Drives a transformers Trainer one optimiser step at a time, and counts what its batches hold."""

import sys
import time

from transformers import TrainerCallback

import answer


class StepByStep(TrainerCallback):
    """Waits for the parent before a step; a step is timed from the fetching of its batch to the end of the optimiser."""

    def __init__(self, hello, counts):
        self.hello = hello
        self.counts = counts
        self.commands = answer.commands()
        self.left = None
        self.times = []

    def on_step_begin(self, args, state, control, **kwargs):
        # The trainer has fetched this step's batch before; collating it takes no time worth counting.
        if self.left is None:
            answer.say(self.hello)
            self.left = self.next_command()
        self.start = time.perf_counter()

    def on_step_end(self, args, state, control, **kwargs):
        seconds = time.perf_counter() - self.start
        self.times.append({"seconds": seconds, **self.counts.pop()})
        self.left -= 1
        if self.left == 0:
            answer.say({"times": self.times, "peakBytes": answer.peak_bytes()})
            self.times = []
            self.left = self.next_command()

    def next_command(self):
        command = next(self.commands, None)
        if command is None:
            sys.exit(0)
        return command["count"]
