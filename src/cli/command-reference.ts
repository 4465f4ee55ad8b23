/** The reference page of the command line, from the commands' own help. */
import type { Command } from 'commander';

/** Markdown: the help of the program and of every command. */
export function commandReference(program: Command): string {
  const lines = [
    '# Command line',
    '',
    'Results go to stdout, everything else to stderr. With `--json`, stdout holds JSON lines and the last one is the result (or the error). Exit codes: [exit-codes.md](exit-codes.md). This page is made from `--help`; run `node scripts/generate.ts` to make it again.',
    '',
  ];
  const add = (command: Command, path: string): void => {
    // Those of the program stand in its own section.
    const help = command.configureHelp({ showGlobalOptions: false }).helpInformation();
    lines.push(`## ${path}`, '', '```', help.trimEnd(), '```', '');
    for (const child of command.createHelp().visibleCommands(command)) add(child, `${path} ${child.name()}`);
  };
  add(program, program.name());
  return lines.join('\n').trimEnd() + '\n';
}
