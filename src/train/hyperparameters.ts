/** Values for the settings that a project leaves out, chosen by the size of the model and of the data, each with its reason. */
import type { ModelConfig } from '../model/config.ts';

export type Hyperparameters = { epochs: number; learning_rate: number };

/** What is known when they are chosen. */
export type RunSize = {
  method: 'full' | 'lora' | 'qlora' | 'prefix';
  objective: 'sft' | 'dpo' | 'orpo';
  model: Pick<ModelConfig, 'family' | 'hiddenSize'>;
  /** Training examples, or preference pairs. */
  examples: number;
};

/**
 * Epochs and learning rate: those of `given`, and a default for each that it leaves out. `reasons` has one sentence for
 * every default, fit to be printed.
 */
export function chooseHyperparameters(
  given: Partial<Hyperparameters>,
  size: RunSize,
): { chosen: Hyperparameters; reasons: string[] } {
  const reasons: string[] = [];
  const choose = (name: keyof Hyperparameters, [value, reason]: [number, string]): number => {
    const own = given[name];
    if (own !== undefined) return own;
    reasons.push(`${name} ${value}: ${reason}`);
    return value;
  };
  const chosen = {
    epochs: choose('epochs', defaultEpochs(size)),
    learning_rate: choose('learning_rate', defaultLearningRate(size)),
  };
  return { chosen, reasons };
}

/** Few examples have to be seen more often to leave a trace; many are forgotten less and overfit sooner per pass. */
function defaultEpochs({ objective, examples }: RunSize): [number, string] {
  // Our choice, where TRL takes 3: pairs overfit within few passes.
  if (objective !== 'sft') return [1, 'preference pairs are seen once'];
  if (examples < 500) return [5, `${examples} examples are few (under 500), so each is seen more often`];
  if (examples <= 5000) return [3, `${examples} examples (500 to 5,000)`];
  return examples <= 50_000
    ? [2, `${examples} examples are many (over 5,000), so each is seen less often`]
    : [1, `${examples} examples are so many (over 50,000) that one pass is enough`];
}

/**
 * 5e-5 · (2000 / hidden size)^p, ten times that for an adapter: the fit that Thinking Machines publish with "LoRA Without
 * Regret" (2025), where p is 0.781 for Llama and 0.0775 for Qwen; for Mistral and Gemma no fit is published and Llama's
 * stands in. It holds whatever the rank. For a prefix there is no fit: twice an adapter's is a guess that was not tuned.
 * DPO moves a trained model a little: TRL's default for it is a twentieth of the one for SFT (1e-6 to 2e-5). ORPO learns
 * the answers as SFT does, and takes SFT's.
 */
function defaultLearningRate({ method, objective, model }: RunSize): [number, string] {
  const exponent = model.family.startsWith('qwen') ? 0.0775 : 0.781;
  const methodFactor = { full: 1, lora: 10, qlora: 10, prefix: 20 }[method];
  const objectiveFactor = objective === 'dpo' ? 1 / 20 : 1;
  const value = 5e-5 * (2000 / model.hiddenSize) ** exponent * methodFactor * objectiveFactor;
  const wide = `hidden size ${model.hiddenSize}`;
  return [Number(value.toPrecision(2)), `${method}, ${objective}, ${wide} (wider models take smaller steps)`];
}
