/** The scores as Markdown, which reads well in a terminal too. */
import type { EvaluationFile } from './evaluation-file.ts';
import { type CommonType, commonTypes } from './labels.ts';
import { criteria, type FileScore, type Score } from './score.ts';

export type System = {
  name: string;
  score: FileScore;
  /** Types it has a recogniser for. */
  looksFor: ReadonlySet<CommonType>;
};

export type Result = {
  file: EvaluationFile;
  systems: System[];
};

const figure = (value: number): string => value.toFixed(3);
const criterionNames = { exact: 'exact', half: 'overlap ≥ 0.5', any: 'any overlap' } as const;

export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join('\n');
}

/** Both systems side by side over all types of each file. */
export function overallTable(results: readonly Result[]): string {
  const header = [
    'file, system',
    'gold',
    'found',
    'precision',
    'recall',
    'F2',
    'false per 1,000',
    'masked without PII',
  ];
  const rows = results.flatMap(({ file, systems }) =>
    systems.map(({ name, score }) => {
      const { typed } = score.overall.half;
      return [
        `${file.name}: ${name}`,
        String(typed.gold),
        String(typed.found),
        ...figures(typed),
        score.falsePer1000.toFixed(1),
        `${(score.maskedWithoutGold * 100).toFixed(2)} %`,
      ];
    }),
  );
  return table([header, ...rows]);
}

/** One file by other rules: exact, any overlap, and whatever the type. */
export function ruleTable({ systems }: Result): string {
  const header = ['rule', ...systems.flatMap(({ name }) => [`${name} precision`, 'recall', 'F2'])];
  const rows = criteria.flatMap((criterion) =>
    (['typed', 'untyped'] as const).map((kind) => [
      `${criterionNames[criterion]}, ${kind}`,
      ...systems.flatMap(({ score }) => figures(score.overall[criterion][kind])),
    ]),
  );
  return table([header, ...rows]);
}

export function typeTable({ file, systems }: Result): string {
  const header = [
    'type',
    'gold',
    ...systems.flatMap(({ name }) => [`${name} precision`, 'recall', 'F2', 'false per 1,000']),
  ];
  const rows = commonTypes
    .filter((type) => file.scope.has(type))
    .map((type) => [
      `${type}${file.notByPattern?.includes(type) ? ' (not by pattern)' : ''}`,
      String(systems[0]!.score.types.get(type)!.gold),
      ...systems.flatMap(({ score }) => {
        const one = score.types.get(type)!;
        return [...figures(one), one.falsePer1000.toFixed(1)];
      }),
    ]);
  return table([header, ...rows]);
}

/** Recall by the file's own labels. */
export function labelTable({ systems }: Result): string {
  const labels = [...systems[0]!.score.labels.keys()].sort();
  const rows = labels.map((label) => [
    label,
    String(systems[0]!.score.labels.get(label)!.gold),
    ...systems.map(({ score }) => {
      const { gold, hit } = score.labels.get(label)!;
      return figure(hit / gold);
    }),
  ]);
  return table([['label', 'gold', ...systems.map(({ name }) => `${name} recall`)], ...rows]);
}

function figures({ precision, recall, f2, found, gold }: Score): string[] {
  // Where nothing is to be found, how much is found is told by the false finds alone.
  if (gold === 0) return ['–', '–', '–'];
  return [found === 0 ? '–' : figure(precision), figure(recall), figure(f2)];
}
