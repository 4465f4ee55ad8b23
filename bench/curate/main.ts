/**
 * `npm run bench:curate`: the default curation on up to a million conversations, on this machine. Prints a table; exits
 * with 1 when a target is missed.
 */
import { type CommonContext, runBenchmark } from '../program.ts';
import { nearDuplicatesSection } from './sections/near-duplicates.ts';
import { peersSection } from './sections/peers.ts';
import { rulesSection } from './sections/rules.ts';
import { throughputSection } from './sections/throughput.ts';

await runBenchmark<CommonContext>({
  name: 'curate',
  quick: 'ten thousand conversations at most',
  sections: {
    rules: rulesSection,
    'near-duplicates': nearDuplicatesSection,
    throughput: throughputSection,
    peers: peersSection,
  },
  open: async (common) => common,
  guide: 'curation.md',
});
