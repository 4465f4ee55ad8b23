import { canonicalJson } from '../../base/json.ts';
import { hashKeyFingerprint } from '../pii/hash-key.ts';
import { makeRules, type RuleSettings } from '../rules.ts';
import { type Pass, planPasses } from './passes.ts';

let made: { settings: string; passes: Promise<Pass[]> } | undefined;

/** A thread runs many jobs with one set of rules, and making them may read word lists and models. */
export function passesOf(settings: RuleSettings): Promise<Pass[]> {
  // The key of hashes is in the environment, not in the settings.
  const name = canonicalJson({ ...settings, hash_key_fingerprint: hashKeyFingerprint(settings.config.pii) });
  if (made?.settings !== name) made = { settings: name, passes: makeRules(settings).then(planPasses) };
  return made.passes;
}
