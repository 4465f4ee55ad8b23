import type { Example } from '../data/example.ts';
import { throwIfInterrupted } from '../base/interrupt.ts';
import { readExamples } from '../data/read-examples.ts';
import { supervisedCount } from '../model/packing.ts';
import type { EncodedExample } from '../text/encoded-example.ts';
import { cutTo } from '../text/open-encoder.ts';
import { writeExampleFile } from './example-file.ts';
import type { ExampleFile } from './example-file.ts';
import type { EncodedCounts } from './preflight.ts';

export type EncodedSplit = { examples: ExampleFile; counts: EncodedCounts };

/**
 * Encodes every example of `path` into the file `into`, as one example or several (preference pairs); longer ones are
 * cut to `length` tokens, and dropped when no supervised token is left. Throws AttuneError 'interrupted' once
 * the signal is raised.
 */
export async function encodeSplit(
  path: string,
  into: string,
  encode: (example: Example) => EncodedExample[],
  { length, signal }: { length: number; signal: AbortSignal },
): Promise<EncodedSplit> {
  const counts: EncodedCounts = {
    examples: 0,
    tokens: 0,
    supervised: 0,
    truncated: 0,
    supervisedCut: 0,
    dropped: 0,
  };
  async function* encoded(): AsyncGenerator<EncodedExample> {
    for await (const example of readExamples(path)) {
      throwIfInterrupted(signal);
      const parts = encode(example);
      if (parts.length === 0) counts.dropped++;
      for (const whole of parts) {
        const cut = cutTo(whole, length);
        const supervised = supervisedCount(cut);
        if (cut.tokens.length < whole.tokens.length) {
          counts.truncated++;
          counts.supervisedCut += supervisedCount(whole) - supervised;
        }
        if (supervised === 0) {
          counts.dropped++;
          continue;
        }
        counts.examples++;
        counts.tokens += cut.tokens.length;
        counts.supervised += supervised;
        yield cut;
      }
    }
  }
  return { examples: await writeExampleFile(into, encoded()), counts };
}
