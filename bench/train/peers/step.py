"""transformers + PEFT, one optimiser step at a time: the plain loop of PyTorch's own documentation."""

import json
import time

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

import answer

job = answer.job()
dtype = getattr(torch, job["dtype"])
model = AutoModelForCausalLM.from_pretrained(job["model"], dtype=dtype, attn_implementation="sdpa")
model.config.use_cache = False
# PEFT would keep the adapter of a bf16 model in float32; with the adapter in bf16 too no tensor is converted on its way.
model = PeftModel.from_pretrained(model, job["adapter"], is_trainable=True, autocast_adapter_dtype=False).to(dtype)
if job["checkpointing"]:
    model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    model.enable_input_require_grads()
model.train()
trainable = [weight for weight in model.parameters() if weight.requires_grad]
optimiser = torch.optim.AdamW(trainable, lr=job["learningRate"], betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
with open(job["batches"]) as file:
    batches = [torch.tensor(batch) for batch in json.load(file)]
done = 0


def step():
    global done
    tokens = batches[done % len(batches)]
    done += 1
    start = time.perf_counter()
    loss = model(input_ids=tokens, labels=tokens).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trainable, 1.0)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    value = loss.item()
    seconds = time.perf_counter() - start
    predicted = tokens.shape[0] * (tokens.shape[1] - 1)
    return {"seconds": seconds, "loss": value, "tokens": tokens.numel(), "supervised": predicted}


def faster_attention():
    """The implementation of attention that is faster here: the best of three passes of each, in turns, after one that does not count."""
    seconds = {"sdpa": [], "eager": []}
    for _ in range(4):
        for implementation, times in seconds.items():
            model.base_model.model.set_attn_implementation(implementation)
            start = time.perf_counter()
            model(input_ids=batches[0], labels=batches[0]).loss.backward()
            model.zero_grad(set_to_none=True)
            times.append(time.perf_counter() - start)
    best = {implementation: min(times[1:]) for implementation, times in seconds.items()}
    chosen = min(best, key=best.get)
    model.base_model.model.set_attn_implementation(chosen)
    return chosen, best


attention, attention_seconds = faster_attention() if job["chooseAttention"] else ("sdpa", {})
answer.say({"versions": answer.versions(), "attention": attention, "attentionSeconds": attention_seconds})
for command in answer.commands():
    times = [step() for _ in range(command["count"])]
    answer.say({"times": times, "peakBytes": answer.peak_bytes()})
