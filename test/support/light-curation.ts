/** Curation without the rules that load or compute much: what is tested is who runs them. */
import { curateConfig, type CurateConfig } from '../../src/data/config.ts';

export const lightCuration: CurateConfig = curateConfig.parse({
  ...Object.fromEntries(
    ['boilerplate', 'language', 'toxicity', 'macros', 'quality', 'diversity'].map((rule) => [
      rule,
      { enabled: false },
    ]),
  ),
  budget: { examples: 150 },
});
