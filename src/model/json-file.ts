import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { AttuneError } from '../base/errors.ts';

/** Reads a JSON file of a model folder. Throws AttuneError 'model' naming the first field that `schema` refuses. */
export async function readModelJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new AttuneError('model', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AttuneError('model', `${path}: ${issue.path.join('.')}: ${issue.message}`);
}
