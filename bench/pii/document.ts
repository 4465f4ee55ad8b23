/** The part of docs/guides/pii.md that is measured. */
import { labelTable, overallTable, type Result, ruleTable, typeTable } from './table.ts';

export function measuredText(results: readonly Result[], versions: string): string {
  const parts = results.flatMap((result) => [
    `#### ${result.file.name}`,
    `${result.file.records.length.toLocaleString('en')} records. ${result.file.note}`,
    typeTable(result),
    ...(result.systems[0]!.score.labels.size > 0
      ? [
          'By other rules, over all types:',
          ruleTable(result),
          "Recall by the file's own labels:",
          labelTable(result),
        ]
      : []),
  ]);
  return [`Compared with ${versions}.`, overallTable(results), ...parts].join('\n\n');
}
