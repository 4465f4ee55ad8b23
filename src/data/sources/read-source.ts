import { type SourceConfig, type SourceKind, sourceKind } from '../config/sources.ts';
import { readChatlog } from './chatlog.ts';
import { readCsvSource } from './csv.ts';
import { readDiscord } from './discord.ts';
import { freshdesk } from './freshdesk.ts';
import { helpscout } from './helpscout.ts';
import { intercom } from './intercom.ts';
import { readJsonlSource } from './jsonl.ts';
import { readMail } from './mail.ts';
import { readModuleSource } from './user-module.ts';
import type { SourceContext, SourceItem } from './source.ts';
import { readSlack } from './slack.ts';
import { readTelegram } from './telegram.ts';
import { readTickets } from './tickets.ts';
import { zendesk } from './zendesk.ts';

type Reader = (config: SourceConfig, context: SourceContext) => AsyncGenerator<SourceItem>;

const readers: Readonly<Record<SourceKind, Reader>> = {
  jsonl: (config, context) => readJsonlSource(config.jsonl ?? '', config, context),
  csv: (config, context) => readCsvSource(config.csv ?? '', config, context),
  module: (config, context) => readModuleSource(config.module ?? '', config, context),
  zendesk: (config, context) => readTickets(zendesk, config, context),
  intercom: (config, context) => readTickets(intercom, config, context),
  freshdesk: (config, context) => readTickets(freshdesk, config, context),
  helpscout: (config, context) => readTickets(helpscout, config, context),
  mail: readMail,
  chatlog: readChatlog,
  slack: readSlack,
  telegram: readTelegram,
  discord: readDiscord,
};

/** Every record of a source in order, as an example or with the reason why it is none; `limit` counts both. */
export async function* readSource(config: SourceConfig, context: SourceContext): AsyncGenerator<SourceItem> {
  let count = 0;
  for await (const item of readers[sourceKind(config)](config, context)) {
    if (item.example && config.topic !== undefined) item.example.meta.topic ??= config.topic;
    yield item;
    count += 1;
    if (count === config.limit) return;
  }
}
