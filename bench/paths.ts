import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');
/** Models and data, made once and kept. */
export const cacheFolder = join(root, 'bench', '.cache');
