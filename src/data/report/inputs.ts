/** The files that rules and stages leave for the report. Each may be missing: then its part of the page is too. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const counts = z.record(z.string(), z.number());

const nearDuplicates = z.object({
  records: z.number(),
  threshold: z.number(),
  clusters: z.number(),
  removed: z.number(),
  left_alone: z.number(),
  largest_cluster: z.number(),
  topic_conflicts: z.array(z.object({ kept: z.string(), removed: z.string(), count: z.number() })),
  shown: z.array(
    z.object({
      keeper: z.object({ id: z.string(), topic: z.string() }),
      size: z.number(),
      lowest_similarity: z.number(),
      left_alone: z.boolean().optional(),
      members: z.array(z.object({ id: z.string(), topic: z.string(), similarity: z.number() })),
    }),
  ),
});

const histogram = z.object({
  known: z.number(),
  mean: z.number(),
  before: z.array(z.number()),
  after: z.array(z.number()),
});

const set = z.object({
  records: z.number(),
  categories: z.record(
    z.string(),
    z.object({ counts, labels: z.number(), largest_share: z.number(), evenness: z.number() }),
  ),
  numbers: z.record(
    z.string(),
    z.object({ known: z.number(), mean: z.number(), p10: z.number(), p50: z.number(), p90: z.number() }),
  ),
  texts: counts.optional(),
  coverage: z.number().optional(),
});

const comparison = z.object({ all: set, chosen: set, random: set });

const quality = z.object({
  records: z.number(),
  kept: z.number(),
  comparison,
  combined: histogram,
  components: z.record(z.string(), histogram),
  at_the_cut: z.array(
    z.object({
      id: z.string(),
      kept: z.boolean(),
      quality: z.number(),
      customer: z.string(),
      agent: z.string(),
    }),
  ),
});

const diversity = z.object({
  records: z.number(),
  kept: z.number(),
  target: z.number(),
  comparison,
  map: z
    .array(
      z.object({ name: z.string(), x: z.number(), y: z.number(), records: z.number(), kept: z.number() }),
    )
    .optional(),
});

const cost = z.object({ total: z.record(z.string(), z.union([z.number(), z.string(), z.null()])) }).loose();

export type ReportInputs = {
  nearDuplicates: z.infer<typeof nearDuplicates> | null;
  quality: z.infer<typeof quality> | null;
  diversity: z.infer<typeof diversity> | null;
  cost: z.infer<typeof cost> | null;
};

export type SelectedSet = z.infer<typeof set>;
export type Selection = { records: number; kept: number; comparison: z.infer<typeof comparison> };

/** Reads `<name>.json` of a folder; null where it is missing or of another shape. */
async function read<T>(schema: z.ZodType<T>, path: string): Promise<T | null> {
  try {
    return schema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data ?? null;
  } catch {
    return null;
  }
}

export async function readInputs(curateFolder: string, costPath: string | undefined): Promise<ReportInputs> {
  return {
    nearDuplicates: await read(nearDuplicates, `${curateFolder}/near-duplicates.json`),
    quality: await read(quality, `${curateFolder}/quality.json`),
    diversity: await read(diversity, `${curateFolder}/diversity.json`),
    cost: costPath === undefined ? null : await read(cost, costPath),
  };
}
