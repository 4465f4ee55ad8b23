/** A shuffle in this process, for who has the records at hand: the reductions of a rule over scratch files. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { ObservedPart, Shuffle, ShuffleRule } from '../rule.ts';
import { type Part, writePart } from './part.ts';
import { encodeBytes, encodePieces } from './pieces.ts';
import { type ReduceInputs, reducePartition } from './reduce-job.ts';

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
  readonly #parts: (ObservedPart & { pieces: Part; table?: Part })[] = [];
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
    const observed = this.#parts.map(({ first, count, table }) => ({
      first,
      count,
      ...(table && { table }),
    }));
    return {
      count: this.#count,
      partitions,
      parts: observed,
      reduce: async (reduction, { parameters = null, pieces } = {}) => {
        const given = pieces && (await writePart(join(scratchFolder, 'given'), encodePieces(pieces)));
        const inputs: ReduceInputs = {
          pieces: given ? [given] : this.#parts.map((part) => part.pieces),
          observed,
          parameters,
        };
        const made: Buffer[][] = [];
        for (let partition = 0; partition < (pieces?.length ?? partitions); partition++) {
          const list = await reducePartition(this.#rule.reductions[reduction]!, inputs, {
            partition,
            signal,
          });
          made.push(list.map((piece) => serialize(piece)));
        }
        return {
          async *pieces<T>(number: number) {
            for (const list of made) yield deserialize(list[number]!) as T;
          },
        };
      },
    };
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
