"""Golden values of the optimisers, the schedules and the weight decay groups.

Parameters and gradients come from a formula in whole numbers, so that the test can make the same ones.

AdamW8bit is bitsandbytes' own optimiser with its own tables, but with the quantiser that it uses for types its CPU library
does not take (the nearest value of the table). The library's float32 quantiser rounds to a grid of 65,536 steps first, which
turns every second moment below 1.5e-5 of its block's largest into 1.6e-5; the CUDA kernels do not.
"""

import bitsandbytes
import torch
import transformers
from bitsandbytes.backends.cpu import ops as bitsandbytes_cpu
from transformers.trainer import Trainer

SHAPES = {"proj.weight": (24, 200), "down.weight": (40, 16), "norm.weight": (300,), "proj.bias": (24,)}
STEPS, LEARNING_RATE, WEIGHT_DECAY = 10, 1e-2, 0.1


def numbers(size, seed):
    """`size` float32 numbers in ±0.5 from a formula in whole numbers."""
    index = torch.arange(size, dtype=torch.int64)
    mixed = (index * 7919 + seed * 104729 + (index * index) % 8191 * 31) % 65537
    return (mixed.double() / 65537 - 0.5).float()


def gradient(shape, seed):
    """Of magnitudes from 1 down to 1e-4."""
    size = shape.numel()
    magnitude = torch.tensor([1.0, 0.1, 0.01, 0.001, 0.0001], dtype=torch.float32)[torch.arange(size) % 5]
    return (numbers(size, seed) * magnitude).reshape(shape)


def nearest_quantiser(values, code, absmax_out, out, blocksize):
    codes, absmax = torch.ops.bitsandbytes.quantize_blockwise(values.double(), code, blocksize)
    out.copy_(codes)
    absmax_out.copy_(absmax)


def steps(make_optimiser):
    parameters = {
        name: torch.nn.Parameter(numbers(torch.Size(shape).numel(), seed).reshape(shape))
        for seed, (name, shape) in enumerate(SHAPES.items())
    }
    matrices = [p for p in parameters.values() if p.ndim == 2]
    vectors = [p for p in parameters.values() if p.ndim == 1]
    optimiser = make_optimiser(
        [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}]
    )
    for step in range(1, STEPS + 1):
        for seed, parameter in enumerate(parameters.values()):
            parameter.grad = gradient(parameter.shape, 100 * step + seed)
        optimiser.step()
    return {
        # Every 7th value, all of them in small parameters.
        name: [float(f"{value:.9g}") for value in p.detach().flatten()[:: 7 if p.numel() > 1000 else 1].tolist()]
        for name, p in parameters.items()
    }


def optimiser_golden():
    bitsandbytes_cpu._quant_blockwise_fp32_direct = nearest_quantiser
    makers = {
        "adamw": lambda groups: torch.optim.AdamW(groups, lr=LEARNING_RATE, foreach=False),
        "adamw_8bit": lambda groups: bitsandbytes.optim.AdamW8bit(groups, lr=LEARNING_RATE),
        "adafactor": lambda groups: torch.optim.Adafactor(groups, lr=LEARNING_RATE, foreach=False),
    }
    maps = {
        name: [float(f"{value:.9g}") for value in bitsandbytes.functional.create_dynamic_map(signed=signed).tolist()]
        for name, signed in [("signed", True), ("unsigned", False)]
    }
    return {
        "shapes": {name: list(shape) for name, shape in SHAPES.items()},
        "steps": STEPS,
        "learningRate": LEARNING_RATE,
        "weightDecay": WEIGHT_DECAY,
        "every": {name: 7 if torch.Size(shape).numel() > 1000 else 1 for name, shape in SHAPES.items()},
        "final": {name: steps(make) for name, make in makers.items()},
        "maps": maps,
    }


def schedule_golden():
    """Learning rates by step of transformers.get_scheduler, for a peak of 1."""
    total = 12
    result = []
    for name, reference in [("cosine", "cosine"), ("linear", "linear"), ("constant", "constant_with_warmup")]:
        for warmup in [0, 1, 4]:
            optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
            scheduler = transformers.get_scheduler(reference, optimiser, warmup, total)
            rates = []
            for _ in range(total):
                rates.append(float(f"{scheduler.get_last_lr()[0]:.9g}"))
                optimiser.step()
                scheduler.step()
            result.append({"schedule": name, "warmupSteps": warmup, "steps": total, "learningRates": rates})
    return result


def decay_golden():
    """Which weights of a model decay, as transformers' Trainer has it."""
    small = {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "head_dim": 8,
        "vocab_size": 32,
    }
    result = {}
    for config in [transformers.Qwen2Config(**small), transformers.Qwen3Config(**small), transformers.Gemma2Config(**small)]:
        model = transformers.AutoModelForCausalLM.from_config(config)
        decaying = set(Trainer.get_decay_parameter_names(None, model))
        result[config.model_type] = {name: name in decaying for name, _ in model.named_parameters()}
    return result


def optimisers_golden():
    return {"optimisers": optimiser_golden(), "schedules": schedule_golden(), "decays": decay_golden()}
