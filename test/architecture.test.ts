/** Holds the layers: imports go down only, in no cycle, and each native library has one door. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';

/** Low to high. Areas of one row do not import one another. */
const layers = [
  ['base'],
  ['formats', 'text'],
  ['graph'],
  ['runtime'],
  ['model', 'data'],
  ['train', 'backend'],
  ['evaluate', 'export', 'synthesise'],
  ['registry'],
  ['gateway'],
  ['pipeline'],
  ['cli'],
];

/** The record that every area speaks of; it imports nothing of ours, so areas below `data` may know it. */
const sharedByAll = ['data/example.ts'];

/** Libraries that only one area may import. */
const doors: Record<string, RegExp> = {
  'onnxruntime-node': /^runtime\//,
  'node-llama-cpp': /^backend\//,
  fastify: /^gateway\//,
  commander: /^cli\//,
};

const source = join(import.meta.dirname, '..', 'src');
const files = globSync('**/*.ts', { cwd: source }).map((file) => file.replaceAll('\\', '/'));

type Import = { path: string; typeOnly: boolean };

/** Static, dynamic and type imports alike: a layer that knows another's types depends on it. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), 'utf8');
  const statements =
    /^(?:import|export)\b(?<type> type\b)?[^;']*?'(?<path>[^']+)';|\bimport\('(?<lazy>[^']+)'\)/gm;
  return [...text.matchAll(statements)].map(({ groups = {} }) => ({
    path: groups['path'] ?? groups['lazy'] ?? '',
    typeOnly: groups['type'] !== undefined,
  }));
}

const area = (file: string): string => file.split('/')[0]!;
const layerOf = (file: string): number => layers.findIndex((row) => row.includes(area(file)));
const target = (file: string, path: string): string =>
  relative(source, join(source, dirname(file), path)).replaceAll('\\', '/');
const isRelative = ({ path }: Import): boolean => path.startsWith('.');
/** What the product is made of. Tests stand outside the layers: one of a low area may use a higher one as its witness. */
const imports = new Map(
  files.filter((file) => !file.endsWith('.test.ts')).map((file) => [file, importsOf(file)]),
);

test('every source file belongs to a layer', () => {
  assert.ok(files.length > 50, `found only ${files.length} files in ${source}`);
  assert.deepEqual(
    files.filter((file) => layerOf(file) === -1),
    [],
  );
});

test('the patterns above find the imports that are there', () => {
  const found = imports.get('cli/main.ts')?.map(({ path }) => path) ?? [];
  assert.ok(found.includes('./program.ts'), 'a static import');
  assert.ok(found.includes('../pipeline/stages/all-stages.ts'), 'an import() inside a function');
});

test('imports go down the layers only', () => {
  const wrong: string[] = [];
  for (const [file, found] of imports) {
    for (const { path } of found.filter(isRelative)) {
      const to = target(file, path);
      if (to.startsWith('..')) wrong.push(`${file} imports ${to}, outside src/`);
      else if (area(to) === area(file) || sharedByAll.includes(to)) continue;
      else if (layerOf(to) >= layerOf(file)) wrong.push(`${file} imports ${to}`);
    }
  }
  for (const file of sharedByAll)
    if (imports.get(file)?.some(isRelative)) wrong.push(`${file} imports something of ours`);
  assert.deepEqual(wrong, []);
});

test('no files import one another in a circle at run time', () => {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, trail: string[]): void => {
    if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
    if (done.has(file) || trail.includes(file)) return;
    for (const found of imports.get(file) ?? []) {
      if (isRelative(found) && !found.typeOnly) visit(target(file, found.path), [...trail, file]);
    }
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  assert.deepEqual(cycles, []);
});

test('a native or heavy library is imported by one area', () => {
  const wrong = [...imports].flatMap(([file, found]) =>
    found
      .filter(({ path }) => doors[path]?.test(file) === false)
      .map(({ path }) => `${file} imports ${path}`),
  );
  assert.deepEqual(wrong, []);
});

test('properties are tested on the same cases in every run', () => {
  const tests = globSync(['{src,test,recipes}/**/*.ts'], { cwd: join(source, '..') });
  const wrong = tests.filter(
    (file) =>
      !file.endsWith('properties.ts') &&
      /^import .* from 'fast-check'/m.test(readFileSync(join(source, '..', file), 'utf8')),
  );
  assert.ok(tests.length > files.length);
  assert.deepEqual(
    wrong,
    [],
    "import { fc } from test/support/properties.ts: fast-check's own seed is the clock",
  );
});
