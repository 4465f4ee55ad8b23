/**
 * `npm run bench:train`: our training against transformers, PEFT and TRL, on this machine, in one run. Prints a table of
 * ratios; exits with 1 when a target is missed. docs/benchmarks/README.md says how it is measured.
 */
import { runBenchmark } from '../program.ts';
import { pythonWithPeers } from './python.ts';
import type { BenchContext } from './section.ts';
import { dpoSection } from './sections/dpo.ts';
import { growthSection } from './sections/growth.ts';
import { memorySection } from './sections/memory.ts';
import { startSection } from './sections/start.ts';
import { stepSection } from './sections/step.ts';
import { textSection } from './sections/text.ts';

await runBenchmark<BenchContext>({
  name: 'train',
  quick: 'tiny models and few rounds',
  sections: {
    step: stepSection,
    text: textSection,
    dpo: dpoSection,
    memory: memorySection,
    start: startSection,
    growth: growthSection,
  },
  open: async (common) => ({ ...common, python: await pythonWithPeers(common.say) }),
});
