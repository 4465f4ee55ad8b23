"""Golden values of every model family: tiny random models made, saved and run by transformers, with PEFT's LoRA.

A model is saved, its config.json put into another spelling where a family has one, and loaded again: the reference is
what transformers makes of the files that the engine reads.
"""

import json
import pathlib
import tempfile

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM, LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

from engine_llama import forward_and_backward, rounded, turns
from engine_training import MODULES

VOCABULARY = 48
SHAPE = dict(
    vocab_size=VOCABULARY,
    hidden_size=32,
    intermediate_size=40,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=256,
    bos_token_id=1,
    eos_token_id=2,
    # With a padding token transformers leaves that token's embedding row without a gradient, also where it is text.
    pad_token_id=None,
    use_cache=False,
)
LLAMA3_ROPE = dict(
    rope_type="llama3",
    factor=8.0,
    low_freq_factor=1.0,
    high_freq_factor=4.0,
    original_max_position_embeddings=64,
)

# Windows are shorter than the sequences, caps low enough to bend, and every feature differs from its default.
# `old` is config.json as transformers 4 wrote it: those keys replace `rope_parameters`, `layer_types` and `dtype`.
FAMILIES = {
    "llama-biased": dict(
        model_type="llama",
        num_hidden_layers=2,
        attention_bias=True,
        mlp_bias=True,
        rope_parameters={"rope_type": "linear", "factor": 2.5, "rope_theta": 10000.0},
        dtype="float32",
    ),
    "llama-3.2": dict(
        model_type="llama",
        num_hidden_layers=2,
        # Eight frequencies: some kept, some divided, some between.
        head_dim=16,
        tie_word_embeddings=True,
        rope_parameters={**LLAMA3_ROPE, "rope_theta": 10000.0},
        dtype="bfloat16",
        old={"rope_theta": 10000.0, "rope_scaling": LLAMA3_ROPE},
    ),
    "mistral": dict(model_type="mistral", num_hidden_layers=2, sliding_window=5, head_dim=12, dtype="float16"),
    "qwen2": dict(
        model_type="qwen2",
        num_hidden_layers=3,
        tie_word_embeddings=True,
        use_sliding_window=True,
        sliding_window=6,
        max_window_layers=2,
        rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
        dtype="bfloat16",
        old={"rope_theta": 1000000.0},
    ),
    "qwen3": dict(
        model_type="qwen3",
        num_hidden_layers=2,
        head_dim=16,
        attention_bias=True,
        tie_word_embeddings=True,
        use_sliding_window=True,
        sliding_window=7,
        layer_types=["sliding_attention", "full_attention"],
        dtype="bfloat16",
    ),
    "gemma2": dict(
        model_type="gemma2",
        num_hidden_layers=4,
        head_dim=12,
        query_pre_attn_scalar=20,
        sliding_window=4,
        attn_logit_softcapping=1.5,
        final_logit_softcapping=2.5,
        dtype="bfloat16",
        max_shard_size="24KB",
        old={"rope_theta": 10000.0, "hidden_act": "gelu_pytorch_tanh", "cache_implementation": "hybrid"},
    ),
}


def save_model(folder, options, seed):
    """A model whose weights are large enough that logits spread and every gradient is far from zero."""
    options = dict(options)
    old, shard = options.pop("old", None), options.pop("max_shard_size", "1GB")
    dtype = getattr(torch, options.pop("dtype"))
    torch.manual_seed(seed)
    config = AutoConfig.for_model(**{**SHAPE, **options})
    model = AutoModelForCausalLM.from_config(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("bias"):
                weight.copy_(0.3 * torch.randn(weight.shape))
            elif weight.ndim == 1:
                # Gemma's norms multiply by 1 + weight.
                centre = 0 if options["model_type"] == "gemma2" else 1
                weight.copy_(centre + 0.2 * torch.randn(weight.shape))
            elif "embed_tokens" in name or "lm_head" in name:
                weight.copy_(0.25 * torch.randn(weight.shape))
            else:
                weight.copy_(1.0 / weight.shape[1] ** 0.5 * torch.randn(weight.shape))
    model.to(dtype).save_pretrained(folder, max_shard_size=shard)
    (folder / "generation_config.json").unlink()
    path = folder / "config.json"
    if old is not None:
        saved = json.loads(path.read_text())
        for key in ["rope_parameters", "layer_types"]:
            saved.pop(key, None)
        saved["torch_dtype"] = saved.pop("dtype")
        path.write_text(json.dumps({**saved, **old}, indent=2) + "\n")


def save_adapter(folder, base, seed):
    """PEFT's LoRA on every linear layer. B starts at random too (PEFT starts it at 0), or A would have no gradient."""
    config = LoraConfig(r=2, lora_alpha=6, target_modules=MODULES, lora_dropout=0.0, bias="none", task_type="CAUSAL_LM")
    base.name_or_path = folder.parent.name
    model = get_peft_model(base, config)
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_A" in name:
                weight.copy_(torch.randn(weight.shape, generator=random) / weight.shape[1] ** 0.5)
            if "lora_B" in name:
                weight.copy_(torch.randn(weight.shape, generator=random) * 0.3)
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    path = folder / "adapter_config.json"
    saved = json.loads(path.read_text())
    # PEFT keeps a set: its order changes from run to run.
    path.write_text(json.dumps({**saved, "target_modules": sorted(saved["target_modules"])}, indent=2) + "\n")
    weights = folder / "adapter_model.safetensors"
    save_file({name: tensor.bfloat16() for name, tensor in load_file(weights).items()}, weights, {"format": "pt"})


def load_base(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def rows_of(random, lengths):
    """Rows of conversations as the engine packs them; the reference runs every conversation by itself."""
    rows = []
    for row in lengths:
        parts = [torch.randint(0, VOCABULARY, (n,), generator=random) for n in row]
        rows.append([(part, turns(random, len(part), 3)) for part in parts])
    return rows


def case(model, rows, short):
    conversations = [conversation for row in rows for conversation in row]
    outputs, summary = forward_and_backward(model, [t for t, _ in conversations], [m for _, m in conversations])
    gradients = {
        name.replace(".default.", "."): {"norm": g["norm"], "first": g["first"][: 4 if short else 8]}
        for name, g in summary["gradients"].items()
    }
    return {
        "logProbabilities": [rounded(chosen) for _, chosen in outputs],
        **{key: summary[key] for key in ["loss", "supervisedTokens"]},
        "gradients": gradients,
    }


def family_golden(folder, seed):
    """The base with all weights trained, and with LoRA on every linear layer; each in rows of one conversation and in
    rows of several."""
    random = torch.Generator().manual_seed(seed)
    kinds = {"unpacked": rows_of(random, [[24], [24]]), "packed": rows_of(random, [[9, 15], [17, 5, 2]])}
    save_adapter(folder / "lora", load_base(folder), seed)
    golden = {}
    for kind, rows in kinds.items():
        golden[kind] = {
            "rows": [[{"tokens": t.tolist(), "supervised": m.tolist()} for t, m in row] for row in rows],
            "full": case(load_base(folder), rows, short=True),
            "lora": case(
                PeftModel.from_pretrained(load_base(folder), folder / "lora", is_trainable=True), rows, short=False
            ),
        }
    return golden


def rope_golden():
    """Frequencies and far angles at the sizes of published models."""
    cases = []
    for name, head_dim, rope in [
        ("Llama 2", 128, {"rope_type": "default", "rope_theta": 10000.0}),
        ("Llama 3.2", 64, {**LLAMA3_ROPE, "factor": 32.0, "original_max_position_embeddings": 8192, "rope_theta": 500000.0}),
        ("linear", 64, {"rope_type": "linear", "factor": 4.0, "rope_theta": 10000.0}),
    ]:
        config = LlamaConfig(
            hidden_size=head_dim * 8,
            num_attention_heads=8,
            max_position_embeddings=131072,
            rope_parameters=rope,
        )
        rotary = LlamaRotaryEmbedding(config)
        positions = [1, 100, 4095, 130000]
        cos, sin = rotary(torch.zeros(1), torch.tensor([positions]))
        half = head_dim // 2
        cases.append(
            {
                "name": name,
                "rope": rope,
                "headDim": head_dim,
                "frequencies": rounded(rotary.inv_freq),
                "positions": positions,
                "cos": [rounded(row[:half]) for row in cos[0]],
                "sin": [rounded(row[:half]) for row in sin[0]],
            }
        )
    return cases


def published_golden():
    """What transformers makes of the config.json of published models: the weights, and each layer's window."""
    configs = json.loads((pathlib.Path(__file__).parent / "published_configs.json").read_text())
    return [published_case(name, config) for name, config in configs.items()]


def published_case(name, config):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "config.json").write_text(json.dumps(config))
        loaded = AutoConfig.from_pretrained(folder)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(loaded)
    weights = dict(model.named_parameters())
    windows = [getattr(layer.self_attn, "sliding_window", None) for layer in model.model.layers]
    if config["model_type"] == "mistral":
        windows = [loaded.sliding_window] * len(windows)
    return {
        "name": name,
        "config": config,
        "tensors": len(weights),
        "parameters": sum(weight.numel() for weight in weights.values()),
        "attentionScale": model.model.layers[0].self_attn.scaling,
        "windows": [window or 0 for window in windows],
    }
