/** Shows progress events: a bar on a terminal, a plain line now and then elsewhere, JSON lines for programs. */
import type { ProgressEvent, Reporter } from '../base/progress.ts';
import { formatBytes } from '../base/format-bytes.ts';
import { formatNumber } from './format.ts';
import { formatSeconds } from '../base/format-seconds.ts';

export type ProgressView = {
  report: Reporter;
  /** Takes the bar away, so that other text can follow. */
  clear: () => void;
};

export type ProgressOptions = {
  write: (text: string) => void;
  now: () => number;
  interactive: boolean;
  columns: number;
  paint: (style: 'bold' | 'green' | 'yellow' | 'dim', text: string) => string;
};

type ProgressUpdate = ProgressEvent & { type: 'progress' };

/** Redrawing more often than this only costs time. */
const barIntervalMs = 100;
const lineIntervalMs = 5000;
/** That a step which took less is done, or how fast it goes, is no news yet. */
const noteworthyMs = 1000;
/** A terminal with less room shows no bar and only what matters most. */
const narrowest = 60;

export const jsonProgress = (write: (text: string) => void): ProgressView => ({
  report: (event) => write(JSON.stringify(event) + '\n'),
  clear: () => {},
});

/** Only warnings. */
export const quietProgress = (write: (text: string) => void): ProgressView => ({
  report: (event) => {
    if (event.type === 'warning') write(`warning: ${event.message}\n`);
  },
  clear: () => {},
});

/** Bars or plain lines, on stderr. */
export function humanProgress(options: ProgressOptions): ProgressView {
  const { write, now, interactive, columns, paint } = options;
  let barShown = false;
  let lastDrawn = -Infinity;
  let current: { label: string; start: number; firstDone: number } | undefined;

  const clear = (): void => {
    if (barShown) write('\r\x1b[K');
    barShown = false;
  };
  const line = (text: string): void => {
    clear();
    write(text + '\n');
  };
  const progress = (event: ProgressUpdate): void => {
    const time = now();
    if (current?.label !== event.label || event.done < current.firstDone) {
      current = { label: event.label, start: time, firstDone: event.done };
      if (!interactive) lastDrawn = time;
      else if (isBegun(event)) lastDrawn = -Infinity;
    }
    const { start, firstDone } = current;
    const finished = isFinished(event);
    if (finished) current = undefined;
    const due = time - lastDrawn >= (interactive ? barIntervalMs : lineIntervalMs);
    if (finished ? time - start < noteworthyMs : !due) return;
    lastDrawn = time;
    const seconds = (time - start) / 1000;
    if (interactive) {
      write(`\r\x1b[K${barText(event, seconds, firstDone)}`);
      barShown = true;
    } else {
      write(`  ${describeProgress(event, seconds, firstDone)}\n`);
    }
  };
  const barText = (event: ProgressUpdate, seconds: number, firstDone: number): string => {
    const room = Math.max(20, columns - 1);
    return room < narrowest
      ? describeShortly(event, seconds, firstDone).slice(0, room)
      : withBar(event, describeProgress(event, seconds, firstDone), room);
  };

  const report = (event: ProgressEvent): void => {
    switch (event.type) {
      case 'progress':
        return progress(event);
      case 'stage-start':
        current = undefined;
        return line(`${paint('bold', event.stage)} ${paint('dim', event.artifact)}`);
      case 'stage-end':
        current = undefined;
        return line(`${paint('green', `${event.stage} done`)} in ${formatSeconds(event.seconds)}`);
      case 'stage-reuse':
        return line(`${event.stage} ${paint('dim', `reused ${event.artifact}`)}`);
      case 'warning':
        return line(`${paint('yellow', 'warning:')} ${event.message}`);
      case 'note':
        return line(`  ${event.message}`);
      case 'metrics':
        return; // for programs and metrics.jsonl; what a person needs of them is in the progress detail
      default:
        event satisfies never;
    }
  };
  return { report, clear };
}

/**
 * `train  120/300 steps, 58 s left, 3.1 steps/s, loss 1.23`; the rate counts from what a resumed run starts at. What is
 * only begun is its label alone, and what is done says how long it took.
 */
function describeProgress(event: ProgressUpdate, seconds: number, firstDone = 0): string {
  const { label, done, unit, detail } = event;
  if (isBegun(event)) return label;
  const rate = 1000 * seconds >= noteworthyMs ? (done - firstDone) / seconds : 0;
  const units = unit === 'bytes' ? '' : ` ${unit}`;
  const parts = [`${amounts(event)}${units}`];
  if (isFinished(event)) parts[0] += ` in ${formatSeconds(seconds)}`;
  else {
    parts.push(...timeLeft(event, rate));
    if (rate > 0) parts.push(`${amount(rate, unit)}${units}/s`);
  }
  if (detail !== undefined) parts.push(detail);
  return `${label}  ${parts.join(', ')}`;
}

/** What of it matters most, for a terminal with little room: `train  120/300, 58 s left`. */
function describeShortly(event: ProgressUpdate, seconds: number, firstDone: number): string {
  if (isBegun(event)) return event.label;
  const rate = seconds > 0 ? (event.done - firstDone) / seconds : 0;
  return `${event.label}  ${[amounts(event), ...timeLeft(event, rate)].join(', ')}`;
}

const isBegun = ({ done, total }: ProgressUpdate): boolean => done === 0 && total === undefined;

const isFinished = ({ done, total }: ProgressUpdate): boolean => total !== undefined && done >= total;

const amount = (value: number, unit: string): string =>
  unit === 'bytes' ? formatBytes(value) : formatNumber(value);

const amounts = ({ done, total, unit }: ProgressUpdate): string =>
  total === undefined || done === total ? amount(done, unit) : `${amount(done, unit)}/${amount(total, unit)}`;

function timeLeft({ done, total }: ProgressUpdate, rate: number): string[] {
  if (total === undefined || rate <= 0) return [];
  const seconds = (total - done) / rate;
  return seconds >= 1 ? [`${formatSeconds(seconds)} left`] : [];
}

function withBar({ done, total }: ProgressUpdate, text: string, room: number): string {
  if (total === undefined || total <= 0) return text.slice(0, room);
  const width = 20;
  const filled = Math.min(width, Math.round((done / total) * width));
  return `${'━'.repeat(filled)}${'─'.repeat(width - filled)} ${text}`.slice(0, room);
}
