/** `attune data`: what the data stages did, to a record and to a whole set. */
import type { Command } from 'commander';
import { AttuneError } from '../../base/errors.ts';
import { diffExamples } from '../../data/diff.ts';
import { type DataFolders, explain } from '../../data/explain.ts';
import { maskExample, maskStep } from '../../data/mask-step.ts';
import { changedTexts, lastState, replay } from '../../data/replay.ts';
import { makeRules } from '../../data/rules.ts';
import { createContext, type Context } from '../context.ts';
import { formatDiff, formatStory } from '../data-text.ts';
import { exampleFiles, folderOf } from '../example-files.ts';
import type { Io } from '../io.ts';
import { addCompareSelection } from './data-compare-selection.ts';
import { addValidate } from './data-validate.ts';

export function addDataCommand(program: Command, io: Io): void {
  const data = program
    .command('data')
    .description('look at what was collected and curated')
    .helpCommand(false);
  addDiff(data, io);
  addExplain(data, io);
  addValidate(data, io);
  addCompareSelection(data, io);
}

function addDiff(data: Command, io: Io): void {
  data
    .command('diff')
    .description('compare two data sets: which records came, went or changed, and how their make-up differs')
    .argument('<a>', 'a stage (collect, curate, split), an artifact id, or a file of examples')
    .argument('<b>', 'the same, to compare it with')
    .action(async (a: string, b: string, _options: object, command: Command) => {
      const context = createContext(io, command);
      const diff = await diffExamples(await exampleFiles(context, a), await exampleFiles(context, b));
      context.result(diff, formatDiff(diff, a, b));
    });
}

function addExplain(data: Command, io: Io): void {
  data
    .command('explain')
    .description(
      "tell one record's whole story: where it came from, what each rule did to it, where it is now",
    )
    .argument('<record>', 'its id, or its place as in chats.jsonl:12')
    .action(async (record: string, _options: object, command: Command) => {
      const context = createContext(io, command);
      const project = await context.project();
      const story = await explain(record, await dataFolders(context));
      if (story === undefined)
        throw new AttuneError(
          'config',
          `no ledger of this project knows a record ${JSON.stringify(record)}`,
          {
            fix: 'Take an id from ledger.jsonl of collect or curate (`attune show curate` names the folder), or a place such as chats.jsonl:12.',
          },
        );
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
    });
}

/** Folders of the stages that are finished for this project file. */
async function dataFolders(context: Context): Promise<DataFolders> {
  const folders: Partial<DataFolders> = {};
  for (const stage of ['synthesise', 'curate', 'split'] as const)
    try {
      folders[stage] = await folderOf(context, stage);
    } catch (cause) {
      if (!(cause instanceof AttuneError)) throw cause;
    }
  return { ...folders, collect: await folderOf(context, 'collect') };
}
