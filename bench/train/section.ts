import type { CommonContext } from '../program.ts';

/** What every section is given. */
export type BenchContext = CommonContext & {
  /** The Python that has the peers. */
  python: string;
};
