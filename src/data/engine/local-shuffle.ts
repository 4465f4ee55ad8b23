/** A shuffle in this process, for who has the records at hand: the reductions of a rule over scratch files. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Shuffle, ShuffleRule } from '../rule.ts';
import { type Part, writePart } from './pass-files.ts';
import { encodeBytes, encodePieces } from './piece-files.ts';
import { reducePartition } from './reduce-job.ts';
import { makeShuffle, type ShuffleFiles } from './shuffle.ts';

/** What a shuffle needs of a rule. */
export type Shuffled<Fact> = Pick<ShuffleRule<Fact, unknown>, 'divide' | 'row' | 'reductions'>;

export type LocalOptions = {
  /** Files are left there. */
  scratchFolder: string;
  signal: AbortSignal;
  partitions?: number;
  /** Facts that are divided together. */
  partSize?: number;
};

/** Add all facts, then ask for the shuffle. Memory holds one part of the facts, or one partition. */
export class LocalShuffle<Fact> {
  readonly #rule: Shuffled<Fact>;
  readonly #options: Required<LocalOptions>;
  #facts: Fact[] = [];
  readonly #parts: ShuffleFiles['observed'] = [];
  #count = 0;

  constructor(rule: Shuffled<Fact>, { partitions = 16, partSize = 4096, ...options }: LocalOptions) {
    this.#rule = rule;
    this.#options = { partitions, partSize, ...options };
  }

  async add(fact: Fact): Promise<void> {
    this.#count += 1;
    if (this.#facts.push(fact) === this.#options.partSize) await this.#close();
  }

  async finish(): Promise<Shuffle> {
    await this.#close();
    const { partitions, scratchFolder, signal } = this.#options;
    return makeShuffle({
      observed: this.#parts,
      partitions,
      folder: scratchFolder,
      run: async ({ reduction, inputs, count, folder }) => {
        const reduce = this.#rule.reductions[reduction]!;
        const made: Part[] = [];
        for (let partition = 0; partition < count; partition++) {
          const list = await reducePartition(reduce, inputs, { partition, signal });
          made.push(await writePart(join(folder, `${partition}.pieces`), encodePieces(list)));
        }
        return made;
      },
    });
  }

  async #close(): Promise<void> {
    const facts = this.#facts;
    const { scratchFolder, partitions } = this.#options;
    const path = join(scratchFolder, `part-${this.#parts.length}`);
    await mkdir(scratchFolder, { recursive: true });
    const { divide, row } = this.#rule;
    this.#parts.push({
      first: this.#count - facts.length,
      count: facts.length,
      pieces: await writePart(`${path}.pieces`, encodePieces(divide(facts, partitions))),
      ...(row && { table: await writePart(`${path}.table`, encodeBytes(facts.map((fact) => row(fact)))) }),
    });
    this.#facts = [];
  }
}
