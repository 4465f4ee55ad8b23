import type { SourceConfig } from '../config/sources.ts';
import { readCsvSource } from './csv.ts';
import { readJsonlSource } from './jsonl.ts';
import { readModuleSource } from './module.ts';
import type { SourceContext, SourceItem } from './source.ts';

/** Every record of a source in order, as an example or with the reason why it is none; `limit` counts both. */
export async function* readSource(config: SourceConfig, context: SourceContext): AsyncGenerator<SourceItem> {
  let count = 0;
  for await (const item of open(config, context)) {
    if (item.example && config.topic !== undefined) item.example.meta.topic ??= config.topic;
    yield item;
    count += 1;
    if (count === config.limit) return;
  }
}

function open(config: SourceConfig, context: SourceContext): AsyncGenerator<SourceItem> {
  if (config.jsonl !== undefined) return readJsonlSource(config.jsonl, config, context);
  if (config.csv !== undefined) return readCsvSource(config.csv, config, context);
  return readModuleSource(config.module ?? '', config, context);
}
