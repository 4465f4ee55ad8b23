/** Which files of an exported model are served, in an export artifact and in a registered version alike. */
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { exists } from '../base/files.ts';

/** Names inside the folder. An adapter is served on top of the base; a fully trained model is served alone. */
export const servedNames = {
  base: 'base.gguf',
  adapter: 'adapter.gguf',
  tuned: 'tuned.gguf',
  tokenizer: 'tokenizer',
} as const;

export type ServedFiles = { gguf: string; loraGguf?: string; tokenizerFolder: string };

/** The tuned model's files in `folder`. Throws AttuneError 'registry' when it holds no served model. */
export async function tunedFiles(folder: string): Promise<ServedFiles> {
  const tokenizerFolder = join(folder, servedNames.tokenizer);
  const [base, adapter, tuned] = [servedNames.base, servedNames.adapter, servedNames.tuned].map((name) =>
    join(folder, name),
  );
  if (await exists(tuned!)) return { gguf: tuned!, tokenizerFolder };
  if ((await exists(base!)) && (await exists(adapter!)))
    return { gguf: base!, loraGguf: adapter!, tokenizerFolder };
  throw new AttuneError('registry', `${folder} holds no model that can be served`, {
    fix: 'Run `attune run --force export` to write it again.',
  });
}

/** The untuned model's files in an export artifact. */
export const baseFiles = (folder: string): ServedFiles => ({
  gguf: join(folder, servedNames.base),
  tokenizerFolder: join(folder, servedNames.tokenizer),
});
