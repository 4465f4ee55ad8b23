import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { chooseHyperparameters } from './hyperparameters.ts';
import type { RunSize } from './hyperparameters.ts';

const small: RunSize = {
  method: 'lora',
  objective: 'sft',
  model: { family: 'llama', hiddenSize: 576 },
  examples: 2000,
};
const chosen = (size: Partial<RunSize>): { epochs: number; learning_rate: number } =>
  chooseHyperparameters({}, { ...small, ...size }).chosen;

test('what the project says stays, without a word', () => {
  deepEqual(chooseHyperparameters({ epochs: 7, learning_rate: 0.5 }, small), {
    chosen: { epochs: 7, learning_rate: 0.5 },
    reasons: [],
  });
});

test('few examples are seen more often than many, and the reason says how many there are', () => {
  deepEqual(
    [100, 499, 500, 5000, 5001, 100_000].map((examples) => chosen({ examples }).epochs),
    [5, 5, 3, 3, 2, 1],
  );
  match(
    chooseHyperparameters({}, { ...small, examples: 120 }).reasons[0]!,
    /^epochs 5: 120 examples are few/,
  );
});

test('the learning rate of LoRA is that of the published fit', () => {
  // 5e-4 · (2000 / 4096)^0.781 for Llama 3.1 8B, 5e-4 · (2000 / 896)^0.0775 for Qwen2.5 0.5B
  equal(chosen({ model: { family: 'llama', hiddenSize: 4096 } }).learning_rate, 2.9e-4);
  equal(chosen({ model: { family: 'qwen2', hiddenSize: 896 } }).learning_rate, 5.3e-4);
});

test('full training takes a tenth of the step, DPO a twentieth', () => {
  const [lora, full, dpo] = [{}, { method: 'full' }, { objective: 'dpo' }] as const;
  const rate = (size: Partial<RunSize>): number => chosen(size).learning_rate;
  equal(rate(full), Number((rate(lora) / 10).toPrecision(2)));
  equal(Math.round(rate(lora) / rate(dpo)), 20);
  match(chooseHyperparameters({}, small).reasons[1]!, /^learning_rate 0\.0013: lora, sft, hidden size 576/);
});
