import type { Io } from './io.ts';

/** What to type for this program: whoever came through npx has no `attune` on the path. */
export const commandName = (io: Io): string => (io.env['npm_command'] === 'exec' ? 'npx attune' : 'attune');
