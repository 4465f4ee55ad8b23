import { Writable, type Readable } from 'node:stream';
import type { Command } from 'commander';
import { AttuneError } from '../../base/errors.ts';
import { createContext } from '../context.ts';
import type { Io } from '../io.ts';
import { findVersion, openModel, projectSystemPrompt } from '../open-model.ts';
import { wholeNumber } from '../number-option.ts';

type ChatOptions = { system?: string; threads?: number; maxTokens?: number };

export function addChatCommand(program: Command, io: Io): void {
  program
    .command('chat')
    .description('talk to a registered model in the terminal')
    .argument('[model]', 'name, name/3 or name@champion (default: the only model there is)')
    .option('--system <text>', "system prompt (default: the project's)")
    .option('--max-tokens <count>', 'longest reply, in tokens', wholeNumber(1, 1 << 20))
    .option('--threads <count>', 'processor threads', wholeNumber(1, 1024))
    .action(async (reference: string | undefined, options: ChatOptions, command: Command) => {
      const context = createContext(io, command);
      if (context.json)
        throw new AttuneError('config', 'chat talks to a person and has no --json', {
          fix: 'A program asks `attune serve` over HTTP.',
        });
      const version = await findVersion(context, reference);
      const { threads, maxTokens } = options;
      const backend = await openModel(version, {
        parallel: 1,
        ...(threads === undefined ? {} : { threads }),
      });
      try {
        const { chat } = await import('../../gateway/terminal-chat.ts');
        const systemPrompt = options.system ?? projectSystemPrompt(version);
        await chat({
          backend,
          input: io.stdin as Readable,
          output: writableOf(io.stdout),
          ...(systemPrompt === undefined ? {} : { systemPrompt }),
          ...(maxTokens === undefined ? {} : { maxTokens }),
        });
      } finally {
        await backend.close();
      }
    });
}

const writableOf = (write: (text: string) => void): Writable =>
  new Writable({
    write: (chunk: Buffer | string, _encoding, done) => {
      write(chunk.toString());
      done();
    },
  });
