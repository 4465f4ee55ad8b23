/** What a LoRA's configuration asks for against what the base has: a setting without effect is an error, not a surprise. */
import { AttuneError } from '../base/errors.ts';
import { weightShapes } from './config.ts';
import type { ModelConfig } from './config.ts';
import { adaptedModules, linearModules, loraTensors } from './lora.ts';
import type { LoraConfig } from './lora.ts';
import { isSavedModule, isTarget, matchingPatterns } from './module-match.ts';

/** Throws AttuneError 'model' for an adapter that PEFT would refuse, or that this engine does not compute. */
export function checkLora(config: ModelConfig, lora: LoraConfig, where: string): void {
  const found = loraProblem(config, lora);
  if (found) throw new AttuneError('model', `${where}: ${found.message}`, { fix: found.fix });
}

type Problem = { message: string; fix: string };

function loraProblem(config: ModelConfig, lora: LoraConfig): Problem | undefined {
  const adapted = adaptedModules(config, lora).map(({ module }) => module);
  const both = linearModules(config).find(
    ({ module }) => isTarget(module, lora) && !adapted.includes(module) && !isExcludedByPeft(module, lora),
  );
  if (both)
    return {
      message: `modules_to_save: ${both.module} would be trained whole and get an adapter (target_modules)`,
      fix: 'Name whole parts of a module name in modules_to_save.',
    };
  if (adapted.length === 0)
    return { message: 'target_modules: no linear layer of the base is named', fix: linearNames(config) };
  if (lora.dropout > 0 && adapted.includes('lm_head'))
    return {
      message: 'dropout: not supported before an adapter on lm_head',
      fix: 'Set the dropout to 0, or leave lm_head out of target_modules.',
    };
  return undefined;
}

/** As checkLora, and throws AttuneError 'config' for names and patterns of a new adapter that match nothing or contradict. */
export function checkNewLora(config: ModelConfig, lora: LoraConfig, where: string): void {
  const refuse = (message: string, fix: string): never => {
    throw new AttuneError('config', `${where}.${message}`, { fix });
  };
  const linears = linearModules(config).map(({ module }) => module);
  for (const name of [lora.targetModules].flat())
    if (name === 'embed_tokens' || name.endsWith('.embed_tokens'))
      refuse(`target_modules: ${name} is no linear layer`, `Put it into ${where}.modules_to_save.`);
    else if (!linears.some((module) => isTarget(module, { targetModules: [name] })))
      refuse(`target_modules: no linear layer of the base ends in ${name}`, linearNames(config));
  const modules = moduleNames(config);
  for (const name of lora.modulesToSave)
    if (!modules.some((module) => isSavedModule(module, [name])))
      refuse(`modules_to_save: no module of the base ends in ${name}`, savedNames(config));
  const found = loraProblem(config, lora);
  if (found) refuse(found.message, found.fix);
  const adapted = adaptedModules(config, lora).map(({ module }) => module);
  for (const [option, values] of [
    ['rank_pattern', lora.rankPattern],
    ['alpha_pattern', lora.alphaPattern],
  ] as const) {
    const used = new Set<string>();
    for (const module of adapted) {
      const matches = matchingPatterns(module, values).map(([key]) => key);
      matches.forEach((key) => used.add(key));
      if (matches.length > 1)
        refuse(
          `${option}: ${module} fits ${matches.join(' and ')}`,
          'Write patterns that exclude one another: which comes first in a file is easily lost.',
        );
    }
    const unused = Object.keys(values).find((key) => !used.has(key));
    if (unused !== undefined)
      refuse(`${option}: no module with an adapter fits ${unused}`, `They are ${brief(adapted)}.`);
  }
  const trained = loraTensors(config, lora);
  if (lora.bias !== 'none' && !trained.some(({ replaces }) => replaces?.endsWith('.bias')))
    refuse(`bias: ${lora.bias}, but these layers of the base have no bias`, `Set ${where}.bias to none.`);
}

/** PEFT keeps adapters from modules that are trained whole by this rule, which wants whole parts of the name. */
function isExcludedByPeft(module: string, { modulesToSave }: LoraConfig): boolean {
  return modulesToSave.some((name) => `.${module}.`.includes(`.${name}.`));
}

function moduleNames(config: ModelConfig): string[] {
  const names = new Set(['lm_head']);
  for (const weight of weightShapes(config).keys()) {
    const parts = weight.split('.').slice(0, -1);
    for (const i of parts.keys()) names.add(parts.slice(0, i + 1).join('.'));
  }
  return [...names];
}

const lastName = (module: string): string => module.split('.').at(-1)!;

function linearNames(config: ModelConfig): string {
  return `The base has ${brief(linearModules(config).map(({ module }) => lastName(module)))}.`;
}

function savedNames(config: ModelConfig): string {
  return `The base has ${brief(moduleNames(config).map(lastName))}.`;
}

function brief(names: readonly string[]): string {
  const unique = [...new Set(names)].filter((name) => !/^\d+$/.test(name));
  return unique.length > 20 ? `${unique.slice(0, 20).join(', ')} ...` : unique.join(', ');
}
