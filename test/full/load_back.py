"""What transformers and PEFT make of a folder that Attune wrote. A line of JSON in, a line of JSON out, until the end of
standard input.

Request: {"base": folder, "adapter": folder or absent, "sequences": [[token id]]}   → {"scores": [...]}
     or: {"base": folder, "texts": [str], "conversations": [[message]]}             → {"ids": [...], "rendered": [...]}

A reply {"error": traceback} tells why there is none. A score has, for every token but the first, its log-probability
given all before it and whether it was the likeliest.
"""

import json
import os
import sys
import traceback

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer


def open_model(base, adapter):
    model, report = AutoModelForCausalLM.from_pretrained(
        base, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    assert not report["missing_keys"] and not report["unexpected_keys"], report
    for layer in model.modules():
        # On some processors a 4-bit layer would compute in bfloat16 when it does not train.
        if hasattr(layer, "support_avx512bf16_for_cpu"):
            layer.support_avx512bf16_for_cpu = False
    if adapter is not None:
        from peft import PeftModel, get_peft_model_state_dict
        from safetensors.torch import load_file

        model = PeftModel.from_pretrained(model, adapter)
        # PEFT only warns of tensors it cannot place, and would run without them.
        # The frozen table under an adapter on lm_head, which PEFT would save too, is the base's.
        loaded = get_peft_model_state_dict(model, save_embedding_layers=False)
        stored = load_file(f"{adapter}/adapter_model.safetensors")
        assert loaded.keys() == stored.keys(), sorted(loaded.keys() ^ stored.keys())
        assert all(torch.equal(loaded[name], tensor.float()) for name, tensor in stored.items())
    return model.eval()


@torch.no_grad()
def score(model, sequence):
    tokens = torch.tensor([sequence])
    logits = model(tokens).logits[0, :-1]
    following = tokens[0, 1:]
    chosen = torch.log_softmax(logits, -1).gather(-1, following[:, None])[:, 0]
    return {"logProbabilities": chosen.tolist(), "correct": (logits.argmax(-1) == following).int().tolist()}


def tokenize(request):
    tokenizer = AutoTokenizer.from_pretrained(request["base"])
    return {
        "ids": [tokenizer(text, add_special_tokens=False)["input_ids"] for text in request["texts"]],
        "rendered": [
            [
                tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompt)
                for prompt in (False, True)
            ]
            for messages in request["conversations"]
        ],
    }


def answer(request):
    if "texts" in request:
        return tokenize(request)
    model = open_model(request["base"], request.get("adapter"))
    return {"scores": [score(model, sequence) for sequence in request["sequences"]]}


def main():
    # Whatever a library prints goes to standard error: between the replies it would be taken for one.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except Exception:
            reply = {"error": traceback.format_exc()}
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    main()
