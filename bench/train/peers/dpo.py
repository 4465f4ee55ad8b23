"""TRL's DPOTrainer on preference pairs, as its documentation shows it, one optimiser step at a time."""

from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DPOConfig, DPOTrainer

import answer
import stepping

job = answer.job()


def count(inputs):
    """What is learnt from is both answers."""
    answers = int(inputs["completion_mask"].sum())
    tokens = int(inputs["attention_mask"].sum()) if "attention_mask" in inputs else inputs["input_ids"].numel()
    return {"tokens": tokens, "supervised": answers}


dataset, train = stepping.step_by_step(
    DPOTrainer,
    count,
    model=AutoModelForCausalLM.from_pretrained(job["model"]),
    processing_class=AutoTokenizer.from_pretrained(job["model"]),
    train_dataset=load_dataset("json", data_files=job["data"], split="train"),
    peft_config=stepping.lora(),
    args=DPOConfig(**stepping.common_options(job)),
)


def kept(prompt, completion):
    return max(0, min(len(prompt) + len(completion), job["sequenceLength"]) - len(prompt))


train(
    {
        "examples": len(dataset),
        "supervised": sum(
            kept(row["prompt_ids"], row["chosen_ids"]) + kept(row["prompt_ids"], row["rejected_ids"]) for row in dataset
        ),
    }
)
