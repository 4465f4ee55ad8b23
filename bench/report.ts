/** The table of ratios, for people, for programs, and for the log. */
import { isMet } from './finding.ts';
import type { Finding, Plot } from './finding.ts';
import type { Machine } from './machine.ts';
import type { Spread } from './statistics.ts';

const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2));

function range({ median, minimum, maximum }: Spread): string {
  return `${number(median)} (${number(minimum)} to ${number(maximum)})`;
}

function promised({ target }: Finding): string {
  if (target === undefined) return '';
  return 'atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${number(target.atMost)}`;
}

function verdict(finding: Finding): string {
  const met = isMet(finding);
  return met === undefined ? '' : met ? 'met' : 'MISSED';
}

/** The findings as a Markdown table, which reads well in a terminal too. */
export function table(findings: readonly Finding[]): string {
  const header = ['', 'ours', 'peer', 'ratio (range)', 'target', ''];
  const rows = findings.map((finding) => [
    finding.what,
    finding.ours,
    finding.peer,
    range(finding.ratio),
    promised(finding),
    verdict(finding),
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, 3, ...rows.map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const notes = findings
    .filter(({ note }) => note !== undefined)
    .map(({ what, note }) => `- ${what}: ${note}`);
  return [
    line(header),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    ...(notes.length > 0 ? ['', ...notes] : []),
  ].join('\n');
}

export function describe({ commit, cpu, cores, memoryGb, instructions, versions }: Machine): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Commit ${commit}. ${cpu}, ${cores} cores, ${memoryGb} GB, ${instructions.join(' ')}. ${list.join(', ')}.`;
}

export type Report = {
  /** As in `npm run bench:train`. */
  bench: string;
  quick: boolean;
  threads: number;
  machine: Machine;
  findings: readonly Finding[];
  plots: readonly Plot[];
  measured: Readonly<Record<string, unknown>>;
  minutes: number;
};

/** What a guide shows of one section. */
export function sectionText({ machine, findings, threads }: Report, section: string): string {
  const own = findings.filter((finding) => finding.section === section);
  return `${describe(machine)} ${threads} threads.\n\n${table(own)}`;
}

/** One line of JSON. */
export function jsonLine(report: Report): string {
  const findings = report.findings.map((finding) => ({ ...finding, met: isMet(finding) }));
  return JSON.stringify({ ...report, findings });
}

/** An entry for bench/LOG.md. */
export function logEntry({ bench, machine, findings, threads, minutes }: Report, date: string): string {
  return [
    `## ${date}, at ${machine.commit}: npm run bench:${bench}`,
    `${describe(machine)} ${threads} threads; ${minutes.toFixed(0)} minutes.`,
    '',
    table(findings),
    '',
  ].join('\n');
}
