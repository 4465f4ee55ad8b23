import type { EvaluationRecord, LabelledSpan } from '../evaluation-file.ts';
import type { CommonType } from '../labels.ts';

/** What a slot is filled with; a name in capitals is gold of that type, another is what must be left alone. */
export type SlotValues<Source> = Readonly<Record<string, (source: Source) => string>>;

/**
 * A template with a value in each {slot}. What stands behind a full stop in a slot's name tells slots of one type apart:
 * {NAME.family} is gold of type NAME.
 */
export function filled<Source>(
  template: string,
  values: SlotValues<Source>,
  source: Source,
): EvaluationRecord {
  const gold: LabelledSpan[] = [];
  let text = '';
  for (const part of template.split(/(\{[\w.]+\})/)) {
    const slot = /^\{([\w.]+)\}$/.exec(part)?.[1];
    const value = slot === undefined ? part : values[slot]!(source);
    const type = slot?.split('.')[0];
    if (type !== undefined && type === type.toUpperCase())
      gold.push({
        start: text.length,
        end: text.length + value.length,
        type: type as CommonType,
        label: slot!,
      });
    text += value;
  }
  return { text, before: '', gold };
}
