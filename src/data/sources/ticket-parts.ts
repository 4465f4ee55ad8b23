/** Tickets that an export has in parts: events, audits and single comments that name their ticket. */
import { isRecord } from '../../base/json.ts';
import type { SourceConfig } from '../config/sources.ts';
import { groupMerged } from '../threads/merged.ts';
import { RecordError, type UnknownRecord } from './field-checks.ts';
import type { SourceFile } from './source-files.ts';
import { type HelpDesk, recordsOf } from './help-desk.ts';
import type { Place } from './source.ts';

/** The parts of so many characters are held at once; each further such share of an export is one more reading of it. */
const heldCharacters = 128 * 1024 * 1024;

/** Which tickets come in parts, in the order of their first parts, and how long these are. */
export type PartIndex = { sizes: Map<string, number>; mergedInto: Map<string, string> };

export type AssembledTicket = {
  id: string;
  record: UnknownRecord;
  /** Of its record in a list of tickets, or of its first part. */
  place: Place;
  /** The ticket that it was merged into, and that stands before it. */
  into?: string;
};

/** Notes a record of the first reading. */
export function notePart(desk: HelpDesk, record: UnknownRecord, { sizes, mergedInto }: PartIndex): void {
  const id = partOf(desk, record);
  if (id === undefined) return;
  sizes.set(id, (sizes.get(id) ?? 0) + JSON.stringify(record).length);
  const merge = desk.mergeOf?.(desk.parts!.assemble(id, [record], undefined));
  if (merge && merge.id !== merge.into) mergedInto.set(merge.id, merge.into);
}

/** The ticket of a part; undefined for what is none, and for a part that cannot be read. */
export function partOf({ parts }: HelpDesk, record: UnknownRecord): string | undefined {
  try {
    return parts?.ticketOf(record);
  } catch (cause) {
    if (cause instanceof RecordError) return undefined;
    throw cause;
  }
}

/** Puts the tickets together, each with those that were merged into it behind it. */
export async function* assembleTickets(
  desk: HelpDesk,
  files: readonly SourceFile[],
  config: SourceConfig,
  index: PartIndex,
): AsyncGenerator<AssembledTicket> {
  const merged = new Map(
    [...index.mergedInto].filter(([id, into]) => index.sizes.has(id) && index.sizes.has(into)),
  );
  const groups = groupMerged(merged);
  const targets = new Map([...groups].flatMap(([into, ids]) => ids.map((id) => [id, into] as const)));
  let wanted = new Set<string>();
  let characters = 0;
  for (const id of index.sizes.keys()) {
    if (targets.has(id)) continue;
    for (const one of [id, ...(groups.get(id) ?? [])]) {
      wanted.add(one);
      characters += index.sizes.get(one)!;
    }
    if (characters < heldCharacters) continue;
    yield* readWanted(desk, files, config, { wanted, targets });
    wanted = new Set();
    characters = 0;
  }
  if (wanted.size > 0) yield* readWanted(desk, files, config, { wanted, targets });
}

type Held = { parts: UnknownRecord[]; bare?: UnknownRecord; place?: Place; barePlace?: Place };

async function* readWanted(
  desk: HelpDesk,
  files: readonly SourceFile[],
  config: SourceConfig,
  { wanted, targets }: { wanted: ReadonlySet<string>; targets: ReadonlyMap<string, string> },
): AsyncGenerator<AssembledTicket> {
  const held = new Map<string, Held>([...wanted].map((id) => [id, { parts: [] }]));
  const { mayBe, bareTicket, assemble } = desk.parts!;
  for (const file of files)
    for await (const { line, column, value } of recordsOf(desk, file, files, config, mayBe)) {
      if (!isRecord(value)) continue;
      const place = { file: file.name, line, ...(column !== undefined && { column }) };
      const id = partOf(desk, value);
      const ticket = held.get(id ?? bareTicket(value) ?? '');
      if (ticket === undefined) continue;
      if (id === undefined) {
        ticket.bare ??= value;
        ticket.barePlace ??= place;
      } else {
        ticket.parts.push(value);
        ticket.place ??= place;
      }
    }
  for (const [id, { parts, bare, place, barePlace }] of held) {
    const into = targets.get(id);
    const record = assemble(id, parts, bare);
    yield { id, record, place: barePlace ?? place!, ...(into !== undefined && { into }) };
  }
}
