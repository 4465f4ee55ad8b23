/** Lower and upper end of a confidence interval. */
export type Interval = [low: number, high: number];

/** How intervals are computed; part of the evaluation's settings, and written beside every result. */
export type BootstrapSettings = {
  resamples: number;
  /** Coverage in (0, 1), such as 0.95. */
  confidence: number;
  seed: number;
};
