/** `attune data`: what the data stages did, to a record and to a whole set. */
import type { Command } from 'commander';
import { createContext } from '../context.ts';
import { exampleFiles } from '../example-files.ts';
import type { Io } from '../io.ts';
import { addCompareSelection } from './data-compare-selection.ts';
import { addExport } from './data-export.ts';
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
  addExport(data, io);
}

function addDiff(data: Command, io: Io): void {
  data
    .command('diff')
    .description('compare two data sets: which records came, went or changed, and how their make-up differs')
    .argument('<a>', 'a stage (collect, curate, split), an artifact id, or a file of examples')
    .argument('<b>', 'the same, to compare it with')
    .action(async (a: string, b: string, _options: object, command: Command) => {
      const context = createContext(io, command);
      const { diffExamples } = await import('../../data/diff-examples.ts');
      const { formatDiff } = await import('../data-text.ts');
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
      const { tellStory } = await import('../record-story.ts');
      await tellStory(record, createContext(io, command));
    });
}
