import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { styleText } from 'node:util';
import { AttuneError } from '../base/errors.ts';
import { storageError } from '../base/storage-error.ts';
import { usesColor } from './context.ts';
import { describeFailure } from './errors.ts';
import type { Io } from './io.ts';
import { buildProgram } from './program.ts';

/** Runs one command line (without `node` and the script) and returns the exit code. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const program = buildProgram(io);
  let thrown: unknown;
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    thrown = error;
  }
  // Whether a file took what was written to it is told an event later.
  await setImmediate();
  thrown = lostOutput(io) ?? thrown;
  if (thrown === undefined) return 0;
  const color = usesColor(io) && !argv.includes('--no-color');
  const paint = (text: string): string => (color ? styleText('red', text, { validateStream: false }) : text);
  const failure = describeFailure(thrown, paint);
  if (failure.exit === 0) return 0;
  io.stderr(io.terminal.interactive ? `\r\x1b[K${failure.text}` : failure.text);
  if (argv.includes('--json')) io.stdout(JSON.stringify(failure.json) + '\n');
  return failure.exit;
}

/** Why a command was stopped, where that was neither a person nor a closed pipe. */
const lostOutput = ({ signal }: Io): AttuneError | undefined =>
  signal.reason instanceof AttuneError ? signal.reason : undefined;

/** The program: reads the process, sets the exit code. */
export async function main(): Promise<void> {
  const stop = new AbortController();
  stopOnSignal(stop);
  // `attune plan | head` closes the pipe early; that is no error, and a run that nobody follows stops at a checkpoint.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    stop.abort(error.code === 'EPIPE' ? undefined : storageError('standard output', error)),
  );
  // Progress is no result: where only a log of it cannot be written, the work goes on.
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') stop.abort();
  });
  const exit = await runCli(process.argv.slice(2), {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
    // A terminal that does not know its width says 0.
    terminal: { interactive: process.stderr.isTTY === true, columns: process.stderr.columns || 80 },
    signal: stop.signal,
    now: () => performance.now(),
    loadStages: async () => (await import('../pipeline/stages/all-stages.ts')).stages,
  });
  process.exitCode = exit;
}

/** The first SIGINT or SIGTERM aborts; the second ends the process at once. */
function stopOnSignal(controller: AbortController): void {
  const stop = (signal: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      process.stderr.write('\nstopping; a second time stops at once\n');
      controller.abort();
      return;
    }
    // By the signal itself: process.exit would take the worker thread away from under ONNX Runtime, which then aborts.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

if (import.meta.main) await main();
