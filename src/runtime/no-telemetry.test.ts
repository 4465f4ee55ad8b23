/** What a program run by ONNX Runtime leaves in the folders of its user: nothing. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const urlOf = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

const programs = {
  session: `
    import { exp, input } from ${urlOf('../graph/ops.ts')};
    import { emitProgram } from ${urlOf('../graph/emit.ts')};
    import { openSession } from ${urlOf('./session.ts')};
    const session = await openSession(emitProgram({ y: exp(input('x', [2])) }), 1);
    await session.run({ x: Float32Array.of(0, 1) });
    await session.close();`,
  'a model file': `
    import { openModelFile } from ${urlOf('./model-file.ts')};
    await openModelFile('none.onnx', 1).catch(() => {});`,
};

for (const [name, code] of Object.entries(programs))
  test(`ONNX Runtime, opened for ${name}, tells nobody what it runs`, () => {
    const home = mkdtempSync(join(tmpdir(), 'attune-home-'));
    // In CI it would keep still by itself.
    const { CI: _, ...environment } = process.env;
    const folders = { HOME: home, XDG_CACHE_HOME: home, TMPDIR: home, TEMP: home, TMP: home };
    // A file, because threads of a program given on the command line do not start.
    const script = join(mkdtempSync(join(tmpdir(), 'attune-script-')), 'run.mts');
    writeFileSync(script, code);
    const { status, stderr } = spawnSync(process.execPath, [script], {
      env: { ...environment, ...folders, ORT_DISABLE_TELEMETRY: '' },
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    assert.deepEqual(readdirSync(home, { recursive: true }), []);
  });
