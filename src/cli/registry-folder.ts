import { dirname } from 'node:path';
import { openStore } from '../pipeline/store.ts';
import type { Context } from './context.ts';

/** The registry beside the project file. The file itself is not read: a mistake in it must not stop a rollback. */
export const registryFolder = (context: Context): string => openStore(dirname(context.file)).registry;
