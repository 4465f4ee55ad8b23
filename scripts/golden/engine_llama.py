"""Golden values of whole models: tiny random Llamas made and run by transformers in float32."""

import torch
from transformers import LlamaConfig, LlamaForCausalLM

# The main model, and one that differs wherever a Llama may: its own output matrix, a head width that is not
# hidden_size / heads, a single key-value head, another theta.
TINY = dict(
    vocab_size=128,
    hidden_size=64,
    intermediate_size=128,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    tie_word_embeddings=True,
    rope_theta=10000.0,
)
UNTIED = dict(
    vocab_size=64,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=2,
    num_key_value_heads=1,
    head_dim=24,
    tie_word_embeddings=False,
    rope_theta=500000.0,
)


def make_llama(options, seed):
    """A model whose weights are large enough that logits spread and every gradient is far from zero."""
    torch.manual_seed(seed)
    rope = {"rope_type": "default", "rope_theta": options["rope_theta"]}
    shape = {name: value for name, value in options.items() if name != "rope_theta"}
    config = LlamaConfig(
        **shape,
        rope_parameters=rope,
        max_position_embeddings=256,
        rms_norm_eps=1e-5,
        attention_bias=False,
        mlp_bias=False,
        bos_token_id=1,
        eos_token_id=2,
        # With a padding token transformers leaves that token's embedding row without a gradient, also where it is text.
        pad_token_id=None,
        attn_implementation="eager",
    )
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim == 1:
                weight.copy_(1 + 0.2 * torch.randn(weight.shape))
            elif "embed_tokens" in name or "lm_head" in name:
                weight.copy_(0.25 * torch.randn(weight.shape))
            else:
                weight.copy_(1.0 / weight.shape[1] ** 0.5 * torch.randn(weight.shape))
    return model.eval()


def rounded(values):
    return [float(f"{v:.9g}") for v in values.detach().flatten().tolist()]


def next_token_log_probabilities(logits, tokens):
    """[batch, length - 1]: the log-probability of tokens[:, i + 1] given everything up to i."""
    return torch.log_softmax(logits[:, :-1], -1).gather(-1, tokens[:, 1:, None])[..., 0]


def loss_sum(model, tokens, supervised):
    """Sum over the supervised tokens of -log p(token | what is before it)."""
    chosen = next_token_log_probabilities(model(tokens).logits, tokens)
    return -(chosen * supervised[:, 1:]).sum()


def turns(random, length, start):
    """A mask as a conversation leaves it: runs of unsupervised and supervised tokens, none at position 0."""
    mask = torch.zeros(length, dtype=torch.int64)
    at = start
    while at < length:
        answer = int(torch.randint(3, 7, (1,), generator=random))
        mask[at : at + answer] = 1
        at += answer + int(torch.randint(2, 5, (1,), generator=random))
    return mask


def gradients_of(model):
    """Per trained parameter: the L2 norm and the first 16 values, and all values of the small ones."""
    report = {}
    for name, weight in model.named_parameters():
        if weight.grad is None:
            continue
        report[name] = {
            "shape": list(weight.shape),
            "norm": float(f"{weight.grad.double().norm().item():.9g}"),
            "first": rounded(weight.grad.flatten()[:16]),
        }
        if weight.numel() <= 64:
            report[name]["values"] = rounded(weight.grad)
    return report


def forward_and_backward(model, sequences, masks):
    """Runs each sequence by itself; the loss is the mean over the supervised tokens of all of them."""
    model.zero_grad()
    total = sum(mask[1:].sum() for mask in masks)
    loss = sum(loss_sum(model, s[None], m[None]) for s, m in zip(sequences, masks)) / total
    loss.backward()
    outputs = []
    with torch.no_grad():
        for sequence in sequences:
            logits = model(sequence[None]).logits
            outputs.append((logits[0], next_token_log_probabilities(logits, sequence[None])[0]))
    summary = {
        "supervisedTokens": int(total),
        "loss": float(f"{loss.item():.9g}"),
        "gradients": gradients_of(model),
    }
    return outputs, summary


def batch_golden(model, random):
    """Two rows of 24 tokens, each one conversation."""
    vocabulary = model.config.vocab_size
    tokens = torch.randint(0, vocabulary, (2, 24), generator=random)
    masks = [turns(random, 24, 5), turns(random, 24, 9)]
    outputs, summary = forward_and_backward(model, list(tokens), masks)
    return {
        "tokens": tokens.tolist(),
        "supervised": [mask.tolist() for mask in masks],
        "logits": [
            {"row": row, "position": at, "values": rounded(outputs[row][0][at])}
            for row, at in [(0, 0), (0, 11), (1, 23)]
        ],
        "logProbabilities": [rounded(chosen) for _, chosen in outputs],
        **summary,
    }


def packed_golden(model, random):
    """The same of two rows that each hold two conversations. The reference never packs: it runs the four one by one,
    so block-diagonal attention with positions that restart must give these numbers."""
    vocabulary = model.config.vocab_size
    rows = [[9, 15], [17, 7]]
    packed = {"tokens": [], "segments": [], "positions": [], "supervised": []}
    sequences, masks = [], []
    for lengths in rows:
        parts = [torch.randint(0, vocabulary, (n,), generator=random) for n in lengths]
        part_masks = [turns(random, n, 3) for n in lengths]
        sequences += parts
        masks += part_masks
        packed["tokens"].append(torch.cat(parts).tolist())
        packed["supervised"].append(torch.cat(part_masks).tolist())
        packed["segments"].append([i for i, n in enumerate(lengths) for _ in range(n)])
        packed["positions"].append([p for n in lengths for p in range(n)])
    outputs, summary = forward_and_backward(model, sequences, masks)
    places = [(0, 8), (0, 9), (0, 23), (1, 16), (1, 20)]
    by_row = [torch.cat([outputs[2 * r + s][0] for s in range(2)]) for r in range(2)]
    return {
        **packed,
        "logits": [{"row": row, "position": at, "values": rounded(by_row[row][at])} for row, at in places],
        "sequenceLogProbabilities": [rounded(chosen) for _, chosen in outputs],
        **summary,
    }


def llama_golden(model, seed):
    random = torch.Generator().manual_seed(seed)
    return {"batch": batch_golden(model, random), "packed": packed_golden(model, random)}
