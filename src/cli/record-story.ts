/** What happened to one record, replayed from what the data stages left, with personal data masked as curation would. */
import { AttuneError } from '../base/errors.ts';
import { type DataFolders, explain } from '../data/explain-record.ts';
import { maskExample, maskStep } from '../data/mask-step.ts';
import { changedTexts, lastState, replay } from '../data/replay.ts';
import { makeRules } from '../data/rules.ts';
import type { Context } from './context.ts';
import { formatStory } from './data-text.ts';
import { folderIfFinished, folderOf } from './example-files.ts';

/** Prints the story of a record, named by id or place. Throws AttuneError 'config' when no ledger knows it. */
export async function tellStory(record: string, context: Context): Promise<void> {
  const project = await context.project();
  const story = await explain(record, await dataFolders(context));
  if (story === undefined)
    throw new AttuneError('config', `no ledger of this project knows a record ${JSON.stringify(record)}`, {
      fix: 'Take an id from ledger.jsonl of collect or curate (`attune show curate` names the folder), or a place such as chats.jsonl:12.',
    });
  const { curate: config } = project.config;
  const rules = await makeRules({ config, seed: project.config.seed, projectFolder: project.folder });
  const mask = rules.find(({ name }) => name === 'pii');
  const steps = story.collected ? replay(story.collected, rules) : [];
  const masked = steps.map((step) => maskStep(step, mask));
  const canMask = mask === undefined || 'decide' in mask;
  const last = story.collected && canMask && maskExample(lastState(story.collected, steps), mask);
  if (last && story.curated && story.events.some(({ rule }) => rule === 'boilerplate'))
    masked.push({ rule: 'boilerplate', reasons: [], texts: changedTexts(last, story.curated) });
  const left = story.curated ? undefined : last || undefined;
  const { collected: _raw, ...told } = story;
  context.result({ ...told, steps: masked, ...(left && { left }) }, formatStory(story, masked, left));
}

/** Folders of the stages that are finished for this project file. */
async function dataFolders(context: Context): Promise<DataFolders> {
  const folders: Partial<DataFolders> = {};
  for (const stage of ['synthesise', 'curate', 'split'] as const) {
    const folder = await folderIfFinished(context, stage);
    if (folder !== undefined) folders[stage] = folder;
  }
  return { ...folders, collect: await folderOf(context, 'collect') };
}
