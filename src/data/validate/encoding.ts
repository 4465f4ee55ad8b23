/** Signs that a text was decoded wrongly. */
import { repairEncoding } from '../../text/encoding-repair.ts';

export type EncodingDamage = 'replacement characters' | 'UTF-8 read as another encoding';

/** What is wrong with a text's characters; undefined for a sound one. Misread is what curation would mend. */
export function encodingDamage(text: string): EncodingDamage | undefined {
  if (text.includes('\ufffd')) return 'replacement characters';
  return repairEncoding(text) === text ? undefined : 'UTF-8 read as another encoding';
}
