import { counted } from '../../base/number-text.ts';
import type { CurateConfig } from '../config.ts';
import type { Message, RejectedReply } from '../example.ts';
import { splitCode, stripCodeTags, stripMarkup } from '../markup.ts';
import type { RecordRule } from '../rule.ts';

/**
 * Cleans texts, rejected replies among them: Unicode NFC, control and invisible characters, white space, markup. Tool results keep their white
 * space and markup, as they may be code or data; system prompts keep their markup.
 */
export function normalise(config: CurateConfig['normalise']): RecordRule {
  return {
    name: 'normalise',
    decide: (example) => {
      const counts = new Map<Cleaning, number>();
      const messages = example.messages.map((one): Message => {
        const clean = <T extends Message | RejectedReply>(text: T): T => {
          const content = normaliseContent(one.role, text.content, config.markup === 'strip');
          if (content === text.content) return text;
          for (const one of cleaningsOf(text.content, content)) counts.set(one, (counts.get(one) ?? 0) + 1);
          return { ...text, content };
        };
        return one.rejected ? { ...clean(one), rejected: one.rejected.map(clean) } : clean(one);
      });
      if (counts.size === 0) return { example };
      const changes = [...counts].map(([kind, texts]) => ({
        reason: `${kind} in ${counted(texts, 'text')}`,
        kind,
      }));
      return { example: { ...example, messages }, changes };
    },
  };
}

type Cleaning = 'mended characters' | 'took off markup' | 'put white space in order';

/** What was done to a text that changed. */
function cleaningsOf(before: string, after: string): Cleaning[] {
  const characters = cleanCharacters(before);
  const bare = (text: string): string => text.replace(/\s+/g, '');
  const cleanings: Cleaning[] = [];
  if (bare(characters) !== bare(before)) cleanings.push('mended characters');
  if (bare(characters) !== bare(after)) cleanings.push('took off markup');
  return cleanings.length > 0 ? cleanings : ['put white space in order'];
}

function normaliseContent(role: Message['role'], content: string, markup: boolean): string {
  if (role === 'tool') return cleanCharacters(content);
  return normaliseText(content, { markup: markup && role !== 'system' });
}

/** The text in plain form. Code keeps its spaces and marks. */
export function normaliseText(text: string, { markup = true }: { markup?: boolean } = {}): string {
  const parts = splitCode(cleanCharacters(text));
  const cleaned = parts.map((part, i) => {
    if (i % 2 === 1) return markup ? stripCodeTags(part) : part;
    return collapseSpaces(markup ? stripMarkup(part) : part, {
      first: i === 0,
      last: i === parts.length - 1,
    });
  });
  return cleaned.join('').trim();
}

/** NFC, line ends as \n, no control characters, no invisible ones but the joiners that scripts and emoji need. */
export function cleanCharacters(text: string): string {
  if (/^[\n\x20-\x7e]*$/.test(text)) return text;
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(
      /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]/g,
      '',
    )
    .replace(/\p{Zs}/gu, ' ')
    .replace(/(?<=^|[\s!-~])[\u200c\u200d]+|[\u200c\u200d]+(?=$|[\s!-~])/g, '')
    .normalize('NFC');
}

function collapseSpaces(text: string, edge: { first: boolean; last: boolean }): string {
  if (!/[ \t]{2}|\t|[ \t]\n|\n[ \t]|\n{3}/.test(text)) return text;
  const lines = text.split('\n');
  const cleaned = lines.map((line, i) => {
    // An indent may carry a list's depth; beside code on the same line a space is part of the sentence.
    const [indent] = i === 0 && !edge.first ? [''] : /^[ \t]*/.exec(line)!;
    const body = line.slice(indent.length).replace(/[ \t]+/g, ' ');
    const end = i === lines.length - 1 && !edge.last ? body : body.trimEnd();
    return end === '' ? '' : indent.replaceAll('\t', '  ') + end;
  });
  return cleaned.join('\n').replace(/\n{3,}/g, '\n\n');
}
