/** A page's blocks as sections: the text under one heading, up to the next one. */
import { type Block, isText, type TextBlock } from './page.ts';

export type Heading = { level: number; text: string; anchor?: string };

export type Section = {
  /** The headings it stands under, outermost first; none for what precedes the first one. */
  path: Heading[];
  blocks: TextBlock[];
};

/** Sections in the order of the page. One that has a heading but no text of its own is there too, with no blocks. */
export function sectionsOf(blocks: readonly Block[]): Section[] {
  const sections: Section[] = [];
  let path: Heading[] = [];
  let current: Section | undefined;
  for (const block of blocks) {
    if (isText(block)) {
      if (!current) sections.push((current = { path, blocks: [] }));
      current.blocks.push(block);
      continue;
    }
    path = path.filter(({ level }) => level < block.level);
    current = undefined;
    if (block.kind === 'end') continue;
    const { level, text, anchor } = block;
    path = [...path, { level, text, ...(anchor !== undefined && { anchor }) }];
    sections.push((current = { path, blocks: [] }));
  }
  return sections;
}

/** The sections of `sections` below the one at `index`, itself included. */
export function subtree(sections: readonly Section[], index: number): Section[] {
  const top = sections[index]!.path.at(-1);
  let last = index + 1;
  while (last < sections.length && top !== undefined && sections[last]!.path.includes(top)) last += 1;
  return sections.slice(index, last);
}

/** Without the sections that hold nothing but links to elsewhere ("Related articles"): those are signposts, not content. */
export function withoutSignposts(sections: readonly Section[]): { kept: Section[]; dropped: Section[] } {
  const dropped = sections.filter(
    ({ path, blocks }) =>
      path.length > 0 && blocks.length > 0 && blocks.every(({ linksOnly }) => linksOnly === true),
  );
  return { kept: sections.filter((section) => !dropped.includes(section)), dropped };
}
