import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** What the report shows beside the evaluation's own results; each may be missing. */
export type ReportInputs = { curve: LossCurve | null; funnel: FunnelStep[] | null };

type Point = { step: number; loss: number };
export type LossCurve = { training: Point[]; validation: Point[] };

export type FunnelStep = {
  name: string;
  in: number;
  out: number;
  changed: number;
  reasons: Record<string, number>;
};

const point = z.object({ step: z.number(), loss: z.number() });
const eventType = z.object({ type: z.string() });

/** Training and validation loss from train's metrics.jsonl; null where the file is missing or holds no step. */
export async function readLossCurve(path: string | undefined): Promise<LossCurve | null> {
  if (path === undefined) return null;
  const text = await readFile(path, 'utf8').catch(() => '');
  const curve: LossCurve = { training: [], validation: [] };
  for (const line of text.split('\n')) {
    const json = parseJson(line);
    const event = eventType.safeParse(json);
    const loss = point.safeParse(json);
    if (!event.success || !loss.success) continue;
    if (event.data.type === 'step') curve.training.push(loss.data);
    if (event.data.type === 'evaluation') curve.validation.push(loss.data);
  }
  return curve.training.length === 0 ? null : curve;
}

const funnelFile = z
  .array(
    z.object({
      rule: z.string(),
      in: z.number(),
      out: z.number(),
      changed: z.number(),
      reasons: z.record(z.string(), z.number()),
    }),
  )
  .min(1);

/** Curate's funnel.json; null where it is missing or of another shape. */
export async function readFunnel(path: string | undefined): Promise<FunnelStep[] | null> {
  if (path === undefined) return null;
  const parsed = funnelFile.safeParse(parseJson(await readFile(path, 'utf8').catch(() => '')));
  return parsed.success ? parsed.data.map(({ rule, ...step }) => ({ name: rule, ...step })) : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
