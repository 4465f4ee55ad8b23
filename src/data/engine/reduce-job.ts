/** One reduction of one partition: what every job left for it in, a list of pieces out. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { readJson } from '../../base/files.ts';
import { sha256 } from '../../base/hash.ts';
import { canonicalJson } from '../../base/json.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import { hashKeyFingerprint } from '../pii/hash-key.ts';
import type { ObservedPart, Piece, Reduction } from '../rule.ts';
import type { RuleSettings } from '../rules.ts';
import type { JobContext } from './job.ts';
import { areWhole, type Part, readRecord, writePart } from './pass-files.ts';
import { isShuffleRule } from './passes.ts';
import { passesOf } from './remembered-passes.ts';
import { encodePieces, readPiece } from './piece-files.ts';
import { Rows } from './row-files.ts';
import { readStored } from './stored-value.ts';

export type ReduceJob = {
  kind: 'reduce';
  /** Hash of all that decides the result (see reduceJobId). */
  id: string;
  settings: RuleSettings;
  /** The pass whose observing rule has the reduction. */
  pass: number;
  reduction: string;
  partition: number;
  /** A JSON file that all jobs of a reduction share: ReduceInputs. */
  inputs: Part;
  /** Where results go: this path with .pieces and, last, .json for the result itself. */
  output: string;
};

export type ReduceInputs = {
  /** Files with a piece for each partition: one for each part of what was observed, or a single one that conclude made. */
  pieces: Part[];
  /** What was observed, and where the rule keeps rows of its records. */
  observed: (ObservedPart & { table?: Part })[];
  /** A stored value. */
  parameters: Part;
};

export type ReduceResult = { id: string; pieces: Part };

/** Raised when reductions make other bytes of the same input. */
const jobVersion = 1;

/** The hash of everything that a reduction depends on. */
export function reduceJobId(job: Omit<ReduceJob, 'id'>): string {
  const { settings, pass, reduction, partition, inputs } = job;
  const { config, seed } = settings;
  const hashKey = hashKeyFingerprint(config.pii);
  return sha256(
    canonicalJson({ jobVersion, config, hashKey, seed, pass, reduction, partition, inputs: inputs.sha256 }),
  );
}

/** Runs one reduction, or takes the result that an earlier run of the same job left whole. */
export async function runReduceJob(job: ReduceJob, { signal }: JobContext): Promise<ReduceResult> {
  const { id, output, partition } = job;
  const finished = await readRecord<ReduceResult>(`${output}.json`);
  if (finished?.id === id && (await areWhole([finished.pieces]))) return finished;
  const reduce = await reductionOf(job);
  const made = await reducePartition(reduce, await inputsOf(job), { partition, signal });
  await mkdir(dirname(output), { recursive: true });
  const result: ReduceResult = { id, pieces: await writePart(`${output}.pieces`, encodePieces(made)) };
  await writePart(`${output}.json`, [Buffer.from(JSON.stringify(result))]);
  return result;
}

/** Throws AttuneError 'storage' that names the file where something it reads is missing or damaged. */
export async function reducePartition(
  reduce: Reduction,
  { pieces, observed, parameters }: ReduceInputs,
  { partition, signal }: { partition: number; signal: AbortSignal },
): Promise<unknown[]> {
  const told = await readStored(parameters);
  const rows = new Rows(observed.map(({ table, ...part }) => ({ path: table?.path ?? '', ...part })));
  const readPieces = async function* (): AsyncGenerator<Piece> {
    for (const [part, { path }] of pieces.entries()) {
      throwIfInterrupted(signal);
      yield { part, value: await readPiece(path, partition) };
    }
  };
  try {
    const row = (index: number): Buffer => rows.get(index);
    return await reduce(readPieces(), { parameters: told, parts: observed, row, signal });
  } finally {
    rows.close();
  }
}

async function reductionOf({ settings, pass, reduction }: ReduceJob): Promise<Reduction> {
  const rule = (await passesOf(settings))[pass]?.observe;
  const found = rule && isShuffleRule(rule) ? rule.reductions[reduction] : undefined;
  if (found) return found;
  throw new AttuneError('data', `pass ${pass} of this curation has no reduction ${reduction}`, {
    fix: 'Let the version of Attune that made the job run it.',
  });
}

let readInputs: { sha256: string; inputs: Promise<ReduceInputs> } | undefined;

function inputsOf({ inputs }: ReduceJob): Promise<ReduceInputs> {
  if (readInputs?.sha256 !== inputs.sha256)
    readInputs = { sha256: inputs.sha256, inputs: readJson<ReduceInputs>(inputs.path) };
  return readInputs.inputs;
}
