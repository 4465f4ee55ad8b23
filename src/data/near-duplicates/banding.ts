import { sketchSize } from './sketch.ts';

/** How a sketch is cut: `bands` groups of `rows` values; texts that agree in a whole band are candidates. */
export type Banding = { bands: number; rows: number };

/** Share of the pairs just at the threshold that must become candidates; above it nearly all do. */
const leastRecall = 0.99;

/**
 * The strictest banding that still finds pairs at the threshold: most rows, so fewest false candidates, with the knee
 * (1 / bands)^(1 / rows) well below it. Loose costs time only, since every candidate is verified.
 */
export function chooseBanding(threshold: number): Banding {
  let rows = sketchSize;
  while (rows > 1 && candidateProbability(threshold, bandingOf(rows)) < leastRecall) rows -= 1;
  return bandingOf(rows);
}

/** P(candidate) = 1 - (1 - J^rows)^bands. */
export function candidateProbability(jaccard: number, { bands, rows }: Banding): number {
  return 1 - (1 - jaccard ** rows) ** bands;
}

function bandingOf(rows: number): Banding {
  return { rows, bands: Math.floor(sketchSize / rows) };
}
