import { readFile } from 'node:fs/promises';
import type { EvaluationFile, EvaluationRecord } from '../evaluation-file.ts';

/** Lines of `<language or country>|<sentence>`, an address in ⟦ ⟧; those without are made to look as if they held one. */
const line = /^([a-z]{2})\|([^⟦]*)(?:⟦([^⟧]+)⟧(.*))?$/;

const notes = {
  'worked-on': 'the rules for addresses were written while looking at these',
  'held-back': 'nobody looked at what was missed here',
};

/** Sentences of our own with addresses of some 45 countries, in two halves that were written before the rules. */
export async function inventedAddresses(half: keyof typeof notes): Promise<EvaluationFile> {
  const url = new URL(`addresses/${half}.txt`, import.meta.url);
  const lines = (await readFile(url, 'utf8')).trimEnd().split('\n');
  return {
    name: `invented addresses, ${half.replace('-', ' ')}`,
    scope: new Set(['LOCATION']),
    records: lines.map(toRecord),
    isEnglish: false,
    note: `Sentences of our own, half of them with an address and half with words and numbers that look like one; ${notes[half]}.`,
  };
}

function toRecord(written: string): EvaluationRecord {
  const [, language, before, address, after = ''] = line.exec(written) ?? [];
  if (language === undefined) throw new Error(`no sentence of invented addresses: ${written}`);
  if (address === undefined) return { text: before!, before: '', gold: [] };
  const start = before!.length;
  return {
    text: before! + address + after,
    before: '',
    gold: [{ start, end: start + address.length, type: 'LOCATION', label: language }],
  };
}
