import { mkdir, open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { storageError } from '../base/storage-error.ts';
import type { Reply } from '../backend/backend.ts';

/** The systems compared. */
export type SystemName = 'base' | 'tuned';

/** What one system answered at one turn. */
export type LoggedReply<System extends string = SystemName> = {
  system: System;
  conversation: string;
  turn: number;
  reply: Reply;
  seconds: number;
  /** Why there is no reply (a conversation beyond the context, a reply that is no reply); `reply` is empty then. */
  failure?: string;
};

/**
 * Replies on disk as they come, one JSON line each, so that interrupted work goes on where it stopped. The
 * first line holds a fingerprint of everything the replies depend on: another one starts the file anew.
 */
export class ReplyLog<System extends string = SystemName> {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #replies: Map<string, LoggedReply<System>>;

  private constructor(path: string, file: FileHandle, replies: Map<string, LoggedReply<System>>) {
    this.#path = path;
    this.#file = file;
    this.#replies = replies;
  }

  /** Opens or starts the log; a line that a crash left half-written is cut off. */
  static async open<System extends string = SystemName>(
    path: string,
    fingerprint: string,
  ): Promise<ReplyLog<System>> {
    try {
      await mkdir(dirname(path), { recursive: true });
      const { replies, bytes } = await readLog<System>(path, fingerprint);
      const file = await open(path, 'a');
      await file.truncate(bytes);
      const log = new ReplyLog<System>(path, file, replies);
      if (bytes === 0) await log.#append({ fingerprint });
      return log;
    } catch (cause) {
      throw storageError(path, cause);
    }
  }

  get(system: System, conversation: string, turn: number): LoggedReply<System> | undefined {
    return this.#replies.get(key(system, conversation, turn));
  }

  async add(entry: LoggedReply<System>): Promise<void> {
    this.#replies.set(key(entry.system, entry.conversation, entry.turn), entry);
    await this.#append(entry);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #append(value: unknown): Promise<void> {
    try {
      await this.#file.appendFile(`${JSON.stringify(value)}\n`);
    } catch (cause) {
      throw storageError(this.#path, cause);
    }
  }
}

const key = (system: string, conversation: string, turn: number): string =>
  `${system} ${turn} ${conversation}`;

/** The whole lines of a log with this fingerprint and how many bytes they take; none for a missing or other log. */
async function readLog<System extends string>(
  path: string,
  fingerprint: string,
): Promise<{ replies: Map<string, LoggedReply<System>>; bytes: number }> {
  const replies = new Map<string, LoggedReply<System>>();
  const data = await readFile(path).catch(() => Buffer.alloc(0));
  let bytes = 0;
  for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, bytes)) {
    const line = parseLine(data.toString('utf8', bytes, end));
    if (bytes === 0 && (line as { fingerprint?: string } | null)?.fingerprint !== fingerprint) break;
    if (line === null) break;
    if (bytes > 0) {
      const entry = line as LoggedReply<System>;
      replies.set(key(entry.system, entry.conversation, entry.turn), entry);
    }
    bytes = end + 1;
  }
  return { replies, bytes };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}
