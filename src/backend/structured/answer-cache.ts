/**
 * Answers that were paid for, on disk, each under the hash of everything it depends on. A note beside it says that a
 * request was sent, so that a run which is killed in between knows what may be on the bill.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../base/files.ts';
import { storageError } from '../../base/storage-error.ts';
import { isRecord } from '../../base/json.ts';
import { readTokens, type ServerAnswer, type TokenCounts } from './server.ts';

export type PaidAnswer = {
  answer: ServerAnswer;
  /** Tokens of the answer. */
  spent: TokenCounts;
  /** The most that tries before it, which broke off, can have cost. */
  lost: TokenCounts;
};

export type AnswerCache = {
  /** Undefined where there is none, or where the file is damaged. */
  read: (key: string) => Promise<PaidAnswer | undefined>;
  write: (key: string, paid: PaidAnswer) => Promise<void>;
  /** Notes, before a request is sent, the most that all its tries up to this one can have cost; zero removes the note. */
  noteSent: (key: string, most: TokenCounts) => Promise<void>;
  /** What was noted for a request that has no answer yet; zero where nothing was. */
  readSent: (key: string) => Promise<TokenCounts>;
};

const formatVersion = 1;
const finishes = ['stop', 'length', 'refused', 'filtered'];

export function openAnswerCache(folder: string): AnswerCache {
  // Two hex digits a folder: many thousand files in one are slow to list on some file systems.
  const path = (key: string, ending: string): string => join(folder, key.slice(0, 2), `${key}.${ending}`);
  return {
    read: async (key) => toPaid(await readJsonFile(path(key, 'json'))),
    write: async (key, paid) => {
      await writeFileAtomic(path(key, 'json'), `${JSON.stringify({ formatVersion, ...paid })}\n`);
      await rm(path(key, 'sent'), { force: true });
    },
    noteSent: (key, most) =>
      most.input + most.output === 0
        ? rm(path(key, 'sent'), { force: true })
        : writeFileAtomic(path(key, 'sent'), `${JSON.stringify(most)}\n`),
    readSent: async (key) => toTokens(await readJsonFile(path(key, 'sent'))) ?? { input: 0, output: 0 },
  };
}

async function readJsonFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw storageError(path, cause);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function toPaid(value: unknown): PaidAnswer | undefined {
  if (!isRecord(value) || value['formatVersion'] !== formatVersion || !isRecord(value['answer']))
    return undefined;
  const { text, finish, tokens } = value['answer'];
  const [spent, lost] = [toTokens(value['spent']), toTokens(value['lost'])];
  if (typeof text !== 'string' || !finishes.includes(String(finish)) || !spent || !lost) return undefined;
  return {
    answer: { text, finish: finish as ServerAnswer['finish'], tokens: toTokens(tokens) },
    spent,
    lost,
  };
}

const toTokens = (value: unknown): TokenCounts | undefined =>
  isRecord(value) ? readTokens(value['input'], value['output']) : undefined;
