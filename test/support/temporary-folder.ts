/**
 * One folder for all that a run of the tests writes, removed at its end. Hundreds of tests make folders under the
 * system's temporary folder, and some are killed on purpose before they could remove them; without this each `npm test`
 * would leave gigabytes behind. Node's runner calls both functions once, in the process that starts the test files.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string | undefined;

export function globalSetup(): void {
  folder = mkdtempSync(join(tmpdir(), 'attune-test-'));
  // What `os.tmpdir()` reads: the first on Unix, the others on Windows.
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder;
}

export function globalTeardown(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
