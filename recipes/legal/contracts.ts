/** Records from CUAD: find a clause in a part of a contract, or say that it is not there; name a clause's kind. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { type Random, seededRandom, shuffled } from '../../src/base/random.ts';
import { splitSentences } from '../../src/text/sentences.ts';
import { parsePythonList } from './python-list.ts';
import { type LegalRecord, notPresent } from './records.ts';

/** A part of a contract and a clause that the small base's 1,024 tokens have room for, in characters. */
const partCharacters = 900;
const clauseCharacters = { least: 60, most: 420 };
/** Of each kind, drawn from as many contracts. */
const perKind = { find: 9, absent: 4, name: 7 };
const contractSource = 'CUAD v1';

/** A contract as one line of text, and its labelled clauses by kind. */
export type Contract = { name: string; text: string; clauses: ReadonlyMap<string, readonly string[]> };

export type LeftOut = {
  cells: number;
  cutClauses: number;
  notFound: number;
  lengths: number;
  contracts: number;
};

/** Reads master_clauses.csv and the folder of texts; `leftOut` counts what cannot be used. */
export function readContracts(csvPath: string, textFolder: string, leftOut: LeftOut): Contract[] {
  const { data } = Papa.parse<Record<string, string>>(readFileSync(csvPath, 'utf8'), {
    header: true,
    skipEmptyLines: true,
  });
  const files = new Map(readdirSync(textFolder).map((file) => [nameKey(file), file]));
  return data.flatMap((row) => {
    const name = row['Filename']!;
    const file = files.get(nameKey(name));
    if (file === undefined) {
      leftOut.contracts += 1;
      return [];
    }
    const text = oneLine(readFileSync(join(textFolder, file), 'utf8'));
    const clauses = new Map(
      kindsOf(row).map((kind) => [
        kind,
        parsePythonList(row[kind] || '[]').flatMap((clause) => usable(clause, text, leftOut)),
      ]),
    );
    return [{ name: name.replace(/\.pdf$/i, ''), text, clauses }];
  });
}

/** Twelve names differ between table and folder: in signs, blanks and the case of their ending. */
function nameKey(name: string): string {
  return name
    .replace(/\.(?:pdf|txt)$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

/** Columns of clauses; the others hold answers derived from them, names and dates. */
function kindsOf(row: Readonly<Record<string, string>>): string[] {
  const noClauses = new Set(['Filename', 'Document Name', 'Parties', 'Agreement Date', 'Effective Date']);
  return Object.keys(row).filter((column) => !/-\s?Answer$/.test(column) && !noClauses.has(column));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The clause on one line, where it stands in the contract word for word and is of a length that fits. */
function usable(clause: string, contract: string, leftOut: LeftOut): string[] {
  leftOut.cells += 1;
  const text = oneLine(clause);
  if (text.includes('<omitted>')) leftOut.cutClauses += 1;
  else if (!contract.includes(text)) leftOut.notFound += 1;
  else if (text.length < clauseCharacters.least || text.length > clauseCharacters.most) leftOut.lengths += 1;
  else return [text];
  return [];
}

export function contractRecords(
  contracts: readonly Contract[],
  questions: ReadonlyMap<string, string>,
): LegalRecord[] {
  const kinds = [...contracts[0]!.clauses.keys()];
  return kinds.flatMap((kind) => {
    const random = seededRandom(7, 'legal', kind);
    const order = shuffled(contracts, random);
    const having = order.filter(({ clauses }) => clauses.get(kind)!.length > 0);
    const without = order.filter(
      ({ clauses, text }) => clauses.get(kind)!.length === 0 && text.length > 2 * partCharacters,
    );
    const alone = having.flatMap((contract) =>
      soleClauses(contract, kind)
        .slice(0, 1)
        .map((clause) => ({ contract, clause })),
    );
    return [
      ...having.slice(0, perKind.find).map((contract) => findRecord(contract, kind, questions, random)),
      ...without.slice(0, perKind.absent).map((contract) => absentRecord(contract, kind, questions, random)),
      ...alone.slice(-perKind.name).map(({ contract, clause }) => nameRecord(contract, kind, clause)),
    ];
  });
}

/** Clauses that carry no other label: of those that do, two names are right. */
function soleClauses({ clauses }: Contract, kind: string): string[] {
  const others = [...clauses].flatMap(([other, texts]) => (other === kind ? [] : texts));
  return clauses
    .get(kind)!
    .filter((clause) => !others.some((text) => text.includes(clause) || clause.includes(text)));
}

function findRecord(
  contract: Contract,
  kind: string,
  questions: ReadonlyMap<string, string>,
  random: Random,
): LegalRecord {
  const clause = contract.clauses.get(kind)![0]!;
  const at = contract.text.indexOf(clause);
  const room = partCharacters - clause.length;
  const input = part(contract.text, at - random.integer(Math.max(1, room)), at, at + clause.length);
  return record(contract, kind, 'find', { instruction: question(kind, questions), input, output: clause });
}

function absentRecord(
  contract: Contract,
  kind: string,
  questions: ReadonlyMap<string, string>,
  random: Random,
): LegalRecord {
  const start = random.integer(contract.text.length - partCharacters);
  const input = part(contract.text, start, start, start);
  return record(contract, kind, 'absent', {
    instruction: question(kind, questions),
    input,
    output: notPresent,
  });
}

function nameRecord(contract: Contract, kind: string, clause: string): LegalRecord {
  return record(contract, kind, 'name', {
    instruction: 'Name the kind of this contract clause.',
    input: clause,
    output: kind,
  });
}

function question(kind: string, questions: ReadonlyMap<string, string>): string {
  return `Quote the clause of the kind "${kind}" from this part of a contract, or say that it is not present. ${questions.get(kind.toLowerCase()) ?? ''}`.trim();
}

/** About `partCharacters` from `start`, in whole sentences where there are any, with all from `from` to `to` in it. */
function part(text: string, start: number, from: number, to: number): string {
  const first = Math.max(0, start);
  const sentences = splitSentences(text.slice(first, first + partCharacters));
  let at = first;
  const kept: string[] = [];
  sentences.forEach((sentence, i) => {
    const end = at + sentence.length;
    const isWhole = i > 0 && i < sentences.length - 1;
    if (isWhole || (end > from && at < to) || sentences.length < 3) kept.push(sentence);
    at = end;
  });
  return kept.join('').trim();
}

function record(
  { name }: Contract,
  category: string,
  task: string,
  text: Pick<LegalRecord, 'instruction' | 'input' | 'output'>,
): LegalRecord {
  return {
    id: `cuad/${name}/${category}/${task}`,
    ...text,
    source: `${contractSource}: ${name}`,
    category,
    language: 'en',
    conversation_id: name,
  };
}

/** What each kind asks, from CUAD's own list of categories. */
export function readQuestions(readmePath: string): Map<string, string> {
  const text = readFileSync(readmePath, 'utf8').replace(/\s+/g, ' ');
  const found = [
    ...text.matchAll(/Category: (?:\(incl[^)]*\) )?(.{3,80}?) Description: (.{10,700}?) Answer Format:/g),
  ];
  return new Map(found.map(([, category, description]) => [kindName(category!), description!.trim()]));
}

/** The list of categories and the table name a few kinds differently. */
function kindName(category: string): string {
  const name = category.trim().toLowerCase();
  const renamed: Record<string, string> = {
    'notice to terminate renewal': 'notice period to terminate renewal',
    'right of first refusal, offer or negotiation (rofr/rofo/rofn)': 'rofr/rofo/rofn',
    'price restriction': 'price restrictions',
    'affiliate ip license-licensor': 'affiliate license-licensor',
    'affiliate ip license-licensee': 'affiliate license-licensee',
    'unlimited/all-you-can-eat license': 'unlimited/all-you-can-eat-license',
  };
  return renamed[name] ?? name;
}
