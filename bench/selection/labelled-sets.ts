/** Sets in which it is known what is to be answered, so that a small model can be trained on any choice of them in seconds. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examples as starExamples } from '../../recipes/customer-support/star.ts';
import { type Random, shuffled } from '../../src/base/random.ts';
import type { Example } from '../../src/data/example.ts';
import { readCsv } from '../../src/formats/csv.ts';

/** One thing to learn: what is known before, as names of features, and what is right. */
export type Task = { features: string[]; label: string };
export type Labelled = { example: Example; tasks: Task[] };

export type LabelledSet = {
  name: string;
  /** What is to be told, and what the topics are. */
  about: string;
  /** Whether there are replies that quality can score. */
  hasReplies: boolean;
  /** Divides the set anew with each random stream, where its authors have not. */
  split: (random: Random) => { train: Labelled[]; test: Labelled[] };
};

/** The recipe's conversations, and with a folder the public sets in it. */
export async function readLabelledSets(folder: string | undefined): Promise<LabelledSet[]> {
  const sets = [await readStar()];
  if (folder !== undefined)
    sets.push(await readBanking(folder), await readClinc(folder), await readMultidogo(folder));
  return sets;
}

/** Single words and pairs of neighbours, each marked with where it stands. */
function wordsAndPairs(text: string, place: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}']{1,40}/gu) ?? [];
  return words.flatMap((word, i) =>
    i === 0 ? [place + word] : [place + word, `${place}${words[i - 1]} ${word}`],
  );
}

async function readStar(): Promise<LabelledSet> {
  const all: Labelled[] = [];
  for await (const example of starExamples({ only: 'single-task', happy: true }))
    all.push({ example, tasks: nextActions(example) });
  return {
    name: 'STAR',
    about: 'the next of 166 actions; 24 topics',
    hasReplies: true,
    split: (random) => divide(shuffled(all, random), 0.2),
  };
}

/** What the agent does at each turn, told from the topic, the last turns of both and what a query brought. */
export function nextActions({ messages, meta }: Example): Task[] {
  const tasks: Task[] = [];
  let asked = '';
  let replied = '';
  let found: string | undefined;
  for (const { role, content, toolCalls, meta: facts } of messages) {
    if (role === 'user') {
      asked = content;
      found = undefined;
    } else if (role === 'tool') found = content;
    else if (role === 'assistant') {
      const features = [
        `topic ${meta.topic}`,
        ...wordsAndPairs(asked, 'asked '),
        ...wordsAndPairs(replied, 'replied '),
        ...(found === undefined ? [] : ['found', ...wordsAndPairs(found.slice(0, 100), 'found ')]),
      ];
      tasks.push({ features: [...new Set(features)], label: String(facts?.['action'] ?? 'custom') });
      replied = toolCalls === undefined ? content : '(query)';
    }
  }
  return tasks;
}

/** A message and its intent. */
function utterance(id: string, text: string, intent: string, topic?: string): Labelled {
  const meta = { id, source: 'set', language: 'en', ...(topic !== undefined && { topic }) };
  return {
    example: { messages: [{ role: 'user', content: text }], meta },
    tasks: [{ features: [...new Set(wordsAndPairs(text, ''))], label: intent }],
  };
}

async function readRows(file: string): Promise<Record<string, string>[]> {
  const rows: Record<string, string>[] = [];
  for await (const { line, value, error } of readCsv(file)) {
    if (error !== undefined) throw new Error(`${file}:${line}: ${error}`);
    rows.push(value);
  }
  return rows;
}

async function readBanking(folder: string): Promise<LabelledSet> {
  const read = async (name: string): Promise<Labelled[]> =>
    (await readRows(join(folder, 'polyai/banking_data', `${name}.csv`))).map((row, i) =>
      utterance(`${name}-${i}`, row['text']!, row['category']!),
    );
  const [train, test] = [await read('train'), await read('test')];
  return {
    name: 'Banking77',
    about: 'one of 77 intents; no topics, so clusters',
    hasReplies: false,
    split: () => ({ train, test }),
  };
}

async function readClinc(folder: string): Promise<LabelledSet> {
  const read = async <T>(name: string): Promise<T> =>
    JSON.parse(await readFile(join(folder, 'clinc150/data', name), 'utf8')) as T;
  const domains = Object.entries(await read<Record<string, string[]>>('domains.json'));
  const domainOf = new Map(domains.flatMap(([domain, intents]) => intents.map((one) => [one, domain])));
  const splits = await read<Record<string, [text: string, intent: string][]>>('data_full.json');
  const all = ['train', 'test'].flatMap((name) =>
    splits[name]!.map(([text, intent], i) => utterance(`${name}-${i}`, text, intent, domainOf.get(intent))),
  );
  return {
    name: 'CLINC150, skewed',
    about: 'one of 150 intents, the commonest 16 times as common as the rarest; 10 topics',
    hasReplies: false,
    split: (random) => divide(shuffled(skew(all, random), random), 0.25),
  };
}

/** All of one label, half of the ninth after it, a third of the seventeenth and so on, in a drawn order; at least eight of each. */
function skew(items: readonly Labelled[], random: Random): Labelled[] {
  const byLabel = [...Map.groupBy(items, ({ tasks }) => tasks[0]!.label).values()];
  return shuffled(byLabel, random).flatMap((group, rank) =>
    shuffled(group, random).slice(0, Math.max(8, Math.round(group.length / (1 + rank / 8)))),
  );
}

async function readMultidogo(folder: string): Promise<LabelledSet> {
  const read = async (name: string): Promise<Labelled[]> => {
    const conversations: Labelled[] = [];
    for (const domain of ['airline', 'fastfood', 'insurance', 'media']) {
      const path = `multidogo/data/paper_splits/splits_annotated_at_turn_level/${domain}/${name}.tsv`;
      const rows = await readRows(join(folder, path));
      for (const [id, turns] of Map.groupBy(rows, (row) => row['conversationId']!))
        conversations.push(customerTurns(`${domain}-${id}`, domain, turns));
    }
    return conversations;
  };
  const [train, test] = [await read('train'), await read('test')];
  return {
    name: 'MultiDoGO',
    about: 'the intent of each of the customer’s turns; 4 topics',
    hasReplies: false,
    split: () => ({ train, test }),
  };
}

function customerTurns(id: string, topic: string, turns: readonly Record<string, string>[]): Labelled {
  return {
    example: {
      messages: turns.map(({ utterance: content }) => ({ role: 'user', content: content! })),
      meta: { id, source: 'set', topic, language: 'en' },
    },
    tasks: turns.map(({ utterance: text, intent }, i) => ({
      features: [
        `topic ${topic}`,
        ...new Set([
          ...wordsAndPairs(text!, 'says '),
          ...wordsAndPairs(turns[i - 1]?.['utterance'] ?? '', 'said '),
        ]),
      ],
      label: intent!,
    })),
  };
}

function divide(items: readonly Labelled[], testShare: number): { train: Labelled[]; test: Labelled[] } {
  const cut = Math.round(items.length * testShare);
  return { train: items.slice(cut), test: items.slice(0, cut) };
}
