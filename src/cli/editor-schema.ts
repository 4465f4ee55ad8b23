import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/files.ts';
import { isDiskFull } from '../base/storage-error.ts';

/** What the first line of a project file points its editor to. */
export const editorSchemaPath = '.attune/attune.yaml.schema.json';

/** Puts the project file's JSON Schema where its editor looks for it, so that completion needs no network. */
export async function writeEditorSchema(projectFolder: string): Promise<void> {
  const { projectJsonSchema } = await import('../pipeline/schema.ts');
  const path = join(projectFolder, editorSchemaPath);
  const text = JSON.stringify(projectJsonSchema(), null, 2) + '\n';
  if ((await readFile(path, 'utf8').catch(() => '')) === text) return;
  await writeFileAtomic(path, text);
}

/**
 * Does `work`, which frees room and needs a little to begin (a lock, a folder): where the disk has none at all, the schema
 * gives way, as the next run writes it anew.
 */
export async function makingRoom<T>(projectFolder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!isDiskFull(cause)) throw cause;
    await rm(join(projectFolder, editorSchemaPath), { force: true });
    return await work();
  }
}
