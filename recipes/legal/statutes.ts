/** Records from Chinese statutes: which statute a paragraph is from. */
import { seededRandom, shuffled } from '../../src/base/random.ts';
import { readKnowledge } from '../../src/data/knowledge/read-knowledge.ts';
import type { LegalRecord } from './records.ts';

/** A Chinese character takes the small base three tokens. */
const paragraphCharacters = { least: 20, most: 60 };
/** Long statutes about matters far from one another. */
const statutesNamed = ['刑法', '公司法', '海商法', '保险法', '民事诉讼法'];
const perStatute = 180;

/** `number` counts the paragraphs of an article from 1. */
type Paragraph = { law: string; article: string; number: number; text: string };

/** Paragraphs of articles, of the newest versions, by our own reader of knowledge bases. */
export async function readParagraphs(folder: string): Promise<Paragraph[]> {
  const paragraphs: Paragraph[] = [];
  const passages = { max_words: 200, min_words: 30 };
  const signal = new AbortController().signal;
  for await (const page of readKnowledge(
    { path: folder, language: 'zh' },
    { projectFolder: folder, passages, signal },
  ))
    for (const { title, text, section } of page.passages ?? []) {
      const article = section?.split(' › ').at(-1) ?? '';
      if (!/^第.{1,12}条/.test(article)) continue;
      text
        .slice(text.startsWith(article) ? article.length : 0)
        .split(/\n+/)
        .forEach((line, i) =>
          paragraphs.push({
            law: title.replace(/\s/g, ''),
            article,
            number: i + 1,
            text: line.trim(),
          }),
        );
    }
  return paragraphs;
}

/** Paragraphs that do not name their statute, which is asked for. */
export function statuteRecords(paragraphs: readonly Paragraph[]): LegalRecord[] {
  return statutesNamed.flatMap((statute) => {
    const unnamed = paragraphs.filter(
      ({ law, text }) =>
        shortName(law) === statute &&
        text.length >= paragraphCharacters.least &&
        text.length <= paragraphCharacters.most &&
        text.endsWith('。') &&
        !text.includes(statute),
    );
    return shuffled(unnamed, seededRandom(7, 'legal', statute))
      .slice(0, perStatute)
      .map(({ law, article, number, text }) => ({
        id: `${statute}/${article}/${number}`,
        instruction: '出自哪部法律？',
        input: text,
        output: statute,
        source: `中华人民共和国法律: ${law}`,
        category: statute,
        task: 'name',
        language: 'zh',
        conversation_id: `${statute}/${article}`,
      }));
  });
}

/** 公司法 of 中华人民共和国公司法(2023-12-29). */
function shortName(law: string): string {
  return law.replace(/\(.*$|^中华人民共和国/g, '');
}
