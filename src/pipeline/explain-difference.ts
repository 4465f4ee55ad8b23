/** Why an artifact has to be made: how what it would be made from differs from the last one of its stage. */
import { canonicalJson, isRecord, type Json } from '../base/json.ts';
import type { SourceDigest } from './artifact-key.ts';
import type { Manifest } from './store.ts';
import type { StageName } from './stage.ts';

export type Wanted = {
  version: number;
  config: Json;
  inputs: readonly { stage: StageName; id: string }[];
  sources: readonly SourceDigest[];
};

/** One line for each difference. */
export function explainDifference(previous: Manifest, wanted: Wanted): string[] {
  const reasons = diffConfig(previous.config, wanted.config);
  for (const { stage, id } of wanted.inputs) {
    const before = previous.inputs.find((input) => input.stage === stage);
    if (before === undefined) reasons.push(`input ${stage} is new`);
    else if (before.id !== id) reasons.push(`input ${stage} changed: ${before.id} → ${id}`);
  }
  reasons.push(...diffSources(previous.sources, wanted.sources));
  if (previous.stageVersion !== wanted.version) {
    reasons.push(
      `this version of Attune does the stage differently: ${previous.stageVersion} → ${wanted.version}`,
    );
  }
  return reasons;
}

/** `train.lora.rank: 16 → 32`, one line for each setting that differs. */
export function diffConfig(before: Json, after: Json, path = ''): string[] {
  if (canonicalJson(before) === canonicalJson(after)) return [];
  if (!isRecord(before) || !isRecord(after)) return [`${path}: ${show(before)} → ${show(after)}`];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => diffEntry(before[key], after[key], path === '' ? key : `${path}.${key}`));
}

function diffEntry(before: Json | undefined, after: Json | undefined, path: string): string[] {
  if (before === undefined) return [`${path}: not set → ${show(after!)}`];
  if (after === undefined) return [`${path}: ${show(before)} → not set`];
  if (!Array.isArray(before) || !Array.isArray(after) || before.length !== after.length) {
    return diffConfig(before, after, path);
  }
  return before.flatMap((item, i) => diffConfig(item, after[i]!, `${path}[${i}]`));
}

function diffSources(before: readonly SourceDigest[], after: readonly SourceDigest[]): string[] {
  const old = new Map(before.map((source) => [source.path, source.sha256]));
  const now = new Map(after.map((source) => [source.path, source.sha256]));
  const reasons: string[] = [];
  for (const [path, hash] of now) {
    if (!old.has(path)) reasons.push(`source ${path} is new`);
    else if (old.get(path) !== hash) reasons.push(`source ${path} changed`);
  }
  for (const path of old.keys()) if (!now.has(path)) reasons.push(`source ${path} is no longer used`);
  return reasons;
}

function show(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
