"""Golden loss and gradients of the tiny Llama with given noise on its embeddings (NEFTune), two lengths in a batch."""

import torch

from engine_llama import loss_sum, turns
from engine_optimisers import numbers

LENGTHS = [20, 11]


def neftune_golden(model):
    random = torch.Generator().manual_seed(71)
    model.train()
    examples, total = [], 0
    for seed, length in enumerate(LENGTHS):
        tokens = torch.randint(0, model.config.vocab_size, (1, length), generator=random)
        mask = turns(random, length, 4).unsqueeze(0)
        # Whole numbers / 65537: the test makes the same.
        noise = numbers(length * model.config.hidden_size, seed).reshape(1, length, -1)
        total += mask[:, 1:].sum()
        examples.append((tokens, mask, noise))
    loss = 0.0
    for tokens, mask, noise in examples:
        hook = model.model.embed_tokens.register_forward_hook(lambda _, __, output, noise=noise: output + noise)
        share = loss_sum(model, tokens, mask) / total
        share.backward()
        hook.remove()
        loss += share.item()
    return {
        "examples": [
            {"tokens": tokens[0].tolist(), "supervised": mask[0].int().tolist()} for tokens, mask, _ in examples
        ],
        "loss": float(f"{loss:.9g}"),
        "gradientNorms": {name: float(f"{p.grad.double().norm().item():.9g}") for name, p in model.named_parameters()},
    }
