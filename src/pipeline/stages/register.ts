import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson } from '../../base/files.ts';
import { sha256File } from '../../base/hash.ts';
import type { Json } from '../../base/json.ts';
import { moveAlias } from '../../registry/aliases.ts';
import { gitState } from '../../registry/git-state.ts';
import { openVersion, registerVersion, type Lineage, type Version } from '../../registry/version.ts';
import type { Artifact, Stage, StageContext } from '../stage.ts';
import { openStore } from '../store.ts';
import { trainedModel } from './trained-model.ts';

/** The trained weights, what they scored and what serves them become a version, and the alias moves to it. */
export const registerStage: Stage = {
  name: 'register',
  version: 1,
  needs: ['split', 'train', 'align', 'export', 'evaluate'],
  configPart: ({ name, register }) => ({ register: { ...register, name: register.name ?? name } }),
  findMissing: async (artifact, projectFolder) => {
    try {
      await openVersion(openStore(projectFolder).registry, String(artifact.summary['version']));
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  },
  run: async (context) => {
    const { config, projectFolder, inputs, outputFolder, report } = context;
    const { registry } = openStore(projectFolder);
    const name = config.register.name ?? config.name;
    const version = await registerVersion(registry, {
      name,
      files: {
        ...(await filesOf(trainedModel(inputs))),
        ...(await filesOf(inputs.export!)),
        'evaluation_results.json': join(inputs.evaluate!.folder, 'evaluation_results.json'),
      },
      lineage: await describeLineage(context),
      ...optional('description', config.register.description ?? config.description),
      ...optional('git', await gitState(projectFolder)),
    });
    const { alias } = config.register;
    const reference = `${version.name}/${version.number}`;
    await moveAlias(registry, version, alias, `attune run registered ${reference}`);
    report({ type: 'note', message: `registered ${reference}, now ${name}@${alias}` });
    const summary = describeVersion(version, alias);
    await writeJson(join(outputFolder, 'version.json'), summary);
    return summary;
  },
};

const optional = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };

/** Every file of an artifact but its manifest, by its path there. */
async function filesOf(artifact: Artifact): Promise<Record<string, string>> {
  const entries = await readdir(artifact.folder, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries) {
    const full = join(entry.parentPath, entry.name);
    const path = full.slice(artifact.folder.length + 1).replaceAll('\\', '/');
    if (entry.isFile() && path !== 'manifest.json') files[path] = full;
  }
  return files;
}

async function describeLineage({ config, inputs }: StageContext): Promise<Lineage> {
  const artifacts = Object.values(inputs).map(({ id, digest }) => ({ id, digest }));
  const datasets: Record<string, string> = {};
  for (const split of ['train', 'validation', 'test']) {
    datasets[split] = await sha256File(join(inputs.split!.folder, `${split}.jsonl`));
  }
  return {
    artifacts: artifacts.sort((a, b) => (a.id < b.id ? -1 : 1)),
    base: { name: config.train.base, sha256: String(trainedModel(inputs).summary['base_sha256']) },
    config: JSON.parse(JSON.stringify(config)) as Json,
    datasets,
  };
}

function describeVersion(version: Version, alias: string): Record<string, Json> {
  const { name, number, files } = version;
  return { version: `${name}/${number}`, alias, files: Object.keys(files).length };
}
