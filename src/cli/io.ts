import type { Stage } from '../pipeline/stage.ts';

/** All that the command line touches of the outside: given in, so that tests can watch and replace it. */
export type Io = {
  stdout: (text: string) => void;
  stderr: (text: string) => void;
  stdin: NodeJS.ReadableStream;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Whether stderr is a terminal, and how wide. */
  terminal: { interactive: boolean; columns: number };
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal;
  /** Milliseconds on a clock that only goes forward. */
  now: () => number;
  loadStages: () => Promise<readonly Stage[]>;
};
