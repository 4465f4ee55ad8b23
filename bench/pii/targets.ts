/** What was promised, and whether it is kept. */
import { structuredTypes } from './labels.ts';
import type { Result } from './table.ts';

export type Check = { what: string; value: number; least: number; met: boolean };

const leastStructured = 0.97;

export function checks(results: readonly Result[]): Check[] {
  return results.flatMap((result) => [...absolute(result), ...againstPeer(result)]);
}

/** The file with a target of its own: overall, and the structured types one by one. */
function absolute({ file, systems }: Result): Check[] {
  if (!file.target) return [];
  const { score } = systems[0]!;
  const { precision, recall } = score.overall.half.typed;
  const structured = structuredTypes
    .filter((type) => file.scope.has(type))
    .flatMap((type) => {
      const one = score.types.get(type)!;
      return [
        check(`${file.name}: ${type} precision`, one.precision, leastStructured),
        check(`${file.name}: ${type} recall`, one.recall, leastStructured),
      ];
    });
  return [
    check(`${file.name}: precision`, precision, file.target.precision),
    check(`${file.name}: recall`, recall, file.target.recall),
    ...structured,
  ];
}

/** Better than every Presidio in both figures; one that finds nothing has no precision to be better than. */
function againstPeer({ file, systems: [ours, ...peers] }: Result): Check[] {
  const mine = ours!.score.overall.half.typed;
  return peers.flatMap(({ name, score }) => {
    const theirs = score.overall.half.typed;
    return (['precision', 'recall'] as const).map((figure) => ({
      what: `${file.name}: ${figure} above ${name}`,
      value: mine[figure],
      least: theirs[figure],
      met: mine[figure] > theirs[figure],
    }));
  });
}

function check(what: string, value: number, least: number): Check {
  return { what, value, least, met: value >= least };
}
