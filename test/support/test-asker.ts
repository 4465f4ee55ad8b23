/** A question that costs money, and an asker of a server of ours that notes what it waits and reports. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type Asker,
  type AskerOptions,
  openAsker,
  type Question,
} from '../../src/backend/structured/asker.ts';
import type { ProgressEvent } from '../../src/base/progress.ts';
import type { ModelServer } from './model-server.ts';

export const colourSchema = z.object({ colour: z.enum(['red', 'green']), size: z.number().int() });

export const colourQuestion = (n = 1): Question<z.infer<typeof colourSchema>> => ({
  system: 'You know colours.',
  user: `Which colour has item ${n}?`,
  schema: colourSchema,
  name: 'colour',
  label: 'colours',
  seed: n,
});

export type AskerFixture = {
  asker: Asker;
  server: ModelServer;
  /** Milliseconds that it would have waited. */
  waits: number[];
  events: ProgressEvent[];
  /** Of its kept answers. */
  folder: string;
};

/** Asks the server with 2 requests at once, without a limit and without ever waiting, unless `options` say otherwise. */
export async function openTestAsker(
  provider: AskerOptions['provider'],
  server: ModelServer,
  options: Partial<AskerOptions>,
): Promise<AskerFixture> {
  const waits: number[] = [];
  const events: ProgressEvent[] = [];
  const folder = options.cacheFolder ?? (await mkdtemp(join(tmpdir(), 'attune-answers-')));
  const asker = await openAsker({
    provider,
    url: provider === 'openai' ? server.openaiUrl : server.anthropicUrl,
    model: 'm',
    maxTokens: 200,
    concurrency: 2,
    retries: 3,
    timeoutMs: 600_000,
    limit: {},
    cacheFolder: folder,
    seed: 7,
    report: (event) => events.push(event),
    signal: new AbortController().signal,
    wait: async (milliseconds) => void waits.push(milliseconds),
    ...options,
  });
  return { asker, server, waits, events, folder };
}
