/** Loads a base as training holds it, and tells how much of this process's memory that is. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadModel } from '../../../src/model/model-folder.ts';
import type { LanguageModel } from '../../../src/model/parameters.ts';
import { answer, job } from '../../answer.ts';
import { loadQuantised } from './quantised.ts';

export type WeightsJob = { model: string; quantised: boolean; cache: string };

const { model, quantised, cache } = job<WeightsJob>();
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const held: LanguageModel[] = [];
await answer(
  {},
  {
    load: async () => {
      const before = resident();
      held.push(quantised ? await loadQuantised(model, cache) : await loadModel(model));
      return { heldBytes: bytesOf(held[0]!), residentBytes: resident() - before };
    },
  },
);

/** What the arrays of the weights take. */
function bytesOf({ base, quantised: matrices }: LanguageModel): number {
  let bytes = 0;
  for (const { data } of base.values()) bytes += data.byteLength;
  for (const { codes, scales } of matrices?.values() ?? []) bytes += codes.byteLength + scales.byteLength;
  return bytes;
}

function resident(): number {
  collectGarbage();
  return process.memoryUsage.rss();
}
