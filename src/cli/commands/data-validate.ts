/** `attune data validate`: what would spoil a training, before it starts. */
import { type Command, Option } from 'commander';
import { type TaskType, taskTypes } from '../../data/validate/report.ts';
import { createContext } from '../context.ts';
import type { Io } from '../io.ts';

export function addValidate(data: Command, io: Io): void {
  data
    .command('validate')
    .description(
      'look for what would spoil a training: unreadable, empty, short or repeated records, roles, encoding, topics, counts',
    )
    .argument(
      '[set]',
      'a stage, an artifact id or a file of examples (default: the sources of the project file as they are)',
    )
    .addOption(
      new Option('--task <type>', 'what the data is to teach (default: told from the data)').choices(
        taskTypes,
      ),
    )
    .action(async (set: string | undefined, { task }: { task?: TaskType }, command: Command) => {
      const { validateSet } = await import('../validate-set.ts');
      await validateSet(set, task, createContext(io, command));
    });
}
