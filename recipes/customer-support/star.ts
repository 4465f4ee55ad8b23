/**
 * Reads the packed STAR dialogues as examples for Attune (`collect.sources: - module: ./star.ts`).
 *
 * Customer and agent become user and assistant; what the agent asked the database becomes a tool call, the answer a
 * tool message. Stage directions, what the agent typed to find a ready-made reply, and what the agent only looked at
 * are left out: the customer never saw them. Each agent turn is one message, as in the data, where a customer turn
 * is always followed by any number of queries and exactly one reply.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import type { Json } from '../../src/base/json.ts';
import type { Example, ExampleMeta, Message } from '../../src/data/example.ts';
import { parseExpression } from './expression.ts';
import { notPicked } from './offers.ts';
import type { Responses } from './offers.ts';
import type { PackedDialogue, PackedEvent } from './packed.ts';

export type StarOptions = {
  /** `single-task` leaves out the dialogues in which the customer wants several things. */
  only?: 'single-task' | 'all';
  /** true keeps the dialogues whose script has no obstacles, false the others. Every multi-task dialogue is in the latter. */
  happy?: boolean;
};

/** The topic of a dialogue about more than one of the 24 tasks. */
export const multiTaskTopic = 'multi_task';

/** Complete dialogues in the order of their ids. Those that broke off are left out: their last turn has no reply. */
export async function* examples(options: StarOptions = {}): AsyncGenerator<Example> {
  checkOptions(options);
  const { only = 'all', happy } = options;
  const dialogues = (await readDialogues())
    .filter(({ level }) => level === 'Complete')
    .filter(({ multi }) => only === 'all' || !multi)
    .filter((dialogue) => happy === undefined || dialogue.happy === happy)
    .sort((a, b) => a.id - b.id);
  const responses = await readResponses();
  for (const dialogue of dialogues) yield toExample(dialogue, responses);
}

function checkOptions(options: Readonly<Record<string, unknown>>): void {
  const { only, happy, ...others } = options;
  const [unknown] = Object.keys(others);
  const refuse = (what: string): never => {
    throw new TypeError(`star.ts: ${what}`);
  };
  if (unknown !== undefined) refuse(`there is no option "${unknown}"; there are only, happy`);
  if (only !== undefined && only !== 'single-task' && only !== 'all')
    refuse(`option only is ${JSON.stringify(only)}; it can be "single-task" or "all"`);
  if (happy !== undefined && typeof happy !== 'boolean')
    refuse(`option happy is ${JSON.stringify(happy)}; it can be true or false`);
}

const packedFile = join(import.meta.dirname, 'data', 'dialogues.jsonl.br');
const responsesFile = join(import.meta.dirname, 'data', 'responses.json');

/** What the examples are made from: when it changes, they are made again. */
export const files = (): string[] => [packedFile, responsesFile];

/** The wordings of the ready-made replies. */
export async function readResponses(): Promise<Responses> {
  return JSON.parse(await readFile(responsesFile, 'utf8')) as Responses;
}

/** Every packed dialogue, as it is. */
export async function readDialogues(): Promise<PackedDialogue[]> {
  const compressed = await readFile(packedFile);
  const lines = brotliDecompressSync(compressed).toString('utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as PackedDialogue);
}

/** One dialogue as a conversation; with the wordings, replies know what was offered beside them. */
export function toExample(dialogue: PackedDialogue, responses: Responses = {}): Example {
  const meta: ExampleMeta = {
    id: `star-${dialogue.id}`,
    source: 'star',
    topic: dialogue.multi ? multiTaskTopic : dialogue.tasks[0]!,
    language: 'en',
    happy: dialogue.happy,
    multi_task: dialogue.multi,
    tasks: dialogue.tasks.join(','),
    user_worker: dialogue.userWorker,
  };
  const outcome = outcomeOf(dialogue.userAnswers);
  if (outcome !== undefined) meta.outcome = outcome;
  if (dialogue.startedAt !== null) meta.createdAt = new Date(dialogue.startedAt * 1000).toISOString();
  return { messages: toMessages(dialogue, responses), meta };
}

function toMessages({ events, tasks }: PackedDialogue, responses: Responses): Message[] {
  const messages: Message[] = [];
  let tool = '';
  let known: Record<string, Json> = {};
  for (const event of events) {
    if ('user' in event) messages.push({ role: 'user', content: event.user });
    else if ('reply' in event) messages.push(pickedReply(event, tasks, responses));
    else if ('typed' in event) messages.push(agentReply(event.typed, event.action ?? 'custom', true));
    else if ('query' in event) {
      tool = event.query;
      known = toArguments(event.where);
      messages.push({
        role: 'assistant',
        content: '',
        toolCalls: [{ name: tool, arguments: known }],
        meta: { action: 'query', typed: false },
      });
    } else if ('result' in event) {
      messages.push({ role: 'tool', name: tool, content: toolAnswer(event.result, known) });
    }
  }
  return messages;
}

const agentReply = (content: string, action: string, typed: boolean): Message => ({
  role: 'assistant',
  content,
  meta: { action, typed },
});

function pickedReply(
  event: Extract<PackedEvent, { reply: string }>,
  tasks: readonly string[],
  responses: Responses,
): Message {
  const message = agentReply(event.reply, event.action, event.action === 'custom');
  const rejected = notPicked(event, tasks, responses);
  return rejected.length === 0 ? message : { ...message, rejected, meta: { ...message.meta, picked: true } };
}

/** Digits that are no quantity: text, as some begin with a zero, and what hides personal data looks at texts. */
const codeSlots: ReadonlySet<string> = new Set(['AccountNumber', 'PIN', 'Code']);

/** Slots with their values; a slot left empty goes, and two bounds on one slot are joined. */
function toArguments(where: readonly (readonly [string, string])[]): Record<string, Json> {
  const result: Record<string, Json> = {};
  for (const [slot, expression] of where) {
    const parsed = parseExpression(expression);
    if (isEmpty(parsed)) continue;
    const value = codeSlots.has(slot) && typeof parsed === 'number' ? String(parsed) : parsed;
    const name = snakeCase(slot);
    const before = result[name];
    const trimmed = typeof value === 'string' ? value.trim() : value;
    result[name] = isObject(before) && isObject(trimmed) ? { ...before, ...trimmed } : trimmed;
  }
  return result;
}

/**
 * The fields of a result that say something new: not those that repeat what was asked, and a row's number only where
 * a reply can name it (rides and flights).
 */
function toolAnswer(
  result: Readonly<Record<string, Json>> | null,
  known: Readonly<Record<string, Json>>,
): string {
  if (result === null) return '{"result":"nothing found"}';
  const asked = new Set(Object.values(known));
  const isBookable = 'LicensePlate' in result || 'Airline' in result;
  const kept = Object.entries(result).filter(([name, value]) => {
    if (name === 'id') return isBookable;
    if (isEmpty(value)) return false;
    return typeof value === 'boolean' || typeof value === 'number' || !asked.has(value);
  });
  return JSON.stringify(Object.fromEntries(kept.map(([name, value]) => [snakeCase(name), value])));
}

/** The customer's answer to the question whether the matter was settled; the other questions are about manners. */
function outcomeOf(answers: Readonly<Record<string, boolean>>): 'resolved' | 'unresolved' | undefined {
  const question = Object.keys(answers).find((text) => !/stay calm|enjoy|about rain/.test(text));
  if (question === undefined) return undefined;
  return answers[question] === true ? 'resolved' : 'unresolved';
}

/** `DepartureLocation` to `departure_location`: how tools name things today, and 8% fewer tokens in a query. */
const snakeCase = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmpty = (value: Json): boolean => value === null || value === '';
