"""Golden values of 4-bit weights: the blocks that bitsandbytes makes, and a whole model on them with PEFT."""

import base64

import bitsandbytes.functional as bnb
import torch
from bitsandbytes.nn import Linear4bit
from peft import PeftModel
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

from engine_llama import batch_golden

SETTINGS = [("nf4", False), ("nf4", True), ("fp4", False), ("fp4", True)]

# Rows that are not whole blocks, blocks that are cut short, odd counts, one value, more than one block of scales.
SHAPES = [(5, 13), (64, 64), (3, 100), (1, 1), (1, 63), (2, 70), (130, 129)]


def dequantised(codes, state):
    """bitsandbytes' own formula: value of the code times the largest magnitude of its block of 64. Its AVX-512 kernel
    (0.50.2) is not used: where a row has a multiple of 16 values but not of 64 it takes a neighbour's magnitude."""
    scales = state.absmax
    if state.nested:
        scales = bnb.dequantize_blockwise(state.absmax, state.state2) + state.offset
    flat = torch.stack([codes.flatten() >> 4, codes.flatten() & 15], 1).flatten().long()
    size = state.shape.numel()
    values = bnb.get_4bit_type(state.quant_type, "cpu")[flat[:size]]
    return (values * scales.repeat_interleave(state.blocksize)[:size]).reshape(state.shape)


def weights(shape, seed):
    """Numbers that any language makes alike: four bytes of a linear congruential generator, added up. Each row is
    of another size, and the third is all zero."""
    rows, columns = shape
    state, values = seed, []
    for row in range(rows):
        for _ in range(columns):
            total = 0
            for _ in range(4):
                state = (state * 1664525 + 1013904223) % 2**32
                total += state >> 24
            values.append((total - 510) * (row % 7 + 1) / 4096 if row != 2 else 0.0)
    return torch.tensor(values, dtype=torch.float32).reshape(shape)


def encoded(x):
    return base64.b64encode(x.contiguous().numpy().tobytes()).decode()


def block_cases():
    cases = []
    for seed, shape in enumerate(SHAPES):
        for kind in ("nf4", "fp4"):
            codes, plain = bnb.quantize_4bit(weights(shape, seed), quant_type=kind)
            _, double = bnb.quantize_4bit(weights(shape, seed), quant_type=kind, compress_statistics=True)
            values = {"plain": dequantised(codes, plain), "double": dequantised(codes, double)}
            small = plain.shape.numel() < 1000
            cases.append(
                {
                    "shape": list(shape),
                    "seed": seed,
                    "type": kind,
                    "codes": encoded(codes),
                    "scales": encoded(plain.absmax),
                    "doubleCodes": encoded(double.absmax),
                    "doubleScales": encoded(double.state2.absmax),
                    "mean": double.offset.item(),
                    "values": {name: encoded(v) for name, v in values.items()} if small else None,
                    "sums": {name: v.double().abs().sum().item() for name, v in values.items()},
                }
            )
    return cases


def quantised_golden(folder, adapter):
    """The model of `folder`, quantised by transformers and bitsandbytes as it is loaded, under the adapter of PEFT."""
    models = []
    for kind, double in SETTINGS:
        settings = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type=kind,
            bnb_4bit_use_double_quant=double,
            bnb_4bit_compute_dtype=torch.float32,
        )
        base = AutoModelForCausalLM.from_pretrained(
            folder, quantization_config=settings, dtype=torch.float32, device_map="cpu", attn_implementation="eager"
        )
        for layer in base.modules():
            # On some processors it would compute in bfloat16 when it does not train, whatever the compute dtype.
            if isinstance(layer, Linear4bit):
                layer.support_avx512bf16_for_cpu = False
        model = PeftModel.from_pretrained(base, adapter, is_trainable=True).eval()
        # The same tokens for all four; only what is trained has a gradient.
        golden = batch_golden(_Trainable(model), torch.Generator().manual_seed(77))
        models.append({"type": kind, "double": double, **golden})
    return {"typeValues": {k: bnb.get_4bit_type(k, "cpu").tolist() for k in ("nf4", "fp4")},
            "scaleCodeValues": encoded(bnb.create_dynamic_map()), "blocks": block_cases(), "models": models}


class _Trainable:
    """A model of which batch_golden sees only the parameters that are trained, under PEFT's saved names."""

    def __init__(self, model):
        self.model, self.config = model, model.config

    def __call__(self, tokens):
        return self.model(tokens)

    def zero_grad(self):
        self.model.zero_grad()

    def named_parameters(self):
        for name, weight in self.model.named_parameters():
            if weight.requires_grad:
                yield name.replace(".default", ""), weight
