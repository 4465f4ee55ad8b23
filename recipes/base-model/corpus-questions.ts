/**
 * Questions and answers as chats: sums (GSM8K), multiple choice (MMLU) and instructions (LLMBar).
 * Only training and development parts are read, so that the test parts stay unseen for benchmarks.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import papaparse from 'papaparse';
import { conversation, type CorpusRecord } from './corpus-record.ts';

export async function* gsm8k(folder: string): AsyncGenerator<CorpusRecord> {
  const lines = (await readFile(join(folder, 'gsm8k/grade_school_math/data/train.jsonl'), 'utf8'))
    .trim()
    .split('\n');
  for (const [i, line] of lines.entries()) {
    const { question, answer } = JSON.parse(line) as { question: string; answer: string };
    const worked = answer.replace(/<<[^>]*>>/g, '').replace(/\n#### *(.+)$/, '\nThe answer is $1.');
    yield conversation('gsm8k', String(i), [
      { role: 'user', content: question },
      { role: 'assistant', content: worked },
    ]);
  }
}

export async function* mmlu(folder: string): AsyncGenerator<CorpusRecord> {
  for (const split of ['dev', 'val']) {
    const root = join(folder, 'mmlu/data', split);
    for (const file of (await readdir(root)).filter((name) => name.endsWith('.csv')).sort()) {
      const subject = file.replace(`_${split}.csv`, '').replaceAll('_', ' ');
      const { data } = papaparse.parse<string[]>(await readFile(join(root, file), 'utf8'), {
        skipEmptyLines: true,
      });
      for (const [i, [question = '', ...rest]] of data.entries()) {
        const options = rest.slice(0, 4);
        const right = 'ABCD'.indexOf(rest[4] ?? '');
        if (right < 0) continue;
        const listed = options.map((option, k) => `${'ABCD'[k]}. ${option}`).join('\n');
        yield conversation('mmlu', `${split}-${file}-${i}`, [
          { role: 'system', content: `Answer the question about ${subject}.` },
          { role: 'user', content: `${question}\n${listed}` },
          { role: 'assistant', content: `${'ABCD'[right]}. ${options[right]}` },
        ]);
      }
    }
  }
}

type Comparison = { input: string; output_1: string; output_2: string; label: 1 | 2 };

export async function* llmbarNatural(folder: string): AsyncGenerator<CorpusRecord> {
  const path = join(folder, 'llmbar/Dataset/LLMBar/Natural/dataset.json');
  const comparisons = JSON.parse(await readFile(path, 'utf8')) as Comparison[];
  for (const [i, { input, label, output_1, output_2 }] of comparisons.entries()) {
    yield conversation('llmbar', String(i), [
      { role: 'user', content: input },
      { role: 'assistant', content: label === 1 ? output_1 : output_2 },
    ]);
  }
}
