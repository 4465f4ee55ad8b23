/**
 * Makes data/dialogues.jsonl.br and data/responses.json from STAR as upstream publishes it.
 *
 *   node recipes/customer-support/pack.ts <dialogues.tar.gz> <tasks folder>
 *
 * The archive may hold anything else beside the dialogues: only files named <number>.json are read.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants, gunzipSync } from 'node:zlib';
import { writeFileAtomic } from '../../src/base/files.ts';
import type { Json } from '../../src/base/json.ts';
import type { PackedDialogue, PackedEvent } from './packed.ts';

type UpstreamEvent = {
  Agent: string;
  Action: string;
  UnixTime?: number;
  Text?: string;
  ActionLabel?: string;
  ActionLabelOptions?: string[];
  APIName?: string;
  Constraints?: Record<string, string>[];
  TotalItems?: number;
  Item?: Record<string, Json>;
  Task?: string;
};

type Answers = { Question: string; Answer: boolean }[];

type UpstreamDialogue = {
  DialogueID: number;
  CompletionLevel: string;
  AnonymizedUserWorkerID: string;
  AnonymizedWizardWorkerID: string;
  IntroducesConflicts: boolean;
  Scenario: { Happy: boolean; MultiTask: boolean; WizardCapabilities: { Task: string }[] };
  Events: UpstreamEvent[];
  UserQuestionnaire: Answers;
  WizardQuestionnaire: Answers;
};

function* tarFiles(archive: Buffer): Generator<{ name: string; bytes: Buffer }> {
  const text = (from: number, to: number): string =>
    archive.toString('latin1', from, to).replace(/\0.*$/s, '');
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const size = parseInt(text(at + 124, at + 136), 8);
    const isFile = archive[at + 156] === 0x30 || archive[at + 156] === 0;
    if (isFile) yield { name: text(at, at + 100), bytes: archive.subarray(at + 512, at + 512 + size) };
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

function packEvent(event: UpstreamEvent): PackedEvent | undefined {
  const text = event.Text ?? '';
  switch (`${event.Agent}/${event.Action}`) {
    case 'User/utter':
      return { user: text };
    case 'Wizard/request_suggestions':
      return { draft: text };
    case 'Wizard/utter':
      return event.ActionLabel === undefined ? { typed: text } : { typed: text, action: event.ActionLabel };
    case 'Wizard/pick_suggestion': {
      const action = event.ActionLabel ?? '';
      const others = [...new Set(event.ActionLabelOptions)].filter((label) => label !== action).sort();
      return others.length === 0 ? { reply: text, action } : { reply: text, action, others };
    }
    case 'Wizard/query':
      return {
        query: event.APIName ?? '',
        where: (event.Constraints ?? []).flatMap((constraint) => Object.entries(constraint)),
      };
    case 'KnowledgeBase/return_item': {
      const result = event.Item ?? null;
      if (result !== null) delete result['APIName'];
      return event.TotalItems === undefined || event.TotalItems < 0
        ? { result }
        : { result, total: event.TotalItems };
    }
    case 'Wizard/select_task':
      return { task: event.Task ?? '' };
    // User/complete only ends a dialogue; UserGuide/instruct is a stage direction; select_primary and
    // select_secondary say what the agent looked at on the screen.
    default:
      return undefined;
  }
}

function pack(dialogues: readonly UpstreamDialogue[]): PackedDialogue[] {
  const workers = new Map<string, number>();
  const worker = (id: string): number => {
    if (!workers.has(id)) workers.set(id, workers.size + 1);
    return workers.get(id)!;
  };
  const answers = (list: Answers): Record<string, boolean> =>
    Object.fromEntries(list.map(({ Question, Answer }) => [Question, Answer]));
  return dialogues.map((dialogue) => ({
    id: dialogue.DialogueID,
    level: dialogue.CompletionLevel,
    tasks: dialogue.Scenario.WizardCapabilities.map(({ Task }) => Task),
    happy: dialogue.Scenario.Happy,
    multi: dialogue.Scenario.MultiTask,
    conflicts: dialogue.IntroducesConflicts,
    startedAt: dialogue.Events.find((event) => event.UnixTime !== undefined)?.UnixTime ?? null,
    userWorker: worker(dialogue.AnonymizedUserWorkerID),
    agentWorker: worker(dialogue.AnonymizedWizardWorkerID),
    userAnswers: answers(dialogue.UserQuestionnaire),
    agentAnswers: answers(dialogue.WizardQuestionnaire),
    events: dialogue.Events.map(packEvent).filter((event) => event !== undefined),
  }));
}

const hasMessage = (dialogue: PackedDialogue): boolean =>
  dialogue.events.some((event) => 'user' in event || 'reply' in event || 'typed' in event);

const [archivePath, tasksFolder] = process.argv.slice(2);
if (archivePath === undefined || tasksFolder === undefined) {
  throw new Error('Usage: node recipes/customer-support/pack.ts <dialogues.tar.gz> <tasks folder>');
}
const folder = join(import.meta.dirname, 'data');

const upstream = [...tarFiles(gunzipSync(readFileSync(archivePath)))]
  .filter(({ name }) => /^\d+\.json$/.test(basename(name)))
  .map(({ bytes }) => JSON.parse(bytes.toString('utf8')) as UpstreamDialogue)
  .sort((a, b) => a.DialogueID - b.DialogueID);
const packed = pack(upstream).filter(hasMessage);
// Dialogues about the same task beside one another: they share their replies, so they compress better.
const group = ({ multi, tasks }: PackedDialogue): string => `${Number(multi)} ${tasks.join(' ')}`;
packed.sort((a, b) => (group(a) < group(b) ? -1 : group(a) > group(b) ? 1 : a.id - b.id));

const lines = Buffer.from(packed.map((dialogue) => `${JSON.stringify(dialogue)}\n`).join(''));
const compressed = brotliCompressSync(lines, {
  params: {
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: lines.length,
  },
});
await writeFileAtomic(join(folder, 'dialogues.jsonl.br'), compressed);

// Both wordings of a label, where the two upstream files differ: responses.json first, then the flow chart.
const responses: Record<string, Record<string, string[]>> = {};
for (const task of readdirSync(tasksFolder).sort()) {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(tasksFolder, task, file), 'utf8'));
  const offered = read('responses.json') as Record<string, string>;
  const chart = (read(`${task}.json`) as { replies: Record<string, string> }).replies;
  const labels = [...new Set([...Object.keys(offered), ...Object.keys(chart)])];
  responses[task] = Object.fromEntries(
    labels.map((label) => [
      label,
      [...new Set([offered[label], chart[label]])].filter((text) => text !== undefined),
    ]),
  );
}
await writeFileAtomic(join(folder, 'responses.json'), `${JSON.stringify(responses, null, 1)}\n`);

console.log(
  `${upstream.length} dialogues read, ${packed.length} packed (the others have no message): ` +
    `${lines.length} bytes of JSON lines, ${compressed.length} compressed`,
);
