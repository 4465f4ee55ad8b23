/** Reads corpus-scenes.yaml, whose head says what the parts of a scene mean. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { makeValue, type Make } from './corpus-values.ts';

export type Field = { key: string; ask: string; say: string; early?: string; make: Make };

export type Scene = {
  topic: string;
  organisation: string;
  tool: string;
  opening: string;
  fields: Field[];
  result: Record<string, Make>;
  success: string;
  /** What the assistant says when the tool answers with this status. */
  refusal: { status: string; say: string };
  /** Questions about the result. */
  questions: { question: string; answer: string }[];
};

type WrittenField = {
  key?: string;
  like?: string;
  what?: string;
  ask?: string;
  say?: string;
  early?: string;
  make?: string;
};
type WrittenScene = Omit<Scene, 'fields' | 'result'> & {
  fields: (WrittenField | string)[];
  result: Record<string, string>;
};
type SceneFile = { fields: Record<string, WrittenField>; scenes: WrittenScene[] };

const file = parse(readFileSync(new URL('corpus-scenes.yaml', import.meta.url), 'utf8')) as SceneFile;

export const scenes: readonly Scene[] = file.scenes.map((scene) => ({
  ...scene,
  fields: scene.fields.map(completeField),
  result: Object.fromEntries(Object.entries(scene.result).map(([key, make]) => [key, makeValue(make)])),
}));

function completeField(written: WrittenField | string): Field {
  const { like, what, ...own } = typeof written === 'string' ? { like: written } : written;
  const shared = like === undefined ? {} : file.fields[like];
  const { key = like, ask, say, early, make } = { ...shared, ...own };
  if (key === undefined || ask === undefined || say === undefined || make === undefined) {
    throw new Error(`corpus-scenes.yaml: the field ${key} lacks key, ask, say or make.`);
  }
  const named = (text: string): string => text.replaceAll('{what}', what ?? '');
  return {
    key,
    ask: named(ask),
    say: named(say),
    ...(early === undefined ? {} : { early: named(early) }),
    make: makeValue(make),
  };
}
