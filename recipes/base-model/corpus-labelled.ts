/** Short messages with labels, several to a chat: the assistant names the intent, and the slots as JSON where there are any. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import papaparse from 'papaparse';
import type { Message } from '../../src/data/example.ts';
import { conversation, groupsOf, type CorpusRecord } from './corpus-record.ts';
import { seededRandom, shuffled } from '../../src/base/random.ts';

type Labelled = { text: string; label: string };

const readable = (intent: string): string => intent.replaceAll('_', ' ');

function* chats(
  source: string,
  task: string,
  items: readonly Labelled[],
  each: number,
): Generator<CorpusRecord> {
  for (const [i, group] of groupsOf(shuffled(items, seededRandom(1, source)), each).entries()) {
    const turns = group.flatMap(({ text, label }): Message[] => [
      { role: 'user', content: text },
      { role: 'assistant', content: label },
    ]);
    yield conversation(source, String(i), [{ role: 'system', content: task }, ...turns]);
  }
}

export async function* clinc150(folder: string): AsyncGenerator<CorpusRecord> {
  const text = await readFile(join(folder, 'clinc150/data/data_full.json'), 'utf8');
  const data = JSON.parse(text) as Record<string, [text: string, intent: string][]>;
  const items = ['train', 'oos_train'].flatMap((part) =>
    (data[part] ?? []).map(([query, intent]) => ({
      text: query,
      label: intent === 'oos' ? 'other' : readable(intent),
    })),
  );
  yield* chats('clinc150', 'Say in a few words what the user wants.', items, 6);
}

export async function* banking77(folder: string): AsyncGenerator<CorpusRecord> {
  const csv = await readFile(join(folder, 'polyai/banking_data/train.csv'), 'utf8');
  const { data } = papaparse.parse<{ text: string; category: string }>(csv, {
    header: true,
    skipEmptyLines: true,
  });
  const items = data.map(({ text, category }) => ({ text: text.trim(), label: readable(category) }));
  yield* chats('banking77', 'You sort questions for a bank. Name the topic of each question.', items, 6);
}

type NluRecord = { text: string; intents?: string[]; slots?: Record<string, { text: string }> };

/** The first ten of the twenty folds; the others stay unseen for evaluations. */
export async function* nluPlusPlus(folder: string): AsyncGenerator<CorpusRecord> {
  for (const domain of ['banking', 'hotels']) {
    const items: Labelled[] = [];
    for (let fold = 0; fold < 10; fold++) {
      const path = join(folder, 'polyai/nlupp/data', domain, `fold${fold}.json`);
      for (const { text, intents = [], slots = {} } of JSON.parse(
        await readFile(path, 'utf8'),
      ) as NluRecord[]) {
        const found = Object.fromEntries(Object.entries(slots).map(([name, slot]) => [name, slot.text]));
        items.push({ text, label: JSON.stringify({ intents, ...found }) });
      }
    }
    yield* chats(
      `nlupp-${domain}`,
      `Give the intents and values of each ${domain} message as JSON.`,
      items,
      5,
    );
  }
}

type Turn = { conversationId: string; utterance: string; 'slot-labels': string; intent: string };

/** One half of the training conversations, the customer's turns only: that is all there is. */
export async function* multidogo(folder: string): AsyncGenerator<CorpusRecord> {
  for (const domain of ['airline', 'fastfood', 'insurance', 'media']) {
    const path = join(
      folder,
      'multidogo/data/paper_splits/splits_annotated_at_turn_level',
      domain,
      'train.tsv',
    );
    const tsv = await readFile(path, 'utf8');
    const { data } = papaparse.parse<Turn>(tsv, { header: true, delimiter: '\t', skipEmptyLines: true });
    const byConversation = Map.groupBy(data, (turn) => turn.conversationId);
    for (const [i, [id, turns]] of [...byConversation].entries()) {
      if (i % 2 === 1) continue;
      const labelled = turns.filter((turn) => turn.utterance.trim() !== '' && turn.intent !== '');
      const messages = labelled.flatMap((turn): Message[] => [
        { role: 'user', content: turn.utterance.replace(/\s+/g, ' ').trim() },
        { role: 'assistant', content: JSON.stringify({ intent: spaced(turn.intent), ...slotsOf(turn) }) },
      ]);
      if (messages.length === 0) continue;
      yield conversation('multidogo', id, [
        { role: 'system', content: `Label each ${domain} message with its intent and values.` },
        ...messages,
      ]);
    }
  }
}

/** "orderpizzaintent" is "order pizza": run-together names would take tokens from the vocabulary. */
const spaced = (intents: string): string =>
  intents
    .split('<div>')
    .map((intent) => intent.replace(/intent$/, '').replace(intentWords, '$1 '))
    .join(', ');
const intentWords =
  /(opening|closing|content|thank|start|transfer|upgrade|cancel|view|data|report|broken|get|proof|out|of|boarding|change|seat|check|claim|order|book)(?=[a-z])/g;

/** Neighbouring tokens with the same label are one value. Tokens are separated by exactly one space. */
function slotsOf(turn: Turn): Record<string, string> {
  const labels = turn['slot-labels'].split(' ');
  const slots: Record<string, string> = {};
  for (const [i, token] of turn.utterance.split(' ').entries()) {
    const label = labels[i]?.replace('datacategoryvalues', 'data') ?? 'O';
    if (label === 'O' || token.trim() === '') continue;
    slots[label] = slots[label] === undefined ? token : `${slots[label]} ${token}`;
  }
  return slots;
}
