import { once } from 'node:events';
import type { Command } from 'commander';
import { createContext } from '../context.ts';
import type { Io } from '../io.ts';
import { findVersion, openModel, projectSystemPrompt, type ModelOptions } from '../open-model.ts';
import { wholeNumber } from '../number-option.ts';

type ServeOptions = ModelOptions & { host: string; port: number; system?: string };

export function addServeCommand(program: Command, io: Io): void {
  program
    .command('serve')
    .description("answer over HTTP in OpenAI's shapes; ATTUNE_API_KEY, when set, must be sent by clients")
    .argument('[model]', 'name, name/3 or name@champion (default: the only model there is)')
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port; 0 takes a free one', wholeNumber(0, 65535), 8000)
    .option('--system <text>', "system prompt for requests that bring none (default: the project's)")
    .option('--threads <count>', 'processor threads', wholeNumber(1, 1024))
    .option('--context-size <tokens>', 'longest conversation, in tokens', wholeNumber(16, 1 << 20))
    .option('--parallel <count>', 'requests answered at once', wholeNumber(1, 256))
    .action(async (reference: string | undefined, options: ServeOptions, command: Command) => {
      const context = createContext(io, command);
      const version = await findVersion(context, reference);
      const { host, port, system = projectSystemPrompt(version), ...modelOptions } = options;
      const backend = await openModel(version, modelOptions);
      try {
        const { startGateway } = await import('../../gateway/server.ts');
        const apiKey = io.env['ATTUNE_API_KEY'];
        const exact = `${version.name}/${version.number}`;
        const names = [...new Set([version.name, exact, reference ?? version.name])];
        const gateway = await startGateway({
          models: new Map(names.map((name) => [name, backend])),
          host,
          port,
          ...(system === undefined ? {} : { systemPrompt: system }),
          ...(apiKey === undefined || apiKey === '' ? {} : { apiKey }),
          onError: (error, requestId) =>
            context.report({ type: 'warning', message: `request ${requestId}: ${String(error)}` }),
        });
        const text = `${exact} answers at ${gateway.url}/v1/chat/completions as "${version.name}". Ctrl-C ends it.\n`;
        if (context.json)
          io.stdout(JSON.stringify({ type: 'listening', url: gateway.url, models: names }) + '\n');
        else io.stdout(text);
        if (!io.signal.aborted) await once(io.signal, 'abort');
        await gateway.close();
      } finally {
        await backend.close();
      }
    });
}
