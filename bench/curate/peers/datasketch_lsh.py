"""datasketch's MinHash and MinHashLSH as its documentation shows them: each text is asked for, then added."""

import json
import re
import time
from pathlib import Path

from datasketch import MinHash, MinHashLSH

import answer

job = answer.job()
word = re.compile(r"\w+")


def shingles(text, size=3):
    words = word.findall(text.lower())
    if len(words) < size:
        return [" ".join(words).encode()]
    return [" ".join(words[i : i + size]).encode() for i in range(len(words) - size + 1)]


def run():
    start = time.perf_counter()
    lsh = MinHashLSH(threshold=0.8, num_perm=128)
    considered, kept = [], []
    with open(job["work"], "w", encoding="utf-8") as out:
        for path in sorted(Path(job["texts"]).glob("*.jsonl")):
            for record in answer.read_lines(path):
                sketch = MinHash(num_perm=128)
                sketch.update_batch(shingles(record["text"]))
                considered.append(record["id"])
                if lsh.query(sketch):
                    continue
                lsh.insert(record["id"], sketch)
                kept.append(record["id"])
                out.write(json.dumps(record) + "\n")
    return {"seconds": time.perf_counter() - start, "considered": considered, "kept": kept}


answer.serve("datasketch", run)
