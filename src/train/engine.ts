import type { TrainConfig } from './config.ts';
import type { ObjectiveConfig, Sums } from './objective.ts';

/** The contract that every training engine keeps: config in, events and a folder out. */
export type Engine = {
  readonly name: string;
  /**
   * Trains until done, yielding events. Calling it again with the same job and `workFolder` resumes at the last
   * checkpoint and ends in the same bytes. Aborting `signal` writes a checkpoint and throws AttuneError 'interrupted'.
   */
  train: (job: TrainJob, signal: AbortSignal) => AsyncGenerator<TrainEvent, TrainResult>;
};

export type TrainJob = {
  /** Folder of the base model, Hugging Face layout. */
  base: string;
  /** examples.jsonl of each split: one `Example` a line. */
  trainFile: string;
  validationFile: string;
  objective: ObjectiveConfig;
  /** Folder of an adapter on that base to go on from, in place of a new one. */
  adapter?: string;
  config: TrainConfig;
  seed: number;
  /** Checkpoints live here between runs. */
  workFolder: string;
  /** What is made from bases is kept here for all projects (default: beside fetched models). */
  cacheFolder?: string;
  /** Where the adapter (PEFT layout) or the full model (Hugging Face layout) is written, with training_args.json. */
  outputFolder: string;
};

export type TrainEvent =
  | {
      type: 'preflight';
      examples: number;
      tokens: number;
      /** Share of tokens that carry loss, in (0, 1]. */
      supervisedShare: number;
      steps: number;
      trainableParameters: number;
    }
  /** The reference log-probabilities of preference pairs, before the first step. */
  | { type: 'reference'; passes: number; done: number }
  /** Before the first step: the most memory the process will hold. */
  | { type: 'memory'; memoryBytes: number }
  /** After the second: how long what is left of the run will take. */
  | { type: 'forecast'; seconds: number; memoryBytes: number }
  /** What that came to. Only of runs that were not stopped. */
  | {
      type: 'outcome';
      seconds: number;
      memoryBytes: number;
      forecast: { seconds: number; memoryBytes: number };
    }
  | {
      type: 'step';
      step: number;
      steps: number;
      /** Mean over the step: of its supervised tokens, in nats, or of its preference pairs. */
      loss: number;
      /** What else the objective reports; empty for SFT. */
      metrics: Sums;
      learningRate: number;
      gradientNorm: number;
      /** Real (not padding) tokens. */
      tokens: number;
      tokensPerSecond: number;
      memoryBytes: number;
    }
  /** Method qlora, the first time for a base: of its matrices so many are quantised. */
  | { type: 'quantising'; done: number; total: number }
  /** Going on after this step's checkpoint: later steps that were reported before will be reported again. */
  | { type: 'resumed'; step: number }
  | { type: 'evaluation'; step: number; loss: number; metrics: Sums; best: boolean }
  | { type: 'checkpoint'; step: number }
  | { type: 'early-stop'; step: number; bestStep: number }
  /** Something was decided, and why. */
  | { type: 'note'; message: string }
  | { type: 'warning'; message: string };

export type TrainResult = {
  method: TrainConfig['method'];
  steps: number;
  bestStep: number;
  /** Validation loss of the kept checkpoint: nats per supervised token, or the mean over preference pairs. */
  validationLoss: number;
  /** SHA-256 of the adapter's or model's safetensors file. */
  sha256: string;
  trainedTokens: number;
};
