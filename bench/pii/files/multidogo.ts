import { join } from 'node:path';
import { readCsv } from '../../../src/formats/csv.ts';
import type { EvaluationFile, EvaluationRecord, LabelledSpan } from '../evaluation-file.ts';
import { scopeOf } from '../evaluation-file.ts';
import { goldTypes } from '../labels.ts';

const domains = ['airline', 'fastfood', 'insurance', 'media'];

/**
 * MultiDoGO's turns of one part: what customers typed, in lower case and without punctuation. Neighbouring tokens of one label
 * are one span. The agent's turns are not in the data, so what stands before is the customer's own turn before.
 */
export async function multidogo(folder: string, part: 'train' | 'test'): Promise<EvaluationFile> {
  const records: EvaluationRecord[] = [];
  for (const domain of domains) {
    const path = join(
      folder,
      'multidogo',
      'data',
      'paper_splits',
      'splits_annotated_at_turn_level',
      domain,
      `${part}.tsv`,
    );
    let last = { conversation: '', text: '' };
    for await (const { value } of readCsv(path, { delimiter: '\t' })) {
      if (value === undefined) continue;
      const text = value['utterance'] ?? '';
      const conversation = value['conversationId'] ?? '';
      if (text !== '')
        records.push({
          text,
          before: conversation === last.conversation ? last.text : '',
          gold: goldOf(text, (value['slot-labels'] ?? '').split(' ')),
        });
      last = { conversation, text };
    }
  }
  return {
    name: part === 'train' ? 'MultiDoGO slots' : 'MultiDoGO slots, test parts',
    scope: scopeOf(records),
    records,
    isEnglish: true,
    note: 'Customer turns, lower case, no punctuation. E-mail addresses have neither "@" nor a dot: those of large providers can be told all the same. Social security and policy numbers are mostly bare digits after a question that is not in the data: no pattern can find these.',
    notByPattern: ['SSN', 'ACCOUNT'],
  };
}

function goldOf(text: string, labels: readonly string[]): LabelledSpan[] {
  const spans: LabelledSpan[] = [];
  let at = 0;
  let open: LabelledSpan | undefined;
  text.split(' ').forEach((token, i) => {
    const label = labels[i] ?? 'O';
    const type = goldTypes[label];
    const end = at + token.length;
    if (type === undefined) open = undefined;
    else if (open?.label === label) open.end = end;
    else spans.push((open = { start: at, end, type, label }));
    at = end + 1;
  });
  return spans.filter(({ start, end }) => end > start);
}
