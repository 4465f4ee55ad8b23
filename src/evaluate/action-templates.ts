/** A team's macros, and which of them a reply follows. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AttuneError } from '../base/errors.ts';
import { storageError } from '../base/storage-error.ts';

/** A macro's wording: its literal pieces in normal form, with a blank at both ends. Between two pieces stands any text. */
type Template = { label: string; pieces: string[]; literalLength: number };

/** Macros by topic; `*` holds those of every topic. */
export type Templates = ReadonlyMap<string, readonly Template[]>;

const templatesFile = z.record(z.string(), z.record(z.string(), z.array(z.string()).min(1)));

const slots = /\{\w*(?::\w*)?\}/u;

/**
 * Reads macros from a JSON file: `{"<topic>": {"<label>": ["wording with {slot} or {slot:s}", …]}, "*": {…}}`.
 * Throws AttuneError 'config' on another shape, and on a wording that has nothing but slots, since it fits any reply.
 */
export async function loadTemplates(path: string): Promise<Templates> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw storageError(path, cause);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new AttuneError('config', `${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
  return parseTemplates(json, path);
}

/** The same from a value already in memory; `name` is for error messages. */
export function parseTemplates(json: unknown, name = 'templates'): Templates {
  const parsed = templatesFile.safeParse(json);
  if (!parsed.success) {
    const [problem] = parsed.error.issues;
    throw new AttuneError('config', `${name}: ${problem?.path.join('.')}: ${problem?.message}`, {
      fix: 'Write {"<topic>": {"<label>": ["wording", …]}}, with * as the topic of wordings used everywhere.',
    });
  }
  const topics = Object.entries(parsed.data).map(([topic, labels]): [string, Template[]] => [
    topic,
    Object.entries(labels).flatMap(([label, wordings]) =>
      wordings.map((wording) => compile(label, wording, `${name}: ${topic}.${label}`)),
    ),
  ]);
  return new Map(topics);
}

function compile(label: string, wording: string, where: string): Template {
  const pieces = ` ${wording} `.split(slots).map(normalise);
  const literalLength = pieces.reduce((sum, piece) => sum + piece.trim().length, 0);
  if (literalLength === 0) {
    throw new AttuneError(
      'config',
      `${where}: "${wording}" has no words of its own, so it fits every reply.`,
      {
        fix: 'List the texts it can have instead.',
      },
    );
  }
  return { label, pieces, literalLength };
}

/** NFKC, lower case, and one blank for everything but letters, marks, digits and symbols: the words and nothing else. */
function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{S}]+/gu, ' ');
}

/**
 * The labels of the macros that `reply` follows, sorted; empty where it follows none. The topic's own macros are
 * asked first, those under `*` when none of them fits. Of several that fit, the ones with the most literal text win:
 * "Your driver will be with you in 5 minutes." is not "Your driver will be {name}.". Two labels with one wording
 * both come back. Only normal forms are compared, with no tolerance for other words: a macro reaches the customer
 * as it is written, so a slip in its words is a mistake of the model.
 */
export function matchAction(reply: string, templates: Templates, topic: string | undefined): string[] {
  const text = normalise(` ${reply} `);
  const own = topic === undefined ? [] : mostSpecific(text, templates.get(topic) ?? []);
  return own.length > 0 ? own : mostSpecific(text, templates.get('*') ?? []);
}

function mostSpecific(text: string, templates: readonly Template[]): string[] {
  const fitting = templates.filter((template) => fits(text, template.pieces));
  const most = Math.max(...fitting.map(({ literalLength }) => literalLength));
  const labels = fitting.filter(({ literalLength }) => literalLength === most).map(({ label }) => label);
  return [...new Set(labels)].sort();
}

/**
 * Whether `text` is the pieces in order with any text between them. Linear: with wildcards only, taking each piece
 * where it is found first never misses a fit, and the last piece is anchored at the end.
 */
function fits(text: string, pieces: readonly string[]): boolean {
  if (pieces.length === 1) return text === pieces[0];
  const last = pieces.at(-1)!;
  if (!text.startsWith(pieces[0]!) || !text.endsWith(last)) return false;
  let at = endOf(pieces[0]!, 0);
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = endOf(piece, found);
  }
  return at + last.length <= text.length;
}

/** Where the next piece may begin: the blank after a piece may also be the one before the next, if the slot is empty. */
const endOf = (piece: string, start: number): number => start + piece.length - (piece.endsWith(' ') ? 1 : 0);
