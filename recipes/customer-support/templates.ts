/**
 * Makes templates.json, the wordings by which a reply is told to be one of the agents' ready-made ones.
 *
 *   node recipes/customer-support/templates.ts
 *
 * 1. The wordings that upstream publishes (data/responses.json).
 * 2. For the replies that are nothing but a slot (a trivia question, a step of the directions): the database's texts.
 * 3. Texts that agents picked under a label which none of those fits: older wordings, and labels that upstream does
 *    not list. Only from multi-task and unhappy dialogues, and only where two of them have the text, so that no
 *    happy single-task dialogue, the kind that the recipe is scored on, contributes.
 *
 * A wording tells what label a text has. It does not tell when the label is right, so knowing it gives no model an
 * advantage.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../src/base/files.ts';
import { matchAction, parseTemplates } from '../../src/evaluate/action-templates.ts';
import { customAction } from '../../src/evaluate/next-action.ts';
import type { PackedDialogue } from './packed.ts';
import { readDialogues } from './star.ts';

type Labels = Record<string, string[]>;
type Pick = { topic: string; action: string; text: string };

/** Replies that are nothing but a slot, and the fields of a database answer that fill it. */
const slotOnlyReplies: Record<string, RegExp> = {
  trivia_ask_question: /^Question$/,
  spaceship_inform_outcome: /^Message$/,
  trip_inform_detailed_step: /Instructions$/,
};

const folder = import.meta.dirname;
const dialogues = await readDialogues();
const published = JSON.parse(await readFile(join(folder, 'data', 'responses.json'), 'utf8')) as Record<
  string,
  Labels
>;
const templates: Record<string, Labels> = { '*': {} };

// The flow charts also name their branches (`yes`, `query_success`); a label that nobody ever picked is no reply.
const pickedLabels = new Set(dialogues.flatMap(picksOf).map(({ action }) => action));
for (const [task, labels] of Object.entries(published)) {
  for (const [label, wordings] of Object.entries(labels)) {
    if (!pickedLabels.has(label)) continue;
    for (const wording of wordings) if (!isOnlySlots(wording)) add(task, label, wording);
    if (slotOnlyReplies[label] !== undefined) {
      for (const text of databaseTexts(task, slotOnlyReplies[label])) add(task, label, text);
    }
  }
}

const known = parseTemplates(templates);
const missing = new Map<string, { pick: Pick; dialogues: Set<number> }>();
for (const dialogue of dialogues.filter(({ multi, happy }) => multi || !happy)) {
  for (const pick of picksOf(dialogue)) {
    if (matchAction(pick.text, known, pick.topic).includes(pick.action)) continue;
    const key = JSON.stringify([pick.topic, pick.action, pick.text]);
    if (!missing.has(key)) missing.set(key, { pick, dialogues: new Set() });
    missing.get(key)!.dialogues.add(dialogue.id);
  }
}
for (const { pick, dialogues: seenIn } of missing.values()) {
  if (seenIn.size >= 2) add(pick.topic, pick.action, pick.text);
}

/** The ready-made replies of a dialogue. The topic is the task the agent was at, `*` where the data do not say. */
function picksOf(dialogue: PackedDialogue): Pick[] {
  const picks: Pick[] = [];
  let topic = dialogue.multi ? '*' : dialogue.tasks[0]!;
  for (const event of dialogue.events) {
    if ('task' in event) topic = event.task;
    else if ('reply' in event && event.action !== customAction)
      picks.push({ topic, action: event.action, text: event.reply });
  }
  return picks;
}

function databaseTexts(task: string, field: RegExp): string[] {
  const results = dialogues
    .filter(({ multi, tasks }) => !multi && tasks[0] === task)
    .flatMap(({ events }) =>
      events.flatMap((event) => ('result' in event && event.result !== null ? [event.result] : [])),
    );
  const values = results.flatMap((result) =>
    Object.entries(result)
      .filter(([name]) => field.test(name))
      .flatMap(([, value]) => value),
  );
  return [...new Set(values.filter((value) => typeof value === 'string'))].sort();
}

function isOnlySlots(wording: string): boolean {
  return !/[\p{L}\p{N}]/u.test(wording.replace(/\{[^}]*\}/g, ''));
}

/** Adds a wording under its topic and under `*`. */
function add(topic: string, label: string, wording: string): void {
  for (const name of new Set([topic, '*'])) {
    const wordings = ((templates[name] ??= {})[label] ??= []);
    if (!wordings.includes(wording)) wordings.push(wording);
  }
}

await writeFileAtomic(join(folder, 'templates.json'), `${JSON.stringify(templates, null, 1)}\n`);
const count = Object.values(templates).reduce((sum, labels) => sum + Object.values(labels).flat().length, 0);
console.log(`${Object.keys(templates).length} topics, ${count} wordings`);
