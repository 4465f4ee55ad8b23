import type { Reply } from './child.ts';

/** What every section is given. */
export type BenchContext = {
  /** The Python that has the peers. */
  python: string;
  threads: number;
  /** Less of everything, to see that it works; its figures are no result. */
  quick: boolean;
  /** One line of progress. */
  say: (line: string) => void;
  /** Told what a peer says of its versions. */
  learnVersions: (hello: Reply) => void;
};
