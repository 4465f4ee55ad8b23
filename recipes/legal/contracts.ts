/** Records from CUAD: name the kind of a clause; read from a clause which law governs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { seededRandom, shuffled } from '../../src/base/random.ts';
import { parsePythonList } from './python-list.ts';
import type { LegalRecord, Task } from './records.ts';

/** Longer clauses make training slower and name their kind no better. */
const clauseCharacters = { least: 60, most: 420 };
/** Of each kind, from as many contracts; a kind that fewer contracts have is left out. */
const perKind = 100;
const lawKind = 'Governing Law';
const contractSource = 'CUAD v1';

/** A contract's labelled clauses by kind, each on one line. */
export type Contract = {
  name: string;
  clauses: ReadonlyMap<string, readonly string[]>;
  /** As the annotators put it, such as "New York"; empty where they found none. */
  governingLaw: string;
};

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
    const governingLaw = oneLine(row[`${lawKind}-Answer`] ?? '');
    return [{ name: name.replace(/\.pdf$/i, ''), clauses, governingLaw }];
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

/**
 * Clauses to be named, of the kinds that enough contracts have, and clauses on the governing law to be read. One clause of
 * a contract is drawn for a kind, and the contracts whose governing law is asked for are others than those that name it.
 */
export function contractRecords(contracts: readonly Contract[]): LegalRecord[] {
  const kinds = [...contracts[0]!.clauses.keys()];
  return kinds.flatMap((kind) => {
    const drawn = shuffled(contracts, seededRandom(7, 'legal', kind)).flatMap((contract) =>
      soleClauses(contract, kind)
        .slice(0, 1)
        .map((clause) => ({ contract, clause })),
    );
    if (drawn.length < perKind) return [];
    const named = drawn.slice(0, perKind).map((one) => nameRecord(kind, one));
    const asked = kind === lawKind ? drawn.slice(perKind).flatMap(lawRecord) : [];
    return [...named, ...asked].map((one, i) => ({ id: `${kind}/${i + 1}`, ...one }));
  });
}

/** Clauses that carry no other label: of those that do, two names are right. */
function soleClauses({ clauses }: Contract, kind: string): string[] {
  const others = [...clauses].flatMap(([other, texts]) => (other === kind ? [] : texts));
  return clauses
    .get(kind)!
    .filter((clause) => !others.some((text) => text.includes(clause) || clause.includes(text)));
}

type Clause = { contract: Contract; clause: string };
type Unnumbered = Omit<LegalRecord, 'id'>;

function nameRecord(kind: string, { contract, clause }: Clause): Unnumbered {
  return record(contract, kind, 'name', {
    instruction: 'Name the kind of this contract clause.',
    input: clause,
    output: kind,
  });
}

/** Where the annotators' answer stands in the clause word for word: it is to be read, not known. */
function lawRecord({ contract, clause }: Clause): Unnumbered[] {
  const { governingLaw } = contract;
  if (governingLaw === '' || !clause.includes(governingLaw)) return [];
  return [
    record(contract, lawKind, 'law', {
      instruction: 'Which law governs this contract?',
      input: clause,
      output: governingLaw,
    }),
  ];
}

function record(
  { name }: Contract,
  category: string,
  task: Task,
  text: Pick<LegalRecord, 'instruction' | 'input' | 'output'>,
): Unnumbered {
  return {
    ...text,
    source: `${contractSource}: ${name}`,
    category,
    task,
    language: 'en',
    conversation_id: name,
  };
}
