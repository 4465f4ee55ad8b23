/**
 * How long work tells what it is doing. A stage gets a `Reporter` and an `AbortSignal`; it knows nothing of terminals.
 * The command line renders the events as bars, plain lines or JSON lines.
 */
export type ProgressEvent =
  | { type: 'stage-start'; stage: string; artifact: string }
  | { type: 'stage-end'; stage: string; artifact: string; seconds: number }
  | { type: 'stage-reuse'; stage: string; artifact: string }
  /**
   * `done` of `total` in `unit` (records, steps, replies); `total` is undefined where it cannot be known. Nothing done of
   * an unknown total tells what is begun, where nothing can be told until it is done.
   */
  | { type: 'progress'; label: string; done: number; total?: number; unit: string; detail?: string }
  | { type: 'metrics'; values: Record<string, number> }
  | { type: 'note'; message: string }
  | { type: 'warning'; message: string };

export type Reporter = (event: ProgressEvent) => void;

export const silent: Reporter = () => {};
