import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/files.ts';

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
