/** What an importer of a help desk says about its exports, and how their files are read. */
import { AttuneError } from '../../base/errors.ts';
import { isRecord } from '../../base/json.ts';
import { readJsonRecords, type JsonRecord } from '../../formats/json-records.ts';
import type { TextEncoding } from '../../formats/text-chunks.ts';
import { readXmlRecords } from '../../formats/xml-records.ts';
import type { SourceConfig } from '../config/sources.ts';
import type { IsAgent } from '../threads/agents.ts';
import type { Thread } from '../threads/thread.ts';
import type { UnknownRecord } from './field-checks.ts';
import { refusalOf, type SourceFile } from './source-files.ts';

/** What records beside the tickets tell: who is an agent and who a customer, and how tickets were rated. Keys are ids as text. */
export type Aside = { agents: Set<string>; customers: Set<string>; ratings: Map<string, string | number> };

export type ThreadContext = Aside & { isAgent: IsAgent };

/** What differs between help desks. */
export type HelpDesk = {
  /** Where lists of records stand in an object of the export, and which of them hold no tickets. */
  lists: readonly string[];
  asideLists: readonly string[];
  /** Keys that make an object one record, whatever lists follow. */
  wholes?: readonly string[];
  /** For exports that need a first reading: whether a ticket's bytes may be worth a look, to save parsing the others. */
  mayTellMore?: (bytes: Buffer) => boolean;
  /** Notes what a record tells about others; true when it is no ticket itself. */
  noteAside?: (record: UnknownRecord, list: string, aside: Aside) => boolean;
  /** The ticket's id and that of the ticket it was merged into. */
  mergeOf?: (record: UnknownRecord) => { id: string; into: string } | undefined;
  /** For exports whose records may be parts of tickets: events, or messages that name their ticket. */
  parts?: TicketParts;
  /** Throws RecordError naming the field. */
  toThread: (record: UnknownRecord, context: ThreadContext) => Thread;
  /** For exports in XML: the elements that are records, and the record as JSON would have it. */
  xml?: {
    elements: Readonly<Record<string, string>>;
    toRecord: (record: UnknownRecord, list: string) => UnknownRecord;
  };
  readCsv?: (file: string, encoding: TextEncoding | undefined) => AsyncGenerator<JsonRecord>;
};

export type TicketParts = {
  /** Whether a record's bytes may be those of a part, or of a ticket without its messages. */
  mayBe: (bytes: Buffer) => boolean;
  /** The id of the ticket that a record is a part of; undefined for whole tickets. Throws RecordError for a part without its text. */
  ticketOf: (record: UnknownRecord) => string | undefined;
  /** The id of a ticket that comes without its messages. */
  bareTicket: (record: UnknownRecord) => string | undefined;
  /** The ticket as `toThread` reads it, from its parts in the order of the files, and from the bare ticket where there is one. */
  assemble: (id: string, parts: readonly UnknownRecord[], bare: UnknownRecord | undefined) => UnknownRecord;
};

/** The records of one of the files; a file among others that is none of the help desk's is one bad record. */
export async function* recordsOf(
  desk: HelpDesk,
  file: SourceFile,
  files: readonly SourceFile[],
  { encoding }: SourceConfig,
  select?: (bytes: Buffer, list: string) => boolean,
): AsyncGenerator<JsonRecord> {
  try {
    if (desk.readCsv && /\.csv$/i.test(file.path)) yield* desk.readCsv(file.path, encoding);
    else if (desk.xml && /\.xml$/i.test(file.path)) yield* xmlRecords(file.path, desk.xml, encoding);
    else
      yield* readJsonRecords(checkEnding(file), {
        lists: desk.lists,
        wholes: desk.wholes,
        encoding,
        select,
      });
  } catch (cause) {
    yield { line: 1, list: '', error: refusalOf(cause, files) };
  }
}

async function* xmlRecords(
  path: string,
  { elements, toRecord }: NonNullable<HelpDesk['xml']>,
  encoding: TextEncoding | undefined,
): AsyncGenerator<JsonRecord> {
  for await (const one of readXmlRecords(path, { elements, encoding }))
    yield one.error === undefined && isRecord(one.value)
      ? { ...one, value: toRecord(one.value, one.list) }
      : one;
}

function checkEnding({ path, name }: SourceFile): string {
  if (/\.(?:csv|xml)$/i.test(path))
    throw new AttuneError('data', `${name} is no JSON`, {
      fix: 'Export the tickets as JSON, with their messages; CSV exports of this help desk have none. A table of messages of your own is a csv source.',
    });
  return path;
}
