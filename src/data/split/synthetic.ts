import type { SplitConfig } from '../config/split.ts';
import type { Assigned, SplitName } from './assign.ts';
import type { SplitGroup, SplitUnit } from './group-units.ts';

/**
 * Where each unit goes when synthetic ones are trained on only: groups are placed by their real members, as if there
 * were no others; a group without any goes to train. A synthetic member of a group that is validated or tested with
 * goes nowhere: in train it would tell what the model is tested on.
 */
export function placeByRealMembers(
  units: readonly SplitUnit[],
  groups: readonly SplitGroup[],
  {
    synthetic,
    place,
  }: Pick<SplitConfig, 'synthetic'> & { place: (groups: readonly SplitGroup[]) => SplitName[] },
): Assigned {
  const isReal = (unit: number): boolean => units[unit]!.synthetic !== true;
  if (synthetic === 'everywhere' || units.every((_, unit) => isReal(unit))) return place(groups);
  const real = groups
    .map((group) => ({ ...group, members: group.members.filter(isReal) }))
    .filter(({ members }) => members.length > 0);
  // Numbers of units, not of real ones: place fills in those that it is given.
  const placed = place(real);
  const assigned = units.map((_, unit): SplitName | undefined => (isReal(unit) ? placed[unit]! : 'train'));
  for (const { members } of groups) {
    const first = members.find(isReal);
    if (first === undefined || placed[first] === 'train') continue;
    for (const member of members) if (!isReal(member)) assigned[member] = undefined;
  }
  return assigned;
}
