"""TRL's SFTTrainer on conversations, as its documentation shows it, one optimiser step at a time."""

import os

from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

import answer
import stepping

job = answer.job()
tokenizer = AutoTokenizer.from_pretrained(job["model"])
with open(os.path.join(os.path.dirname(__file__), "chat_template.jinja")) as file:
    tokenizer.chat_template = file.read()


def count(inputs):
    """The first token of a sequence is not predicted."""
    labels = inputs["labels"]
    tokens = int(inputs["attention_mask"].sum()) if "attention_mask" in inputs else labels.numel()
    return {"tokens": tokens, "supervised": int((labels[:, 1:] != -100).sum())}


dataset, train = stepping.step_by_step(
    SFTTrainer,
    count,
    model=AutoModelForCausalLM.from_pretrained(job["model"]),
    processing_class=tokenizer,
    train_dataset=load_dataset("json", data_files=job["data"], split="train"),
    peft_config=stepping.lora(),
    args=SFTConfig(assistant_only_loss=True, **stepping.common_options(job)),
)
examples = [row["labels"] for row in dataset]
train(
    {
        "tokens": sum(len(labels) for labels in examples),
        "supervised": sum(label != -100 for labels in examples for label in labels[1:]),
    }
)
