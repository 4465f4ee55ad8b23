import { homedir } from 'node:os';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';

export type HubSettings = {
  /** Without a slash at the end. */
  endpoint: string;
  token: string | undefined;
  /** Where fetched models are kept. */
  cacheFolder: string;
  /** Use only what is already in the cache. */
  offline: boolean;
};

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the variables that Hugging Face's own tools read: HF_TOKEN, HF_ENDPOINT, HF_HOME (or XDG_CACHE_HOME) and
 * HF_HUB_OFFLINE. Models are kept in `$HF_HOME/attune`, not in `$HF_HOME/hub`: the hub package's functions for that
 * layout neither resume nor check what they fetch, and other tools would take our half-written files for theirs.
 * Throws AttuneError 'environment' for a value that cannot be used; a token is never part of a message.
 */
export function readHubSettings(environment: Environment): HubSettings {
  const value = (name: string): string | undefined => environment[name]?.trim() || undefined;
  return {
    endpoint: checkedEndpoint(value('HF_ENDPOINT') ?? 'https://huggingface.co'),
    token: checkedToken(value('HF_TOKEN')),
    cacheFolder: modelCacheFolder(environment),
    offline: /^(1|true|yes|on)$/i.test(value('HF_HUB_OFFLINE') ?? ''),
  };
}

/** Where fetched models, and what is made from models, are kept between runs. */
export function modelCacheFolder(environment: Environment): string {
  const value = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const cacheHome = value('XDG_CACHE_HOME') ?? join(homedir(), '.cache');
  return join(value('HF_HOME') ?? join(cacheHome, 'huggingface'), 'attune');
}

function checkedEndpoint(endpoint: string): string {
  const url = URL.parse(endpoint);
  // A user name or password in the URL would be shown in every message about it.
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return endpoint.replace(/\/+$/, '');
  throw new AttuneError('environment', 'HF_ENDPOINT is not a web address without credentials', {
    fix: 'Set it to the address of a hub, such as https://huggingface.co, or unset it.',
  });
}

/** The hub package accepts only tokens of this form; others would also fail as a header, with the value in the error. */
function checkedToken(token: string | undefined): string | undefined {
  if (token === undefined || /^hf_[\x21-\x7e]+$/.test(token)) return token;
  throw new AttuneError('environment', 'HF_TOKEN is not a Hugging Face access token: those begin with hf_', {
    fix: 'Make one at https://huggingface.co/settings/tokens, or unset HF_TOKEN for public models.',
  });
}
