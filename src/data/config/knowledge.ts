import { z } from 'zod';

export const knowledgeConfig = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .describe(
        'A page, or a folder of pages with all that is below it, relative to the project folder: .md, .mdx, .html, .pdf, .docx and .txt files.',
      ),
    sitemap: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A sitemap.xml on disk. Only the pages that it lists are read; their files are found below path by the path of their address.',
      ),
    base_url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe(
        "Address that the pages are published under. A page's link is this with its permalink or slug, or its path, behind it.",
      ),
    name: z
      .string()
      .min(1)
      .optional()
      .describe('Name of the source in ids, the ledger and reports (default: its path as written here).'),
    language: z
      .string()
      .min(2)
      .optional()
      .describe('Language of pages that name none, a BCP 47 tag (default: told from the text).'),
  })
  .describe('One knowledge base: help pages, manuals, policies.');

export const passagesConfig = z
  .strictObject({
    max_words: z
      .int()
      .min(20)
      .max(5000)
      .default(200)
      .describe('Most words in a passage. Two Chinese or Japanese characters count as one word.'),
    min_words: z
      .int()
      .min(0)
      .default(30)
      .describe('A section with fewer words than this is joined with its neighbour on the page.'),
  })
  .refine(({ min_words, max_words }) => min_words <= max_words, {
    path: ['min_words'],
    message: 'min_words must not be over max_words',
  })
  .prefault({})
  .describe('How the pages of the knowledge bases are cut.');

export type KnowledgeConfig = z.infer<typeof knowledgeConfig>;
export type PassagesConfig = z.infer<typeof passagesConfig>;

/** The knowledge base's name in ids, the ledger and reports: as configured, or else its path as written. */
export function knowledgeName({ name, path }: Pick<KnowledgeConfig, 'name' | 'path'>): string {
  return name ?? path;
}
