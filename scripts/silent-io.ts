import { join } from 'node:path';
import type { Io } from '../src/cli/io.ts';

/** Enough of the outside to ask the commands for their help; nothing is printed. */
export const silentIo: Io = {
  stdout: () => {},
  stderr: () => {},
  stdin: process.stdin,
  env: {},
  cwd: join(import.meta.dirname, '..'),
  terminal: { interactive: false, columns: 100 },
  signal: new AbortController().signal,
  now: () => 0,
  loadStages: async () => [],
};
