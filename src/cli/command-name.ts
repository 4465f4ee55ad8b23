import { relative } from 'node:path';
import type { Io } from './io.ts';

/** What to type for this program: whoever came through npx has no `attune` on the path. */
export const commandName = (io: Io): string => (io.env['npm_command'] === 'exec' ? 'npx attune' : 'attune');

/** The same for the project of this file, which has to be named unless it is ./attune.yaml. */
export function projectCommandName(io: Io, file: string): string {
  const path = relative(io.cwd, file);
  if (path === 'attune.yaml') return commandName(io);
  return `${commandName(io)} -f ${shellWord(path)}`;
}

/** As it has to be typed: in quotes when a shell would take it apart. */
export const shellWord = (text: string): string =>
  /^[\p{L}\p{N}_./~@+][\p{L}\p{N}_./~@+-]*$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
