/** What collect reads, listed for every plan: nothing here loads what reads it. */
import type { CollectConfig } from './config.ts';
import { sourceKind, sourcePath } from './config/sources.ts';
import { fileEndings, listSourceFiles, sourceFile } from './sources/source-files.ts';

/** The files outside the project file that collect depends on. */
export async function collectFiles(config: CollectConfig, projectFolder: string): Promise<string[]> {
  const files: string[] = [];
  for (const source of config.sources) {
    const kind = sourceKind(source);
    const endings = fileEndings[kind];
    if (endings === undefined) files.push(await sourceFile(sourcePath(source), projectFolder, kind));
    else {
      const listed = await listSourceFiles(sourcePath(source), projectFolder, endings);
      files.push(...listed.map(({ path }) => path));
    }
    if (source.module !== undefined) {
      const { moduleFiles } = await import('./sources/user-module.ts');
      files.push(...(await moduleFiles(source.module, source.options ?? {}, projectFolder)));
    }
  }
  if (config.knowledge.length > 0) {
    const { knowledgeFiles } = await import('./knowledge/read-knowledge.ts');
    for (const base of config.knowledge) files.push(...(await knowledgeFiles(base, projectFolder)));
  }
  return [...new Set(files)];
}
