/**
 * Records of an XML file as Ruby on Rails writes them (ActiveSupport's `to_xml`): an element each, a field each of its
 * children, with dashes in names and with the types `integer`, `boolean` and `array`.
 */
import type { Parser } from 'htmlparser2';
import { AttuneError } from '../base/errors.ts';
import type { JsonRecord } from './json-records.ts';
import { notUtf8, readTextChunks, type TextEncoding } from './text-chunks.ts';

export type XmlRecordOptions = {
  /** Elements that are records, and the list that each stands for: `{ ticket: 'tickets' }`. */
  elements: Readonly<Record<string, string>>;
  /** Longest record (16 Mi unless told). */
  maxCharacters?: number;
  encoding?: TextEncoding;
};

type Field = {
  name: string;
  type: string | undefined;
  isNull: boolean;
  children: [string, unknown][];
  text: string[];
};

type Open = {
  line: number;
  column: number;
  list: string;
  fields: Field[];
  characters: number;
  fault?: string;
};

const deepest = 500;
const usualCharacters = 16 * 1024 * 1024;

/**
 * Streams the records of a file in memory bounded by the longest. A record with a fault is yielded with it, and reading
 * goes on. Throws AttuneError 'data' for a file with a DTD, which could define entities that grow without end, and for
 * nesting without end.
 */
export async function* readXmlRecords(path: string, options: XmlRecordOptions): AsyncGenerator<JsonRecord> {
  const { Parser: XmlParser } = await import('htmlparser2');
  const found: JsonRecord[] = [];
  const at = { line: 1, start: 0, fed: 0, broken: false };
  let parser: Parser | undefined;
  const position = (): Position => ({
    line: at.line,
    column: Math.max(0, parser!.startIndex - at.start) + 1,
    end: parser!.endIndex,
  });
  parser = new XmlParser(recordHandler(path, options, { found, position, isBroken: () => at.broken }), {
    xmlMode: true,
    decodeEntities: true,
  });
  for await (const { text, broken } of decoded(path, options.encoding)) {
    at.broken = broken;
    for (let from = 0; from < text.length;) {
      const end = text.indexOf('\n', from) + 1 || text.length;
      parser.write(text.slice(from, end));
      at.fed += end - from;
      if (text[end - 1] === '\n') {
        at.line += 1;
        at.start = at.fed;
      }
      from = end;
    }
    yield* found.splice(0);
  }
  parser.end();
  yield* found;
}

/** Of the tag that is read, and where it ends. */
type Position = { line: number; column: number; end: number };

type Sink = {
  found: JsonRecord[];
  position: () => Position;
  /** Whether bytes that are being read were no UTF-8. */
  isBroken: () => boolean;
};

/** What Parser calls: a record is built from the opening of its element to the end, and everything else is passed over. */
function recordHandler(
  path: string,
  { elements, maxCharacters = usualCharacters }: XmlRecordOptions,
  { found, position, isBroken }: Sink,
): ConstructorParameters<typeof Parser>[0] {
  let depth = 0;
  let lastLine = 0;
  let open: Open | undefined;
  let opened = -1;
  const finish = (record: Open, value: unknown): void => {
    const { line, column, list, fault } = record;
    const place = { line, ...(line === lastLine && { column }), list };
    lastLine = line;
    found.push(fault === undefined ? { ...place, value } : { ...place, error: fault });
    open = undefined;
  };
  return {
    onopentag: (name, attributes) => {
      depth += 1;
      if (depth > deepest) throw refusal(path, `its XML is nested more than ${deepest} deep`);
      const list = Object.hasOwn(elements, name) ? elements[name] : undefined;
      const { line, column, end } = position();
      opened = end;
      if (open === undefined && list !== undefined) open = { line, column, list, fields: [], characters: 0 };
      open?.fields.push({
        name: name.replaceAll('-', '_'),
        type: attributes['type'],
        isNull: attributes['nil'] === 'true',
        children: [],
        text: [],
      });
    },
    ontext: (data) => {
      if (open === undefined) return;
      open.characters += data.length;
      if (open.characters > maxCharacters) open.fault ??= `the record has over ${maxCharacters} characters`;
      else open.fields.at(-1)!.text.push(data);
      if (isBroken() && data.includes('\ufffd')) open.fault ??= notUtf8;
    },
    onclosetag: (_name, isImplied) => {
      depth -= 1;
      if (open === undefined) return;
      // An element that is closed within its own tag is whole.
      if (isImplied && position().end !== opened) open.fault ??= 'its XML breaks off, or a tag is not closed';
      const field = open.fields.pop()!;
      const value = valueOf(field);
      const parent = open.fields.at(-1);
      if (parent) parent.children.push([field.name, value]);
      else finish(open, value);
    },
    onprocessinginstruction: (name) => {
      if (name.toLowerCase() === '!doctype')
        throw refusal(path, 'its XML has a DTD, which may define entities that grow without end');
    },
  };
}

function refusal(path: string, why: string): AttuneError {
  return new AttuneError('data', `${path} is refused: ${why}`, {
    fix: 'Exports of help desks have nothing of the kind; export it again.',
  });
}

/** Empty elements are null. Children of one name are a list, where the element is said to be one or its name is a plural. */
function valueOf({ name, type, isNull, children, text }: Field): unknown {
  if (isNull) return null;
  const names = new Set(children.map(([child]) => child));
  if (type === 'array' || (names.size === 1 && (children.length > 1 || name.endsWith('s'))))
    return children.map(([, value]) => value);
  if (names.size > 0) return Object.fromEntries(children);
  const content = text.join('');
  if (type === 'integer' && /^\s{0,9}-?\d{1,15}\s{0,9}$/.test(content)) return Number(content);
  if (type === 'boolean') return content.trim() === 'true';
  return content === '' ? null : content;
}

/** The text in chunks, and whether bytes in it were none; these have become U+FFFD. */
async function* decoded(
  path: string,
  encoding: TextEncoding | undefined,
): AsyncGenerator<{ text: string; broken: boolean }> {
  const lenient = new TextDecoder();
  let strict = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of readTextChunks(path, { encoding })) {
    let broken = false;
    try {
      strict.decode(chunk, { stream: true });
    } catch {
      broken = true;
      strict = new TextDecoder('utf-8', { fatal: true });
    }
    yield { text: lenient.decode(chunk, { stream: true }), broken };
  }
  const rest = lenient.decode();
  if (rest !== '') yield { text: rest, broken: true };
}
