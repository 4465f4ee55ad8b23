/** Which modules an adapter's configuration means: PEFT's own rules, so that a configuration means the same in both. */
import { AttuneError } from '../base/errors.ts';

/** Module names end in one of these, or the whole name fits the one pattern. */
export type ModuleNames = string | readonly string[];

export type ModuleTargets = {
  targetModules: ModuleNames;
  excludeModules?: ModuleNames | undefined;
  /** Only these layers (counted from 0) of the targets. */
  layersToTransform?: readonly number[] | undefined;
  /** Names of the list of layers that layersToTransform counts in; any numbered list when absent. */
  layersPattern?: readonly string[] | undefined;
};

/** Whether a linear layer gets an adapter (PEFT's check_target_module_exists). */
export function isTarget(module: string, targets: ModuleTargets): boolean {
  const { targetModules, excludeModules = [], layersToTransform = [], layersPattern = [] } = targets;
  if (fits(module, excludeModules) || !fits(module, targetModules)) return false;
  if (layersToTransform.length === 0 || typeof targetModules === 'string') return true;
  const lists = layersPattern.length === 0 ? ['[^.]*'] : layersPattern;
  for (const list of lists) {
    const layer = pattern(`^(?:.*?\\.)?${list}\\.(\\d+)\\.`).exec(module)?.[1];
    if (layer !== undefined) return layersToTransform.includes(Number(layer));
  }
  return false;
}

/** Whether a module is trained as a whole copy: PEFT asks for the end of the name alone, so `norm` means every norm. */
export function isSavedModule(module: string, modulesToSave: readonly string[]): boolean {
  return modulesToSave.some((name) => module.endsWith(name));
}

/** The value of the first pattern that fits a module's name, or its last names. */
export function patternValue(module: string, values: Readonly<Record<string, number>>): number | undefined {
  return matchingPatterns(module, values)[0]?.[1];
}

/**
 * The entries of a rank or alpha pattern whose key fits the module, as PEFT tells: a suffix after a full stop, or the
 * whole.
 */
export function matchingPatterns(
  module: string,
  values: Readonly<Record<string, number>>,
): (readonly [string, number])[] {
  return Object.entries(values).filter(([key]) => pattern(`^(.*\\.)?(${key})$`).test(module));
}

function fits(module: string, names: ModuleNames): boolean {
  if (typeof names === 'string') return pattern(`^(?:${names})$`).test(module);
  return names.some((name) => module === name || module.endsWith(`.${name}`));
}

const maxQuantifiers = 5;

/**
 * Why a pattern is not taken, or undefined. Patterns come from files that somebody else wrote: one with a quantified
 * group or with many quantifiers could keep the matcher busy for years.
 */
export function patternProblem(source: string): string | undefined {
  if (source.length > 500) return `a pattern of ${source.length} characters is too long (at most 500)`;
  const quantifiers = source.match(/(?<!\\)[*+{]|(?<![\\(*+?}])\?/g) ?? [];
  if (quantifiers.length > maxQuantifiers)
    return `the pattern ${source} has ${quantifiers.length} quantifiers (at most ${maxQuantifiers})`;
  if (/\)[*+{]/.test(source)) return `the pattern ${source} repeats a group`;
  try {
    new RegExp(source);
    return undefined;
  } catch (cause) {
    return `the pattern ${source} is not a regular expression: ${(cause as Error).message}`;
  }
}

function pattern(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (cause) {
    throw new AttuneError('model', `${source} is not a regular expression`, { cause });
  }
}
