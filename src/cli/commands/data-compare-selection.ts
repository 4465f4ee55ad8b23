import type { Command } from 'commander';
import { join } from 'node:path';
import type { SelectionComparison } from '../../pipeline/selection/compare-selection.ts';
import { createContext } from '../context.ts';
import type { Io } from '../io.ts';

export function addCompareSelection(data: Command, io: Io): void {
  data
    .command('compare-selection')
    .description(
      'train on what is chosen and on as many conversations drawn at random, and compare the two models on others',
    )
    .option('--wait', 'wait while another run holds the project')
    .action(async (options: { wait?: boolean }, command: Command) => {
      const context = createContext(io, command);
      const { compareSelection } = await import('../../pipeline/selection/compare-selection.ts');
      const { formatComparison } = await import('../comparison-text.ts');
      const comparison = await compareSelection(await context.project(), await io.loadStages(), {
        ...options,
        command: 'attune data compare-selection',
        report: context.report,
        signal: io.signal,
      });
      context.result(
        asJson(comparison),
        `${formatComparison(comparison.results)}\nReport: ${join(comparison.folder, 'report.html')}\n`,
      );
    });
}

/** The same figures as evaluation_results.json holds, under the names of what was compared. */
function asJson({ results, folder, stages }: SelectionComparison): object {
  const { comparison, base: random, tuned: chosen, difference, metrics, counts, warnings } = results;
  return { comparison, random, chosen, difference, metrics, counts, warnings, folder, stages };
}
