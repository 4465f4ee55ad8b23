"""Presidio's analyzer on every message of the conversations, the message before as context."""

import sys
import time
from pathlib import Path

import answer

sys.path.insert(0, str(Path(__file__).parents[2] / "pii"))
from presidio import engine  # noqa: E402

job = answer.job()
conversations = answer.read_lines(job["conversations"])
analyzer = engine(job["kind"])


def spans(conversation):
    found, context = 0, None
    for message in conversation["messages"]:
        text = message["content"]
        found += len(analyzer.analyze(text=text, language="en", context=context))
        context = [word.lower() for word in text.split()][-20:] or None
    return found


def run():
    start = time.perf_counter()
    found = sum(spans(conversation) for conversation in conversations)
    return {"seconds": time.perf_counter() - start, "found": found}


answer.serve("presidio-analyzer", run)
