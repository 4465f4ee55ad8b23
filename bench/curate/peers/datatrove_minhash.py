"""datatrove's Gopher filters, then its four MinHash stages, on the texts in a folder.

Answers with the seconds of both parts together and the ids that each leaves. Processes are forked, so that they need
not import everything again.
"""

import shutil
import time
from pathlib import Path

from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

import answer

job = answer.job()
work = Path(job["work"])
config = MinhashConfig(n_grams=job["nGrams"]) if job["nGrams"] else MinhashConfig()


def execute(name, pipeline, tasks):
    LocalPipelineExecutor(
        pipeline=pipeline,
        tasks=tasks,
        workers=job["workers"],
        logging_dir=str(work / "logs" / name),
        start_method="fork",
    ).run()


def run():
    shutil.rmtree(work, ignore_errors=True)
    start = time.perf_counter()
    filtered, signatures, buckets, removals, kept = (
        str(work / name) for name in ("filtered", "signatures", "buckets", "removals", "kept")
    )
    execute(
        "filters",
        [
            JsonlReader(job["texts"]),
            GopherRepetitionFilter(),
            # Its 50 words are meant for web pages; most conversations have fewer.
            GopherQualityFilter(min_doc_words=10),
            JsonlWriter(filtered, compression=None),
        ],
        job["workers"],
    )
    read = JsonlReader(filtered)
    execute("signatures", [read, MinhashDedupSignature(output_folder=signatures, config=config)], job["workers"])
    execute(
        "buckets",
        [MinhashDedupBuckets(input_folder=signatures, output_folder=buckets, config=config)],
        config.num_buckets,
    )
    execute("cluster", [MinhashDedupCluster(input_folder=buckets, output_folder=removals, config=config)], 1)
    execute(
        "filter",
        [read, MinhashDedupFilter(input_folder=removals), JsonlWriter(kept, compression=None)],
        job["workers"],
    )
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "considered": ids(filtered), "kept": ids(kept)}


def ids(folder):
    return [record["id"] for path in sorted(Path(folder).glob("*.jsonl")) for record in answer.read_lines(path)]


answer.serve("datatrove", run)
