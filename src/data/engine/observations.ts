import type { Example } from '../example.ts';
import { FactsWriter } from './fact-files.ts';
import type { MapResult } from './map-job.ts';
import { writePart } from './pass-files.ts';
import { type ConcludingRule, isShuffleRule } from './passes.ts';
import { encodeBytes, encodePieces } from './piece-files.ts';

/** What a job observes for the rule that ends its pass: facts in order, or pieces for reductions. */
export class ObservationsWriter {
  readonly #rule: ConcludingRule;
  readonly #partitions: number;
  readonly #writer = new FactsWriter();
  readonly #facts: unknown[] = [];

  constructor(rule: ConcludingRule, partitions: number) {
    this.#rule = rule;
    this.#partitions = partitions;
  }

  add(example: Example): void {
    const fact = this.#rule.observe(example);
    if (isShuffleRule(this.#rule)) this.#facts.push(fact);
    else this.#writer.add(fact);
  }

  async write(output: string): Promise<Pick<MapResult, 'facts' | 'pieces' | 'table'>> {
    const rule = this.#rule;
    if (!isShuffleRule(rule)) return { facts: await writePart(`${output}.facts`, this.#writer.finish()) };
    const pieces = encodePieces(rule.divide(this.#facts, this.#partitions));
    return {
      pieces: await writePart(`${output}.pieces`, pieces),
      ...(rule.row && {
        table: await writePart(`${output}.table`, encodeBytes(this.#facts.map((fact) => rule.row!(fact)))),
      }),
    };
  }
}
