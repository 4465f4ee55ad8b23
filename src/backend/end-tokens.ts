import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tokenizer } from '../text/tokenizer.ts';

/** Ids that end a reply: the tokenizer's eos_token and every eos_token_id of generation_config.json and config.json. */
export async function readEndTokens(folder: string, tokenizer: Tokenizer): Promise<Set<number>> {
  const ids = new Set<number>();
  const { eos_token: token } = await readJsonOrNothing(join(folder, 'tokenizer_config.json'));
  const text =
    typeof token === 'string' ? token : (token as { content?: string } | null | undefined)?.content;
  const named = text === undefined ? undefined : tokenizer.tokenId(text);
  if (named !== undefined) ids.add(named);
  for (const file of ['generation_config.json', 'config.json']) {
    const { eos_token_id: given } = await readJsonOrNothing(join(folder, file));
    for (const id of Array.isArray(given) ? given : [given]) if (typeof id === 'number') ids.add(id);
  }
  return ids;
}

async function readJsonOrNothing(path: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}
