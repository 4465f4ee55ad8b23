/** What every command works with: the global options turned into ways to report, print and read the project. */
import { resolve } from 'node:path';
import { styleText } from 'node:util';
import type { Command } from 'commander';
import type { Reporter } from '../base/progress.ts';
import type { Project } from '../pipeline/load-project.ts';
import type { Io } from './io.ts';
import { humanProgress, jsonProgress, quietProgress, type ProgressView } from './progress.ts';

export type GlobalOptions = { file: string; json?: boolean; quiet?: boolean; color: boolean };

export type Context = {
  io: Io;
  file: string;
  json: boolean;
  report: Reporter;
  /** Prints a command's result: `text` for a person, or `value` as the last JSON line. */
  result: (value: object, text: string) => void;
  project: () => Promise<Project>;
  paint: (style: Parameters<typeof styleText>[0], text: string) => string;
};

/** The context of one command, from its own options and the global ones. */
export function createContext(io: Io, command: Command): Context {
  const options = command.optsWithGlobals<GlobalOptions>();
  const json = options.json ?? false;
  const color = options.color && usesColor(io);
  const paint: Context['paint'] = (style, text) =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const view = createView(io, json, options.quiet ?? false, paint);
  const file = resolve(io.cwd, options.file);
  return {
    io,
    file,
    json,
    paint,
    report: view.report,
    result: (value, text) => {
      view.clear();
      io.stdout(json ? JSON.stringify({ type: 'result', ...value }) + '\n' : text);
    },
    project: async () => (await import('../pipeline/load-project.ts')).loadProject(file),
  };
}

/** NO_COLOR: https://no-color.org */
export const usesColor = (io: Io): boolean => io.terminal.interactive && (io.env['NO_COLOR'] ?? '') === '';

function createView(io: Io, json: boolean, quiet: boolean, paint: Context['paint']): ProgressView {
  if (json) return jsonProgress(io.stdout);
  if (quiet) return quietProgress(io.stderr);
  return humanProgress({ write: io.stderr, now: io.now, paint, ...io.terminal });
}
