"""Writes the golden files of the embedded training engine with PyTorch, transformers, PEFT, TRL and bitsandbytes as
the reference.

    python scripts/golden/engine.py            # writes test/golden/engine/

The packages are pinned in requirements.txt. One thread and fixed seeds: the same versions give the same files.
"""

import json
import pathlib
import re
import shutil

import bitsandbytes
import peft
import torch
import transformers
import trl

from engine_adapters import adapters_golden
from engine_families import FAMILIES, family_golden, published_golden, rope_golden, save_model
from engine_llama import TINY, UNTIED, llama_golden, make_llama
from engine_neftune import neftune_golden
from engine_ops import op_cases
from engine_optimisers import optimisers_golden
from engine_preference import preference_golden
from engine_quantised import quantised_golden
from engine_training import training_golden

TARGET = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "engine"


def write_json(name, value):
    """Lists of numbers on one line, everything else indented."""
    text = json.dumps(value, indent=1)
    text = re.sub(r"\[[^\[\]{}\"]*\]", lambda match: re.sub(r"\s+", " ", match[0]), text)
    path = TARGET / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n")


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    transformers.logging.set_verbosity_error()
    shutil.rmtree(TARGET, ignore_errors=True)
    # Without the label of the build: 2.13.0 of 2.13.0+cpu.
    torch_version = torch.__version__.split("+")[0]
    versions = {"torch": torch_version, "transformers": transformers.__version__, "peft": peft.__version__}

    cases = op_cases()
    write_json("ops.json", {"versions": versions, "cases": cases})

    for name, options, seed in [("tiny-llama", TINY, 11), ("untied-llama", UNTIED, 12)]:
        model = make_llama(options, seed)
        model.save_pretrained(TARGET / name)
        write_json(f"{name}/golden.json", {"versions": versions, **llama_golden(model, seed)})

    curve = training_golden(lambda: make_llama(TINY, 11), TARGET / "lora-start")
    write_json("lora-curve.json", {"versions": versions, **curve})

    write_json("neftune.json", {"versions": versions, **neftune_golden(make_llama(TINY, 11))})

    for seed, (name, options) in enumerate(FAMILIES.items(), start=41):
        folder = TARGET / "families" / name
        save_model(folder, options, seed)
        write_json(f"families/{name}/golden.json", {"versions": versions, **family_golden(folder, seed)})
    write_json("families/rope.json", {"versions": versions, "cases": rope_golden()})
    write_json("families/published.json", {"versions": versions, "models": published_golden()})

    adapters_golden(TARGET / "families", TARGET / "adapters", write_json, versions)

    quantised = quantised_golden(TARGET / "tiny-llama", TARGET / "lora-start")
    write_json("quantised.json", {"versions": {**versions, "bitsandbytes": bitsandbytes.__version__}, **quantised})

    optimiser_versions = {**versions, "bitsandbytes": bitsandbytes.__version__}
    write_json("optimisers.json", {"versions": optimiser_versions, **optimisers_golden()})

    preference = preference_golden(lambda: make_llama(TINY, 11), TARGET / "lora-start")
    write_json("preference.json", {"versions": {**versions, "trl": trl.__version__}, **preference})

    size = sum(path.stat().st_size for path in TARGET.rglob("*") if path.is_file())
    print(f"{len(cases)} op cases, {size / 1e6:.2f} MB in {TARGET}")


if __name__ == "__main__":
    main()
