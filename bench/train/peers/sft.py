"""TRL's SFTTrainer on conversations, as its documentation shows it, one optimiser step at a time."""

import os

from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

import answer
from stepping import StepByStep

job = answer.job()
tokenizer = AutoTokenizer.from_pretrained(job["model"])
with open(os.path.join(os.path.dirname(__file__), "chat_template.jinja")) as file:
    tokenizer.chat_template = file.read()
counts = []


class CountingTrainer(SFTTrainer):
    """SFTTrainer that notes what a batch holds; the first token of a sequence is not predicted."""

    def training_step(self, model, inputs, *args, **kwargs):
        labels = inputs["labels"]
        supervised = int((labels[:, 1:] != -100).sum())
        tokens = int(inputs["attention_mask"].sum()) if "attention_mask" in inputs else labels.numel()
        counts.append({"tokens": tokens, "supervised": supervised})
        loss = super().training_step(model, inputs, *args, **kwargs)
        counts[-1]["loss"] = float(loss)
        return loss


trainer = CountingTrainer(
    model=AutoModelForCausalLM.from_pretrained(job["model"]),
    processing_class=tokenizer,
    train_dataset=load_dataset("json", data_files=job["messages"], split="train"),
    peft_config=LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM"),
    args=SFTConfig(
        output_dir=job["output"],
        assistant_only_loss=True,
        max_length=job["sequenceLength"],
        packing=job["packing"],
        per_device_train_batch_size=job["batchSize"],
        learning_rate=1e-3,
        lr_scheduler_type="constant",
        max_steps=1_000_000,
        use_cpu=True,
        report_to="none",
        save_strategy="no",
        logging_strategy="no",
        disable_tqdm=True,
        seed=1,
        **job["options"],
    ),
)
examples = [row["labels"] for row in trainer.train_dataset]
hello = {
    "versions": answer.versions(),
    "tokens": sum(len(labels) for labels in examples),
    "supervised": sum(label != -100 for labels in examples for label in labels[1:]),
}
trainer.add_callback(StepByStep(hello, counts))
trainer.train()
