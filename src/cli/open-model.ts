/** Opens a registered model for serving it or for talking to it. */
import type { Backend } from '../backend/backend.ts';
import { AttuneError } from '../base/errors.ts';
import { tunedFiles } from '../registry/served-files.ts';
import { modelNames } from '../registry/find-versions.ts';
import { openVersion, type Version } from '../registry/version.ts';
import type { Context } from './context.ts';
import { registryFolder } from './registry-folder.ts';

export type ModelOptions = { threads?: number; contextSize?: number; parallel?: number };

/** The version `reference` means; without one, the champion of the only registered model. Its files are checked first. */
export async function findVersion(context: Context, reference: string | undefined): Promise<Version> {
  const folder = registryFolder(context);
  if (reference !== undefined) return await openVersion(folder, reference);
  const names = await modelNames(folder);
  if (names.length === 1) return await openVersion(folder, names[0]!);
  throw new AttuneError(
    'registry',
    names.length === 0 ? 'no model is registered yet' : 'more than one model is registered',
    {
      fix: names.length === 0 ? 'Run `attune run` first.' : `Name one of ${names.join(', ')}.`,
    },
  );
}

/** Loads the version into llama.cpp. */
export async function openModel(version: Version, options: ModelOptions): Promise<Backend> {
  const { openLlamaBackend } = await import('../backend/llama.ts');
  return await openLlamaBackend({ ...(await tunedFiles(version.folder)), ...options });
}

/** The system prompt that the version's training examples began with where their topic had none of its own. */
export function projectSystemPrompt({ metadata }: Version): string | undefined {
  const { config } = metadata.lineage as { config: { collect?: { system_prompt?: string } } };
  return config.collect?.system_prompt;
}
