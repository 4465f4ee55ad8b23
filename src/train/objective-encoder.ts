import type { Example } from '../data/example.ts';
import type { EncodedExample } from '../text/encoded-example.ts';
import { openEncoder, openPairEncoder } from '../text/open-encoder.ts';
import type { ObjectiveConfig } from './objective.ts';

/** The examples that the objective learns from a record: the conversation, or its preference pairs. */
export async function openObjectiveEncoder(
  objective: ObjectiveConfig,
  base: string,
): Promise<(example: Example) => EncodedExample[]> {
  if (objective.type !== 'sft') return openPairEncoder(base, { supervisePrompt: objective.type === 'orpo' });
  const encode = await openEncoder(base);
  if (objective.supervise === 'assistant') return (example) => [encode(example)];
  return (example) => {
    const encoded = encode(example);
    return [{ ...encoded, supervised: encoded.supervised.fill(1) }];
  };
}
