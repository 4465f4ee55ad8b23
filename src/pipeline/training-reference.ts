/** The reference page of training: what can be trained, the settings, and the defaults that depend on sizes. */
import { families } from '../model/families.ts';
import { chooseHyperparameters } from '../train/hyperparameters.ts';
import type { RunSize } from '../train/hyperparameters.ts';
import { table, trainingSections } from './configuration-reference.ts';
import type { JsonSchema } from './schema.ts';

/** Markdown. Every table is made from what the program itself goes by. */
export function trainingReference(schema: JsonSchema): string {
  const sections = trainingSections.flatMap((name) => {
    const section = schema.properties?.[name];
    return section ? [`## ${name}`, '', section.description ?? '', '', ...table(schema, section, '')] : [];
  });
  return [
    '# Training',
    '',
    'What the embedded engine trains, every setting and its default. Made from the code that checks and trains; run `node scripts/generate.ts` to make it again.',
    '',
    '## Models',
    '',
    'A folder or hub model whose config.json names one of these. A field that would change the arithmetic in a way that is not computed is refused before anything runs.',
    '',
    ...Object.values(families).map(({ architecture }) => `- ${architecture}`),
    '',
    ...sections,
    '## Defaults by size',
    '',
    'What `epochs` and `learning_rate` are when the project file leaves them out. The run prints its choice with the reason.',
    '',
    ...epochsTable(),
    '',
    ...learningRateTable(),
    '',
    'The learning rates follow the fit that Thinking Machines publish with “LoRA Without Regret” (2025), but for a prefix, where twice an adapter’s is a guess: good places to start, no substitute for trying half and double.',
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

const typical: RunSize = {
  method: 'lora',
  objective: 'sft',
  model: { family: 'llama', hiddenSize: 2048 },
  examples: 1000,
};
const defaults = (size: Partial<RunSize>): { epochs: number; learning_rate: number } =>
  chooseHyperparameters({}, { ...typical, ...size }).chosen;

function epochsTable(): string[] {
  const rows = [100, 1000, 10_000, 100_000].map(
    (examples) => `| ${examples.toLocaleString('en-US')} | ${defaults({ examples }).epochs} |`,
  );
  return ['| examples, SFT | epochs |', '| --: | --: |', ...rows];
}

function learningRateTable(): string[] {
  const sizes = [256, 576, 896, 2048, 4096];
  const row = (name: string, size: Partial<RunSize>): string => {
    const rates = sizes.map((hiddenSize) => {
      const model = { family: size.model?.family ?? 'llama', hiddenSize } as const;
      return defaults({ ...size, model }).learning_rate.toExponential(1);
    });
    return `| ${[name, ...rates].join(' | ')} |`;
  };
  const qwen = { model: { family: 'qwen2', hiddenSize: 0 } } as const;
  return [
    `| hidden size | ${sizes.join(' | ')} |`,
    `| --- |${sizes.map(() => ' --: |').join('')}`,
    row('SFT, lora or qlora', {}),
    row('SFT, full', { method: 'full' }),
    row('SFT, prefix', { method: 'prefix' }),
    row('DPO, lora', { objective: 'dpo' }),
    row('SFT, lora, Qwen', qwen),
  ];
}
