import type { Command } from 'commander';
import type { AdviseOptions } from '../print-advice.ts';
import { createContext } from '../context.ts';
import type { Io } from '../io.ts';
import { wholeNumber } from '../number-option.ts';

export function addAdviseCommand(program: Command, io: Io): void {
  program
    .command('advise')
    .description(
      'say whether to fine-tune at all, from the curated conversations and, if you name one, a model',
    )
    .option('--base-url <url>', 'an OpenAI-compatible server to ask with examples in the prompt, up to /v1')
    .option('--model <name>', 'its model')
    .option('--api-key-variable <name>', 'environment variable that holds its key')
    .option('--turns <count>', 'replies to ask for, with and without examples', wholeNumber(1, 10_000), 40)
    .option('--shots <count>', 'examples in the prompt', wholeNumber(1, 50), 5)
    .action(async (options: AdviseOptions, command: Command) => {
      const { printAdvice } = await import('../print-advice.ts');
      await printAdvice(options, createContext(io, command));
    });
}
