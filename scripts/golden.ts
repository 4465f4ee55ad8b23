/**
 * `npm run golden`: makes the golden files again, from the independent references of scripts/golden/.
 * ATTUNE_PYTHON names a Python that has scripts/golden/requirements.txt installed (python3 when it is not set).
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const python = process.env['ATTUNE_PYTHON'] ?? 'python3';
for (const script of [
  'classifier.py',
  'curation.py',
  'data.py',
  'encoder.py',
  'engine.py',
  'evaluate.py',
  'text.py',
]) {
  const { status } = spawnSync(python, [join('scripts', 'golden', script)], { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    process.exitCode = 1;
    break;
  }
}
