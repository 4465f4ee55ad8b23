import type { TrainConfig } from '../config.ts';
import type { Engine } from '../engine.ts';

/** The engine of that name; its native libraries are loaded only here. */
export async function getEngine(name: TrainConfig['engine']): Promise<Engine> {
  const engines = {
    embedded: async (): Promise<Engine> => (await import('./embedded.ts')).embeddedEngine,
  } satisfies Record<TrainConfig['engine'], () => Promise<Engine>>;
  return engines[name]();
}
