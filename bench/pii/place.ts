/** Where things lie. */
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');
export const cacheFolder = join(root, 'bench', '.cache', 'pii');
