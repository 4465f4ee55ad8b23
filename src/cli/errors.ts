/** How failures leave the program: one table of exit codes, and what is printed. */
import { CommanderError } from 'commander';
import { AttuneError, type ErrorCode } from '../base/errors.ts';
import { asStorageError } from '../base/storage-error.ts';

export type ExitMeaning = { exit: number; meaning: string };

/** Exit code of each kind of error. Published: a number never changes its meaning. */
export const exitCodes: Record<ErrorCode, ExitMeaning> = {
  config: { exit: 2, meaning: 'The command line or the project file is wrong.' },
  data: { exit: 3, meaning: 'The data is wrong: unreadable sources, too many bad records, nothing left.' },
  training: { exit: 4, meaning: 'Training or evaluation failed.' },
  backend: { exit: 4, meaning: 'Generating replies failed.' },
  parity: { exit: 5, meaning: 'The exported model does not agree with the one that was trained.' },
  locked: { exit: 6, meaning: 'Another run holds the project.' },
  storage: { exit: 7, meaning: 'A file could not be read or written, or the disk is full.' },
  model: { exit: 8, meaning: 'A model, tokenizer or checkpoint is missing, wrong or not supported.' },
  registry: { exit: 9, meaning: 'A version or alias is missing, or a version was changed.' },
  environment: { exit: 10, meaning: 'The machine lacks something that Attune needs.' },
  interrupted: { exit: 130, meaning: 'Stopped on request; the same command goes on from there.' },
};

export const okExit: ExitMeaning = { exit: 0, meaning: 'Done.' };
export const bugExit: ExitMeaning = { exit: 1, meaning: 'A bug in Attune.' };

export type Failure = { exit: number; text: string; json: Record<string, unknown> };

/** What to print for anything thrown; undefined when the command line has printed it itself (help, usage). */
export function describeFailure(thrown: unknown, paint: (text: string) => string): Failure {
  const error = asStorageError('a file', thrown);
  if (error instanceof CommanderError) {
    const exit = error.exitCode === 0 ? 0 : exitCodes.config.exit;
    return {
      exit,
      text: '',
      json: { type: 'error', code: 'config', message: error.message.replace(/^error: /, ''), exit },
    };
  }
  if (error instanceof AttuneError) {
    const { code, message, fix } = error;
    const { exit } = exitCodes[code];
    const hint = fix === undefined ? '' : `\nhint: ${fix}\n`;
    return {
      exit,
      text: `${paint('error:')} ${message}\n${hint}`,
      json: { type: 'error', code, message, fix, exit },
    };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const text = `${paint('error:')} a bug in Attune\n${stack}\n\nhint: Please report it with the lines above.\n`;
  const message = error instanceof Error ? error.message : String(error);
  return { exit: bugExit.exit, text, json: { type: 'error', code: 'bug', message, exit: bugExit.exit } };
}

/** The table as Markdown, for docs/reference/exit-codes.md. */
export function exitCodesReference(): string {
  const rows = new Map<number, string[]>();
  for (const { exit, meaning } of [okExit, bugExit, ...Object.values(exitCodes)]) {
    rows.set(exit, [...(rows.get(exit) ?? []), meaning]);
  }
  const lines = [...rows]
    .sort(([a], [b]) => a - b)
    .map(([exit, meanings]) => `| ${exit} | ${meanings.join(' ')} |`);
  return ['# Exit codes', '', '| code | meaning |', '| --: | --- |', ...lines, ''].join('\n');
}
