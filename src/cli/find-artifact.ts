/** Finds the artifact that a person names on the command line. */
import { AttuneError } from '../base/errors.ts';
import { nearest } from '../pipeline/nearest.ts';
import { planPipeline } from '../pipeline/plan.ts';
import { listManifests, openStore, type Manifest, type Store } from '../pipeline/store.ts';
import type { Context } from './context.ts';

/**
 * By id, by the start of one, or by stage: the artifact of the project file as it is now. Throws AttuneError 'config'
 * when there is none, or more than one.
 */
export async function findArtifact(
  context: Context,
  name: string,
): Promise<{ store: Store; manifest: Manifest }> {
  const project = await context.project();
  const store = openStore(project.folder);
  const manifests = await listManifests(store);
  const stages = await context.io.loadStages();
  const stage = stages.find((one) => one.name === name);
  if (stage !== undefined) {
    const planned = (await planPipeline(project, store, stages, { until: stage.name })).at(-1);
    if (planned?.manifest !== undefined) return { store, manifest: planned.manifest };
    throw new AttuneError('config', `${name} is not finished for this project file`, {
      fix: `Run \`attune run --until ${name}\`.`,
    });
  }
  const matches = manifests.filter((manifest) => manifest.id.startsWith(name));
  if (matches.length === 1) return { store, manifest: matches[0]! };
  const ids = manifests.map((manifest) => manifest.id);
  const listed = (matches.length > 1 ? matches.map((one) => one.id) : ids).slice(0, 12).join(', ');
  const guess = nearest(name, [...ids, ...stages.map((one) => one.name)]);
  throw new AttuneError(
    'config',
    matches.length > 1
      ? `"${name}" is the start of ${matches.length} artifacts`
      : `there is no artifact "${name}"`,
    {
      fix:
        guess !== undefined
          ? `Did you mean ${guess}?`
          : listed === ''
            ? 'Run `attune run` to make some.'
            : `There are: ${listed}.`,
    },
  );
}
