/** What two files of examples have in common and in what they differ. */
import { sha256 } from '../base/hash.ts';
import type { Example } from './example.ts';
import { readExamples } from './read-examples.ts';
import { addToProfile, emptyProfile, nameCommonest, type Profile } from './report/profile.ts';

export type DataDiff = {
  a: Profile;
  b: Profile;
  /** Records with one id and one content in both. */
  same: number;
  /** One content under another id. */
  renamed: number;
  /** One id with another content. */
  changed: { count: number; ids: string[] };
  added: { count: number; ids: string[] };
  removed: { count: number; ids: string[] };
};

const shownIds = 20;

/**
 * Compares the examples of two sets, each of one file or more. Holds some 150 bytes for each record of the first.
 * Throws AttuneError 'storage' or 'data' where a file cannot be read.
 */
export async function diffExamples(a: readonly string[], b: readonly string[]): Promise<DataDiff> {
  const diff: DataDiff = {
    a: emptyProfile(),
    b: emptyProfile(),
    same: 0,
    renamed: 0,
    changed: { count: 0, ids: [] },
    added: { count: 0, ids: [] },
    removed: { count: 0, ids: [] },
  };
  const keyOf = new Map<string, string>();
  for await (const example of examplesOf(a)) {
    addToProfile(diff.a, example);
    keyOf.set(example.meta.id, textKey(example));
  }
  const news: { id: string; key: string }[] = [];
  for await (const example of examplesOf(b)) {
    addToProfile(diff.b, example);
    const { id } = example.meta;
    const key = textKey(example);
    const old = keyOf.get(id);
    keyOf.delete(id);
    if (old === undefined) news.push({ id, key });
    else if (old !== key) note(diff.changed, id);
    else diff.same += 1;
  }
  const gone = new Map<string, string[]>();
  for (const [id, key] of keyOf) gone.set(key, [...(gone.get(key) ?? []), id]);
  for (const { id, key } of news) {
    if (gone.get(key)?.pop() === undefined) note(diff.added, id);
    else diff.renamed += 1;
  }
  for (const ids of gone.values()) for (const id of ids) note(diff.removed, id);
  nameCommonest(diff.a, diff.b);
  return diff;
}

/** To the letter, unlike the key that duplicates are found by: a cleaned text is another text. */
function textKey({ messages }: Example): string {
  return sha256(JSON.stringify(messages)).slice(0, 32);
}

async function* examplesOf(paths: readonly string[]): ReturnType<typeof readExamples> {
  for (const path of paths) yield* readExamples(path);
}

function note(list: { count: number; ids: string[] }, id: string): void {
  list.count += 1;
  if (list.ids.length < shownIds) list.ids.push(id);
}
