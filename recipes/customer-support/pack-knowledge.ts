/**
 * Makes data/knowledge from the help centre of Login.gov as upstream keeps it: one folder for each language.
 *
 *   node recipes/customer-support/pack-knowledge.ts <content folder>
 *
 * `<content>/_help/fraud/scams._es.md` becomes `es/help/fraud/scams.md`; the files themselves are not changed.
 */
import { cpSync, globSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const [content] = process.argv.slice(2);
if (content === undefined)
  throw new Error('Usage: node recipes/customer-support/pack-knowledge.ts <content folder>');
const folder = join(import.meta.dirname, 'data', 'knowledge');

const pages = globSync('_{help,policy}/**/*._{en,es,fr,zh}.md', { cwd: content });
for (const language of ['en', 'es', 'fr', 'zh'])
  rmSync(join(folder, language), { recursive: true, force: true });
for (const page of pages) {
  const [, path, language] = /^_(.*)\._(\w\w)\.md$/.exec(page.replaceAll('\\', '/'))!;
  cpSync(join(content, page), join(folder, language!, `${path}.md`));
}
console.log(`${pages.length} pages copied`);
