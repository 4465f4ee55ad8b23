"""Drives a TRL trainer one optimiser step at a time, and counts what its batches hold."""

import sys
import time

from peft import LoraConfig
from transformers import TrainerCallback

import answer


def common_options(job):
    """What every trainer of the comparison is told; `options` of the job come last."""
    return dict(
        output_dir=job["output"],
        max_length=job["sequenceLength"],
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
    ) | job["options"]


def lora():
    return LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM")


class StepByStep(TrainerCallback):
    """
    Waits for the parent before a step. A step is timed from the moment its batch has been fetched to the end of the
    optimiser; collating a batch takes no time worth counting.
    """

    def __init__(self, hello):
        self.hello = hello
        self.commands = answer.commands()
        self.left = None
        self.times = []

    def on_step_begin(self, args, state, control, **kwargs):
        if self.left is None:
            answer.say(self.hello)
            self.left = self.next_command()
        self.start = time.perf_counter()

    def on_step_end(self, args, state, control, **kwargs):
        self.times[-1]["seconds"] = time.perf_counter() - self.start
        self.left -= 1
        if self.left == 0:
            answer.say({"times": self.times, "peakBytes": answer.peak_bytes()})
            self.times.clear()
            self.left = self.next_command()

    def next_command(self):
        command = next(self.commands, None)
        if command is None:
            sys.exit(0)
        return command["count"]


def step_by_step(trainer_class, count, **arguments):
    """Trains with a `trainer_class` that notes what `count` says of each batch. `arguments` are the trainer's own."""
    times = []

    class CountingTrainer(trainer_class):
        def training_step(self, model, inputs, *args, **kwargs):
            times.append(count(inputs))
            loss = super().training_step(model, inputs, *args, **kwargs)
            times[-1]["loss"] = float(loss)
            return loss

    trainer = CountingTrainer(**arguments)

    def train(hello):
        callback = StepByStep(hello | {"versions": answer.versions()})
        callback.times = times
        trainer.add_callback(callback)
        trainer.train()

    return trainer.train_dataset, train
