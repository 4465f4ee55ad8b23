"""Golden training curves: AdamW steps on the tiny Llama by PyTorch, with PEFT's LoRA and in full."""

import json
import math

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from transformers import Trainer

from engine_llama import loss_sum, turns

MODULES = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
BETAS, EPSILON, WEIGHT_DECAY, WARMUP_STEPS = (0.9, 0.999), 1e-8, 0.01, 2
FULL_MAX_NORM = 6.0


def learning_rate(step, steps, peak):
    """Linear warm-up, then a half cosine that would reach 0 at `steps`."""
    if step < WARMUP_STEPS:
        return peak * (step + 1) / WARMUP_STEPS
    return 0.5 * peak * (1 + math.cos(math.pi * (step - WARMUP_STEPS) / (steps - WARMUP_STEPS)))


def make_batches(count, vocabulary, seed):
    """[4, 32] each. Every row counts upwards from a random start by a random stride, so there is something to learn."""
    random = torch.Generator().manual_seed(seed)
    batches = []
    for _ in range(count):
        start = torch.randint(0, vocabulary, (4, 1), generator=random)
        stride = torch.randint(1, 4, (4, 1), generator=random)
        tokens = (start + stride * torch.arange(32)) % vocabulary
        mask = torch.stack([turns(random, 32, 4) for _ in range(4)])
        batches.append((tokens, mask))
    return batches


def add_lora(base, rank, alpha, seed):
    """PEFT's LoRA on all seven projections. B starts at random too (PEFT starts it at 0), or A would have no gradient."""
    config = LoraConfig(
        r=rank,
        lora_alpha=alpha,
        target_modules=MODULES,
        lora_dropout=0.0,
        bias="none",
        task_type="CAUSAL_LM",
    )
    base.name_or_path = "tiny-llama"
    model = get_peft_model(base, config)
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_A" in name:
                weight.copy_(torch.randn(weight.shape, generator=random) / weight.shape[1] ** 0.5)
            if "lora_B" in name:
                weight.copy_(torch.randn(weight.shape, generator=random) * 0.05)
    return model


def save_adapter(model, folder):
    """PEFT's own files, less its model card; target modules in a fixed order (PEFT keeps a set)."""
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, "target_modules": MODULES}, indent=2) + "\n")


def train(model, batches, peak, steps, max_norm=1.0, micro_batches=1):
    """`steps` AdamW steps. Each step's loss is the mean over its supervised tokens, also when the batch is fed in
    several micro-batches: their sums are divided by the number of the whole step."""
    named = {name: p for name, p in model.named_parameters() if p.requires_grad}
    trained = list(named.values())
    decaying = set(Trainer.get_decay_parameter_names(None, model))
    groups = [
        {"params": [p for name, p in named.items() if name in decaying], "weight_decay": WEIGHT_DECAY},
        {"params": [p for name, p in named.items() if name not in decaying], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    optimiser = torch.optim.AdamW(groups, lr=peak, betas=BETAS, eps=EPSILON, foreach=False)
    curve = {"loss": [], "gradientNorm": [], "learningRate": []}
    for step in range(steps):
        tokens, mask = batches[step]
        total = mask[:, 1:].sum()
        rate = learning_rate(step, steps, peak)
        for group in optimiser.param_groups:
            group["lr"] = rate
        optimiser.zero_grad()
        loss = 0.0
        for part, part_mask in zip(tokens.chunk(micro_batches), mask.chunk(micro_batches)):
            share = loss_sum(model, part, part_mask) / total
            share.backward()
            loss += share.item()
        norm = torch.nn.utils.clip_grad_norm_(trained, max_norm)
        optimiser.step()
        for name, value in [("loss", loss), ("gradientNorm", norm.item()), ("learningRate", rate)]:
            curve[name].append(float(f"{value:.9g}"))
    return curve


def norms(tensors):
    return {name: float(f"{t.detach().double().norm().item():.9g}") for name, t in sorted(tensors.items())}


def training_golden(make_base, start_folder):
    """`make_base` gives the same fresh base model each time; the LoRA's start is saved in `start_folder`."""
    steps, full_steps, accumulated_steps = 20, 10, 5
    batches = make_batches(steps, make_base().config.vocab_size, seed=31)
    lora = {"rank": 8, "alpha": 16, "peakLearningRate": 1e-2, "maxGradientNorm": 1.0, "steps": steps}

    def fresh_lora():
        return add_lora(make_base(), lora["rank"], lora["alpha"], seed=32)

    model = fresh_lora()
    save_adapter(model, start_folder)
    lora_curve = train(model, batches, lora["peakLearningRate"], steps)
    final = norms(get_peft_model_state_dict(model))

    whole = train(fresh_lora(), batches, 1e-2, accumulated_steps)
    accumulated = train(fresh_lora(), batches, 1e-2, accumulated_steps, micro_batches=2)
    for one, two in zip(whole["loss"] + whole["gradientNorm"], accumulated["loss"] + accumulated["gradientNorm"]):
        assert abs(one - two) < 1e-5 * abs(one), "accumulation must equal the large batch"

    full = make_base().train()
    # A bound in the middle of the norms met: some steps are clipped and some are not.
    full_curve = train(full, batches, 3e-3, full_steps, max_norm=FULL_MAX_NORM)
    clipped = [norm > FULL_MAX_NORM for norm in full_curve["gradientNorm"]]
    assert any(clipped) and not all(clipped)
    return {
        "optimiser": {
            "name": "AdamW",
            "beta1": BETAS[0],
            "beta2": BETAS[1],
            "epsilon": EPSILON,
            "weightDecay": WEIGHT_DECAY,
            "decayed": "all but biases and norm weights, as transformers' Trainer has it",
            "warmupSteps": WARMUP_STEPS,
        },
        "batches": [{"tokens": t.tolist(), "supervised": m.tolist()} for t, m in batches],
        "lora": {**lora, **lora_curve, "finalNorms": final},
        "accumulation": {
            "note": "The LoRA run over 5 steps; each batch of 4 rows in 2 micro-batches of 2 rows.",
            "steps": accumulated_steps,
            "microBatches": 2,
            "peakLearningRate": 1e-2,
            "maxGradientNorm": 1.0,
            **accumulated,
        },
        "full": {
            "steps": full_steps,
            "peakLearningRate": 3e-3,
            "maxGradientNorm": FULL_MAX_NORM,
            **full_curve,
            "finalNorms": norms(dict(full.named_parameters())),
        },
    }
