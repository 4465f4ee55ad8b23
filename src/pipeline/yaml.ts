/** YAML to a plain value, with the place of every key and value. Knows nothing of what the file means. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type Node,
} from 'yaml';
import { AttuneError } from '../base/errors.ts';

export type Path = readonly (string | number)[];
export type Place = { line: number; column: number };

export type PlacedYaml = {
  value: unknown;
  /** Where the value at `path` starts; for a path that does not exist, where its nearest parent does. */
  placeOf: (path: Path) => Place;
  /** Where the key that `path` ends in is written. */
  placeOfKey: (path: Path) => Place;
};

/** A file for one person's settings needs few aliases; more is a mistake or an attack (each can multiply the size). */
const maxAliases = 100;

/** Parses one YAML document. Throws AttuneError 'config' with every syntax error and its place. */
export function parsePlacedYaml(text: string, file: string): PlacedYaml {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const documents = Array.isArray(parsed) ? (parsed as Document.Parsed[]) : [];
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems = documents
    .flatMap((document) => [...document.errors, ...document.warnings])
    .map((error) => describe(place(error.pos[0]), error.message));
  if (documents.length > 1) {
    const second = documents[1]!.range[0];
    problems.push(describe(place(second), 'a second document starts here; one file is one project'));
  }
  if (problems.length > 0) throw syntaxError(file, problems);
  const document = documents[0];
  let value: unknown = null;
  try {
    value = document?.toJS({ maxAliasCount: maxAliases }) ?? null;
  } catch (cause) {
    throw syntaxError(file, [describe({ line: 1, column: 1 }, (cause as Error).message)]);
  }
  const root = document?.contents ?? null;
  return {
    value,
    placeOf: (path) => place(findNode(document, root, path).value),
    placeOfKey: (path) => place(findNode(document, root, path).key),
  };

  function describe(where: Place, message: string): string {
    const reason = message.split('\n')[0]!.replace(/\.$/, '');
    const tab = /tab/i.test(reason) ? ' (indent with blanks)' : '';
    return `${file}:${where.line}:${where.column}  ${reason}${tab}`;
  }
}

/** One mistake may be many problems below it, and a file that is no YAML has one in every line. */
const mostProblems = 8;

function syntaxError(file: string, problems: readonly string[]): AttuneError {
  const count = problems.length === 1 ? 'one place' : `${problems.length} places`;
  const more = problems.length > mostProblems ? '\n  ...' : '';
  return new AttuneError(
    'config',
    `${file} is not valid YAML in ${count}\n  ${problems.slice(0, mostProblems).join('\n  ')}${more}`,
    {
      fix: 'Correct the syntax and run the same command again.',
    },
  );
}

/** Offsets of the key and of the value at `path`, as far down as the path exists. */
function findNode(
  document: Document.Parsed | undefined,
  root: Node | null,
  path: Path,
): { key: number; value: number } {
  let node: Node | null = root;
  let found = { key: 0, value: root?.range?.[0] ?? 0 };
  for (const step of path) {
    if (isAlias(node)) node = document === undefined ? null : (node.resolve(document) ?? null);
    let next: Node | null = null;
    let keyOffset: number | undefined;
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => String(isScalar(item.key) ? item.key.value : item.key) === String(step),
      );
      if (pair === undefined) break;
      keyOffset = (pair.key as Node).range?.[0];
      next = pair.value as Node | null;
    } else if (isSeq(node)) {
      next = (node.items[Number(step)] as Node | undefined) ?? null;
    }
    const valueOffset = next?.range?.[0] ?? keyOffset;
    if (valueOffset === undefined) break;
    found = { key: keyOffset ?? valueOffset, value: valueOffset };
    node = next;
  }
  return found;
}
