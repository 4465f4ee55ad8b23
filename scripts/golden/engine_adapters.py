"""Golden values of every kind of adapter, made, saved, trained and merged by PEFT on the tiny models of the families.

B, row lengths, biases and copies start away from their usual values, so that every tensor has a gradient that shows.
"""

import copy
import json
import warnings

import torch
from peft import LoraConfig, PeftModel, PrefixTuningConfig, get_peft_model, get_peft_model_state_dict

from engine_families import VOCABULARY, load_base, rows_of
from engine_llama import forward_and_backward, loss_sum, rounded
from engine_training import make_batches, train

STEPS, PEAK = 4, 1e-2
PATTERNS = dict(
    rank_pattern={"model.layers.0.self_attn.q_proj": 2, "down_proj": 5, r".*\.1\..*\.up_proj": 1},
    alpha_pattern={"(k|v)_proj": 3.5},
)
LINEARS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def lora(base, targets, **options):
    return base, LoraConfig(**{**dict(r=3, lora_alpha=6), **options}, target_modules=targets, task_type="CAUSAL_LM")


def prefix(base, tokens):
    return base, PrefixTuningConfig(num_virtual_tokens=tokens, task_type="CAUSAL_LM")


ADAPTERS = {
    "rslora-patterns": lora("llama-biased", "all-linear", use_rslora=True, **PATTERNS),
    "regex": lora("qwen3", r".*\.1\..*(q|up)_proj"),
    "layers": lora("qwen2", LINEARS, layers_to_transform=[0, 2], exclude_modules=["k_proj", "1.mlp.up_proj"]),
    "bias-lora-only": lora("llama-biased", ["q_proj", "down_proj"], bias="lora_only"),
    "bias-all": lora("qwen2", ["q_proj"], bias="all"),
    "saved-tied": lora("qwen2", ["v_proj"], modules_to_save=["embed_tokens", "lm_head", "norm"]),
    "saved-embedding": lora("gemma2", LINEARS, modules_to_save=["embed_tokens", "layers.1.mlp"]),
    "saved-head": lora("mistral", ["o_proj"], modules_to_save=["lm_head", "q_proj"]),
    "head": lora("qwen3", ["lm_head", "v_proj"]),
    "dora": lora("qwen2", ["q_proj", "v_proj", "o_proj", "down_proj"], use_dora=True),
    "dora-patterns": lora("gemma2", LINEARS, use_dora=True, use_rslora=True, **PATTERNS),
    "dora-dropout": lora("llama-biased", ["q_proj", "down_proj"], use_dora=True, lora_dropout=0.25),
    "dropout": lora("llama-biased", ["q_proj", "down_proj"], lora_dropout=0.25),
    "dora-head": lora("mistral", ["lm_head"], use_dora=True),
    "prefix": prefix("llama-3.2", 6),
    # Windows that the prefix leaves: of 5 and of 4 tokens.
    "prefix-mistral": prefix("mistral", 3),
    "prefix-gemma2": prefix("gemma2", 2),
}


def named_trained(model):
    """The trained parameters by the names they have in PEFT's file."""
    by_place = {p.data_ptr(): p for p in model.parameters() if p.requires_grad}
    if model.active_peft_config.is_prompt_learning:
        return {"prompt_embeddings": next(iter(by_place.values()))}
    saved = get_peft_model_state_dict(model, save_embedding_layers=False)
    return {name: by_place[t.data_ptr()] for name, t in sorted(saved.items()) if t.data_ptr() in by_place}


def make_adapter(folder, base, config, seed):
    model = load_base(base)
    model.name_or_path = base.name
    with warnings.catch_warnings():
        # Of weights that are tied and trained apart.
        warnings.simplefilter("ignore")
        model = get_peft_model(model, copy.deepcopy(config))
        random = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for name, weight in named_trained(model).items():
                noise = torch.randn(weight.shape, generator=random)
                if "lora_A" in name:
                    weight.copy_(noise / weight.shape[1] ** 0.5)
                elif "lora_B" in name:
                    weight.copy_(noise * 0.3)
                elif "prompt" in name:
                    weight.copy_(noise)
                elif "magnitude" in name:
                    weight.mul_(1 + 0.2 * noise)
                else:
                    weight.add_(0.1 * noise)
        model.save_pretrained(folder)
    (folder / "README.md").unlink()
    path = folder / "adapter_config.json"
    saved = json.loads(path.read_text())
    for name, value in saved.items():
        # PEFT keeps sets: their order changes from run to run.
        if isinstance(value, list):
            saved[name] = sorted(value)
    path.write_text(json.dumps(saved, indent=2) + "\n")


class FixedDropout(torch.nn.Module):
    """Dropout with a mask that the tests can make too: three of twelve elements at a rate of 0.25."""

    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        keep = (torch.arange(x.numel()) * 7 + 3) % 12 >= 12 * self.rate
        return x * keep.reshape(x.shape) / (1 - self.rate)


def open_adapter(folder, base):
    # PEFT itself does not go on training a loaded prefix.
    trainable = json.loads((folder / "adapter_config.json").read_text())["peft_type"] != "PREFIX_TUNING"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = PeftModel.from_pretrained(load_base(base), folder, is_trainable=trainable)
    if not trainable:
        model.prompt_encoder["default"].embedding.weight.requires_grad_()
    rate = getattr(model.active_peft_config, "lora_dropout", 0)
    if rate > 0:
        for module in list(model.modules()):
            if hasattr(module, "lora_dropout"):
                module.lora_dropout["default"] = FixedDropout(rate)
        model.train()
    return model


def summary_of(tensor):
    return {"norm": float(f"{tensor.double().norm().item():.9g}"), "first": rounded(tensor.flatten()[:6])}


def merged_weights(folder, base):
    """The weights that merging changed, by checkpoint name."""
    before = load_base(base)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = open_adapter(folder, base).merge_and_unload()
    names = dict(before.named_parameters(remove_duplicate=False))
    after = dict(model.named_parameters(remove_duplicate=False))
    return {name: summary_of(after[name].detach()) for name in sorted(names) if not torch.equal(names[name], after[name])}


def adapter_golden(folder, base, config, seed, rows, batches):
    make_adapter(folder, base, config, seed)
    is_lora = not config.is_prompt_learning
    model = open_adapter(folder, base)
    if is_lora and config.lora_dropout > 0:
        # One batch as it is, because a mask goes by places.
        tokens, mask = batches[0]
        loss = loss_sum(model, tokens, mask) / mask[:, 1:].sum()
        loss.backward()
        golden = {"loss": float(f"{loss.item():.9g}")}
    else:
        conversations = [conversation for row in rows for conversation in row]
        outputs, summary = forward_and_backward(model, [t for t, _ in conversations], [m for _, m in conversations])
        golden = {"loss": summary["loss"], "logProbabilities": [rounded(chosen) for _, chosen in outputs]}
    golden["gradients"] = {name: summary_of(p.grad) for name, p in named_trained(model).items()}

    trained = open_adapter(folder, base)
    if not (is_lora and config.lora_dropout > 0):
        curve = train(trained, batches, PEAK, STEPS)
        golden["curve"] = {"loss": curve["loss"], "gradientNorm": curve["gradientNorm"]}
        golden["trained"] = {name: summary_of(p.detach())["norm"] for name, p in named_trained(trained).items()}
    # A tied table that a LoRA is merged into changes on both of its ends; PEFT warns that it does.
    tied_head = is_lora and config.target_modules == {"lm_head", "v_proj"}
    if is_lora and not tied_head:
        golden["merged"] = merged_weights(folder, base)
    return golden


def adapters_golden(families, target, write_json, versions):
    rows = rows_of(torch.Generator().manual_seed(71), [[9, 15], [17, 5, 2]])
    batches = make_batches(STEPS, VOCABULARY, seed=72)
    write_json(
        "adapters/batches.json",
        {
            "rows": [[{"tokens": t.tolist(), "supervised": m.tolist()} for t, m in row] for row in rows],
            "peakLearningRate": PEAK,
            "batches": [{"tokens": t.tolist(), "supervised": m.tolist()} for t, m in batches],
        },
    )
    for seed, (name, (base, config)) in enumerate(ADAPTERS.items(), start=73):
        golden = adapter_golden(target / name, families / base, config, seed, rows, batches)
        write_json(f"adapters/{name}/golden.json", {"versions": versions, "base": base, **golden})
