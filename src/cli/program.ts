/** The command line's shape: global options and every command, one file each. */
import { Command } from 'commander';
import { attuneVersion } from '../pipeline/provenance.ts';
import { addAdviseCommand } from './commands/advise.ts';
import { addChatCommand } from './commands/chat.ts';
import { addDataCommand } from './commands/data.ts';
import { addGcCommand } from './commands/gc.ts';
import { addInitCommand } from './commands/init.ts';
import { addPlanCommand } from './commands/plan.ts';
import { addRegistryCommand } from './commands/registry.ts';
import { addRunCommand } from './commands/run.ts';
import { addServeCommand } from './commands/serve.ts';
import { addShardCommand } from './commands/shard.ts';
import { addShowCommand } from './commands/show.ts';
import { addStatusCommand } from './commands/status.ts';
import type { Io } from './io.ts';

const firstSteps = `
To begin:
  attune init my-project         a folder with a project file and sample conversations
  cd my-project
  attune run --until curate      read and clean them; it names a report to open
  attune run                     the rest: train, compare with the base, register
  attune chat                    talk to the result
`;

/** Lines of help: as wide as reads well, and no wider than the terminal. */
const helpColumns = ({ terminal }: Io): number =>
  terminal.interactive ? Math.min(100, terminal.columns) : 100;

/** The whole command line; nothing that a command works with is loaded before it runs. */
export function buildProgram(io: Io): Command {
  const program = new Command('attune')
    .description(
      'Fine-tune a small language model on your own conversations, and measure, register and serve it.',
    )
    .version(attuneVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .option('-f, --file <file>', 'project file', 'attune.yaml')
    .option('--json', 'print JSON lines on stdout; the last one is the result')
    .option('-q, --quiet', 'print no progress')
    .option('--no-color', 'print no colours')
    .configureOutput({
      writeOut: io.stdout,
      writeErr: io.stderr,
      getOutHelpWidth: () => helpColumns(io),
      getErrHelpWidth: () => helpColumns(io),
    })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', firstSteps)
    .showHelpAfterError('(--help lists what is possible)')
    .exitOverride();
  const commands = [
    addInitCommand,
    addPlanCommand,
    addRunCommand,
    addStatusCommand,
    addShowCommand,
    addDataCommand,
    addAdviseCommand,
    addGcCommand,
    addRegistryCommand,
    addServeCommand,
    addChatCommand,
    addShardCommand,
  ];
  for (const add of commands) add(program, io);
  return program;
}
