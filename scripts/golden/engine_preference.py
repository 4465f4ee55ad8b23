"""Golden preference batches: losses, rewards and LoRA gradients of DPO and ORPO by TRL's own trainers on the tiny Llama,
and preference records as TRL tokenises them.

The reference model of DPO is the base, as TRL has it for a new adapter: the adapter switched off.
"""

import pathlib
import tempfile

import torch
import torch.nn.functional as F
from datasets import Dataset
from peft import LoraConfig, set_peft_model_state_dict
from safetensors.torch import load_file
from transformers import PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer
from trl.experimental.orpo import ORPOConfig, ORPOTrainer

from engine_training import MODULES

TEXT = pathlib.Path(__file__).resolve().parents[2] / "test" / "golden" / "text"
PAIRS = 6

DPO_CASES = {
    "sigmoid": {"loss": "sigmoid", "beta": 0.1, "labelSmoothing": 0.0},
    # Some margins of the batch are beyond the hinge and some are not.
    "hinge": {"loss": "hinge", "beta": 0.5, "labelSmoothing": 0.0},
    "ipo": {"loss": "ipo", "beta": 0.3, "labelSmoothing": 0.0},
    "smoothed": {"loss": "sigmoid", "beta": 0.4, "labelSmoothing": 0.2},
}
ORPO_BETA = 0.25


def tokenizer():
    fast = PreTrainedTokenizerFast(
        tokenizer_file=str(TEXT / "tokenizer.json"), eos_token="<|im_end|>", pad_token="<|pad|>"
    )
    fast.chat_template = (TEXT / "chatml.jinja").read_text()
    return fast


def conversations():
    """Prompt, chosen and rejected in TRL's conversational shape."""
    say = lambda role, content: {"role": role, "content": content}
    return [
        {
            "prompt": [say("system", "You are a clerk."), say("user", "Where is my parcel?")],
            "chosen": [say("assistant", "It left on Monday and arrives on Wednesday.")],
            "rejected": [say("assistant", "It left. Ask the courier.")],
        },
        {
            "prompt": [say("user", "hello world"), say("assistant", "Hello!"), say("user", "May I return this?")],
            "chosen": [say("assistant", "Yes, within 30 days.")],
            "rejected": [say("assistant", "Yes, within 30 days. But why would you, and what is wrong with it?")],
        },
        {
            "prompt": [say("user", "naïve café 🙂")],
            "chosen": [say("assistant", "日本語")],
            "rejected": [say("assistant", " ")],
        },
    ]


def token_pairs(vocabulary):
    """Random tokens. The answers of pair 1 begin alike, those of pair 2 differ only in that one goes on."""
    random = torch.Generator().manual_seed(71)
    draw = lambda least, most: torch.randint(
        0, vocabulary, (int(torch.randint(least, most, (1,), generator=random)),), generator=random
    ).tolist()
    pairs = [{"prompt_ids": draw(3, 14), "chosen_ids": draw(2, 10), "rejected_ids": draw(2, 10)} for _ in range(PAIRS)]
    pairs[1]["rejected_ids"] = pairs[1]["chosen_ids"][:2] + pairs[1]["rejected_ids"]
    pairs[2]["rejected_ids"] = pairs[2]["chosen_ids"] + [5, 6, 7]
    return pairs


def lora_config():
    return LoraConfig(r=8, lora_alpha=16, target_modules=MODULES, lora_dropout=0.0, bias="none", task_type="CAUSAL_LM")


def start_adapter(model, start_folder):
    """The saved start of the LoRA, whose B is not zero: policy and reference differ."""
    result = set_peft_model_state_dict(model, load_file(start_folder / "adapter_model.safetensors"))
    assert not result.unexpected_keys
    return model.train()


def gradient_summary(model):
    gradients = {}
    for name, weight in sorted(model.named_parameters()):
        if weight.requires_grad:
            values = weight.grad.detach().flatten()
            gradients[name.replace(".default", "")] = {
                "norm": float(f"{values.double().norm().item():.9g}"),
                "first": [float(f"{value:.9g}") for value in values[:8].tolist()],
            }
    assert gradients
    return gradients


def dpo_trainer(make_base, start_folder, settings, folder):
    # AOT is the one loss of TRL 1.16 with the smoothing of cDPO; for a batch of one its sorting does nothing.
    smoothed = settings["labelSmoothing"] > 0
    arguments = DPOConfig(
        output_dir=folder,
        loss_type=["aot" if smoothed else settings["loss"]],
        beta=settings["beta"],
        label_smoothing=settings["labelSmoothing"],
        gradient_checkpointing=False,
        bf16=False,
        use_cpu=True,
        report_to=[],
    )
    trainer = DPOTrainer(
        model=make_base(),
        args=arguments,
        train_dataset=Dataset.from_list(conversations()),
        processing_class=tokenizer(),
        peft_config=lora_config(),
    )
    start_adapter(trainer.model, start_folder)
    return trainer


def dpo_case(make_base, start_folder, settings, pairs):
    with tempfile.TemporaryDirectory() as folder:
        trainer = dpo_trainer(make_base, start_folder, settings, folder)
        batches = [[pair] for pair in pairs] if settings["labelSmoothing"] > 0 else [pairs]
        losses = []
        for batch in batches:
            loss = trainer._compute_loss(trainer.model, trainer.data_collator(batch), False) / len(batches)
            loss.backward()
            losses.append(loss.item())
        logged = trainer._metrics["train"]
        names = ["rewards/chosen", "rewards/rejected", "rewards/accuracies", "rewards/margins", "logps/chosen", "logps/rejected"]
        metrics = {name: sum(logged[name]) / len(logged[name]) for name in names}
        if settings["labelSmoothing"] > 0:
            assert abs(sum(losses) - smoothed_loss(trainer, pairs, settings)) < 1e-6
        return {**settings, "value": sum(losses), "metrics": metrics, "gradients": gradient_summary(trainer.model)}


def smoothed_loss(trainer, pairs, settings):
    """The formula of cDPO, spelt out."""
    values = []
    for pair in pairs:
        batch = trainer.data_collator([pair])
        with torch.no_grad():
            reference = trainer.compute_ref_log_probs(trainer.model, batch)
            labels = batch["input_ids"].masked_fill(batch["completion_mask"] == 0, -100)
            logits = trainer.model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        logps = -F.cross_entropy(logits[:, :-1].transpose(1, 2), labels[:, 1:], reduction="none").sum(1)
        margin = settings["beta"] * ((logps[0] - reference[0]) - (logps[1] - reference[1]))
        e = settings["labelSmoothing"]
        values.append((-(1 - e) * F.logsigmoid(margin) - e * F.logsigmoid(-margin)).item())
    return sum(values) / len(values)


def orpo_case(make_base, start_folder, pairs):
    with tempfile.TemporaryDirectory() as folder:
        arguments = ORPOConfig(
            output_dir=folder, beta=ORPO_BETA, gradient_checkpointing=False, bf16=False, use_cpu=True, report_to=[]
        )
        trainer = ORPOTrainer(
            model=make_base(),
            args=arguments,
            train_dataset=Dataset.from_list(conversations()),
            processing_class=tokenizer(),
            peft_config=lora_config(),
        )
        start_adapter(trainer.model, start_folder)
        rows = []
        for pair in pairs:
            row = {"prompt_input_ids": pair["prompt_ids"], "prompt_attention_mask": [1] * len(pair["prompt_ids"])}
            for answer in ["chosen", "rejected"]:
                ids = pair["prompt_ids"] + pair[f"{answer}_ids"]
                row[f"{answer}_input_ids"] = ids
                row[f"{answer}_attention_mask"] = [1] * len(ids)
                row[f"{answer}_labels"] = [-100] * len(pair["prompt_ids"]) + pair[f"{answer}_ids"]
            rows.append(row)
        loss, metrics = trainer.get_batch_loss_metrics(trainer.model, trainer.data_collator(rows))
        loss.backward()
        kept = {name: value for name, value in metrics.items() if not name.startswith("logits")}
        return {"beta": ORPO_BETA, "value": loss.item(), "metrics": kept, "gradients": gradient_summary(trainer.model)}


def encoded_conversations(make_base, start_folder):
    """TRL's own tokens of conversational records: {prompt,chosen,rejected}_ids."""
    with tempfile.TemporaryDirectory() as folder:
        trainer = dpo_trainer(make_base, start_folder, DPO_CASES["sigmoid"], folder)
        columns = ["prompt_ids", "chosen_ids", "rejected_ids"]
        encoded = [{name: row[name] for name in columns} for row in trainer.train_dataset]
    return [{**record, **ids} for record, ids in zip(conversations(), encoded, strict=True)]


def preference_golden(make_base, start_folder):
    pairs = token_pairs(make_base().config.vocab_size)
    return {
        "pairs": pairs,
        "dpo": {name: dpo_case(make_base, start_folder, case, pairs) for name, case in DPO_CASES.items()},
        "orpo": orpo_case(make_base, start_folder, pairs),
        "conversations": encoded_conversations(make_base, start_folder),
    }
