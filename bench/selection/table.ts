/** The differences to random as a Markdown table, with intervals over the seeds. */
import type { Scores } from './classifier.ts';

export type Measured = {
  name: string;
  about: string;
  /** To choose from. */
  conversations: number;
  /** One a seed, as all scores. */
  random: (Scores & { words: number })[];
  choices: { name: string; scores: (Scores & { words: number })[] }[];
};

export function resultTable(measured: readonly Measured[], share: number): string {
  const seeds = measured[0]?.random.length ?? 0;
  return [
    `${100 * share} % of the conversations, ${seeds} seeds; under random what it scores, below it what a choice has more or less, with 95 % intervals.`,
    '',
    '| | accuracy, % | macro-F1, % | words |',
    '| --- | --: | --: | --: |',
    ...measured.flatMap(rows),
  ].join('\n');
}

function rows({ name, about, conversations, random, choices }: Measured): string[] {
  const mean = (key: keyof Scores | 'words'): number => meanOf(random.map((one) => one[key]));
  return [
    `| **${name}**, ${conversations.toLocaleString('en')}: ${about} | | | |`,
    `| random | ${mean('accuracy').toFixed(1)} | ${mean('macroF1').toFixed(1)} | 1 |`,
    ...choices.map(({ name: choice, scores }) => {
      const cell = (key: keyof Scores): string =>
        difference(scores.map((one, seed) => one[key] - random[seed]![key]));
      const words = meanOf(scores.map((one, seed) => one.words / random[seed]!.words));
      return `| ${choice} | ${cell('accuracy')} | ${cell('macroF1')} | ${words.toFixed(2)} |`;
    }),
  ];
}

/** 97.5 % quantiles of Student's t with 1 to 19 degrees of freedom. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093,
];

function difference(values: readonly number[]): string {
  const mean = meanOf(values);
  const variance = values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (values.length - 1);
  const half = quantiles[values.length - 2]! * Math.sqrt(variance / values.length);
  return `${signed(mean)} (${signed(mean - half)} to ${signed(mean + half)})`;
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;

export const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
