/** What was promised, and whether it is kept. */
import { type CommonType, structuredTypes } from './labels.ts';
import type { FileScore } from './score.ts';
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

/**
 * Better than every Presidio, over all types of the file. Beside the one without a model, precision is over the types that
 * it looks for, since who never guesses a name is never wrong about one. Where it finds nothing there is no precision to be
 * better than.
 */
function againstPeer({ file, systems: [ours, ...peers] }: Result): Check[] {
  return peers.flatMap(({ name, score, looksFor }) => {
    const shared = [...file.scope].filter((type) => looksFor.has('NAME') || looksFor.has(type));
    const recall = [ours!.score, score].map((one) => one.overall.half.typed.recall);
    const precision = [ours!.score, score].map((one) => precisionOver(one, shared));
    const above = (figure: string, [mine, theirs]: (number | undefined)[]): Check[] =>
      mine === undefined || theirs === undefined
        ? []
        : [
            {
              what: `${file.name}: ${figure} above ${name}`,
              value: mine,
              least: theirs,
              met: mine > theirs || (theirs === 1 && mine === 1),
            },
          ];
    return [...above('recall', recall), ...above(`precision (${shared.join(', ')})`, precision)];
  });
}

function precisionOver({ types }: FileScore, shared: readonly CommonType[]): number | undefined {
  const sum = (count: 'found' | 'foundHit'): number =>
    shared.reduce((total, type) => total + (types.get(type)?.[count] ?? 0), 0);
  return sum('found') === 0 ? undefined : sum('foundHit') / sum('found');
}

function check(what: string, value: number, least: number): Check {
  return { what, value, least, met: value >= least };
}
