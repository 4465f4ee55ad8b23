/**
 * Makes data/contracts.jsonl and data/statutes.jsonl.
 *
 *   node recipes/legal/pack.ts <CUAD_v1 folder> <full_contract_txt folder> <statutes folder>
 */
import { join } from 'node:path';
import { writeJsonLines } from '../../src/formats/jsonl.ts';
import { contractRecords, type LeftOut, readContracts } from './contracts.ts';
import { readParagraphs, statuteRecords } from './statutes.ts';

const [cuad, texts, laws] = process.argv.slice(2);
if (cuad === undefined || texts === undefined || laws === undefined)
  throw new Error(
    'Usage: node recipes/legal/pack.ts <CUAD_v1 folder> <full_contract_txt folder> <statutes folder>',
  );
const folder = join(import.meta.dirname, 'data');

const leftOut: LeftOut = { cells: 0, cutClauses: 0, notFound: 0, lengths: 0, contracts: 0 };
const contracts = readContracts(join(cuad, 'master_clauses.csv'), texts, leftOut);
const clauses = contractRecords(contracts);
const contractFile = await writeJsonLines(join(folder, 'contracts.jsonl'), clauses);
console.log(
  `${contracts.length} contracts (${leftOut.contracts} without a text). Of ${leftOut.cells} clauses left out: ${leftOut.cutClauses} with a part omitted, ` +
    `${leftOut.notFound} not found word for word, ${leftOut.lengths} too short or too long. ` +
    `${clauses.length} records, ${contractFile.byteLength} bytes`,
);
const paragraphs = await readParagraphs(laws);
const statutes = statuteRecords(paragraphs);
const statuteFile = await writeJsonLines(join(folder, 'statutes.jsonl'), statutes);
console.log(`${paragraphs.length} paragraphs. ${statutes.length} records, ${statuteFile.byteLength} bytes`);
