/** Records from Chinese statutes: what an article says, and which statute an article is from. */
import { seededRandom, shuffled } from '../../src/base/random.ts';
import { readKnowledge } from '../../src/data/knowledge/read-knowledge.ts';
import type { LegalRecord } from './records.ts';

/** Articles that the small base has room for: a Chinese character takes it two to three tokens. */
const articleCharacters = { least: 20, most: 110 };
const lawsPerBranch = 4;
const perLaw = { name: 14, quote: 6 };

type Article = { law: string; branch: string; number: string; text: string };

/** Articles of the newest versions, one paragraph each, by our own reader of knowledge bases. */
export async function readArticles(folder: string): Promise<Article[]> {
  const articles: Article[] = [];
  const passages = { max_words: 200, min_words: 30 };
  const signal = new AbortController().signal;
  for await (const page of readKnowledge(
    { path: folder, language: 'zh' },
    { projectFolder: folder, passages, signal },
  ))
    for (const { id, title, text, section } of page.passages ?? []) {
      const number = section?.split(' › ').at(-1) ?? '';
      if (!/^第.{1,12}条/.test(number) || text.includes('\n')) continue;
      articles.push({
        law: title.replace(/\s/g, ''),
        branch:
          id
            .slice(folder.length)
            .split('/')
            .find((part) => part !== '') ?? '',
        number,
        text: text.slice(number.length).trim(),
      });
    }
  return articles;
}

export function statuteRecords(articles: readonly Article[]): LegalRecord[] {
  const short = articles.filter(
    ({ text }) => text.length >= articleCharacters.least && text.length <= articleCharacters.most,
  );
  const byLaw = Map.groupBy(short, ({ branch, law }) => `${branch}/${law}`);
  const byBranch = Map.groupBy([...byLaw.values()], ([first]) => first!.branch);
  return [...byBranch.values()].flatMap((laws) =>
    laws
      .toSorted((a, b) => b.length - a.length || (a[0]!.law < b[0]!.law ? -1 : 1))
      .slice(0, lawsPerBranch)
      .flatMap((all) => {
        const drawn = shuffled(all, seededRandom(7, 'legal', all[0]!.law));
        const unnamed = drawn.filter(
          ({ text, law }) => !text.includes(law.replace(/\(.*$|^中华人民共和国/g, '')),
        );
        return [
          ...unnamed.slice(0, perLaw.name).map((one) =>
            record(one, 'name', {
              instruction: '下面的条文出自哪部法律？',
              input: one.text,
              output: title(one),
            }),
          ),
          ...drawn.slice(-perLaw.quote).map((one) =>
            record(one, 'quote', {
              instruction: `${title(one)}${one.number}是怎样规定的？`,
              input: '',
              output: one.text,
            }),
          ),
        ];
      }),
  );
}

/** 《中华人民共和国公司法》, with the date of the version where the file's name has one. */
function title({ law }: Article): string {
  const [, name = law, date] = /^(.*?)(?:\((.*)\))?$/.exec(law)!;
  return date === undefined ? `《${name}》` : `《${name}》（${date}）`;
}

function record(
  { law, branch, number }: Article,
  task: string,
  text: Pick<LegalRecord, 'instruction' | 'input' | 'output'>,
): LegalRecord {
  const id = `statutes/${law}/${number}`;
  return {
    id: `${id}/${task}`,
    ...text,
    source: `中华人民共和国法律: ${law}`,
    category: branch,
    language: 'zh',
    conversation_id: id,
  };
}
