/** What a Word document keeps beside its text: styles, lists, and where its links lead. */
import { readXml } from './xml.ts';

/** A list by its id, the level in its definition, and how deep its items stand, from 0. */
export type ListPlace = { id: string; level: number; depth: number };

/** Outline levels of paragraph styles by id, from 1; 0 is the document's title. Contents are lists of headings. */
export type Styles = ReadonlyMap<string, { level?: number; list?: ListPlace; isContents: boolean }>;

/** Numbered or not, by list and level: `${numId}/${ilvl}`. */
export type Numbering = (list: string, level: number) => { ordered: boolean; start: number };

type RawStyle = { name: string; basedOn: string; outline: string; list: string; listLevel: number };

export async function readStyles(xml: string | undefined): Promise<Styles> {
  const raw = new Map<string, RawStyle>();
  let style: RawStyle | undefined;
  await readXml(xml ?? '', {
    open: (name, attribute) => {
      if (name === 'style')
        raw.set(
          attribute('styleId') ?? '',
          (style = { name: '', basedOn: '', outline: '', list: '', listLevel: 0 }),
        );
      if (style === undefined) return;
      if (name === 'name') style.name = attribute('val') ?? '';
      if (name === 'basedOn') style.basedOn = attribute('val') ?? '';
      if (name === 'outlineLvl') style.outline = attribute('val') ?? '';
      if (name === 'numId') style.list = attribute('val') ?? '';
      if (name === 'ilvl') style.listLevel = Math.min(8, Number.parseInt(attribute('val') ?? '', 10) || 0);
    },
    close: (name) => {
      if (name === 'style') style = undefined;
    },
  });
  const styles = new Map<string, { level?: number; list?: ListPlace; isContents: boolean }>();
  for (const id of raw.keys()) {
    const level = levelOf(id, raw);
    const list = listOf(id, raw);
    styles.set(id, {
      ...(level !== undefined && { level }),
      ...(list !== undefined && { list }),
      isContents: /^toc \d$|^table of (?:figures|contents)/i.test(raw.get(id)!.name),
    });
  }
  return styles;
}

/** Word names its own heading styles in English whatever the language; others state a level or build on one. */
function levelOf(id: string, raw: ReadonlyMap<string, RawStyle>): number | undefined {
  let style = raw.get(id);
  for (let steps = 0; style !== undefined && steps < 20; steps++) {
    const heading = /^heading (\d)$/i.exec(style.name)?.[1];
    if (heading !== undefined) return Number(heading);
    if (/^title$/i.test(style.name)) return 0;
    if (/^\d$/.test(style.outline)) return style.outline === '9' ? undefined : Number(style.outline) + 1;
    style = raw.get(style.basedOn);
  }
  return undefined;
}

/** The list of a style; Word's own "List Bullet 2" is the first level of a list of its own, and stands one deeper. */
function listOf(id: string, raw: ReadonlyMap<string, RawStyle>): ListPlace | undefined {
  let style = raw.get(id);
  for (let steps = 0; style !== undefined && steps < 20; steps++) {
    const { list, listLevel, name, basedOn } = style;
    const deeper = Number(/^list (?:bullet|number) ([2-5])$/i.exec(name)?.[1] ?? 1) - 1;
    if (list !== '') return { id: list, level: listLevel, depth: Math.max(listLevel, deeper) };
    style = raw.get(basedOn);
  }
  return undefined;
}

export async function readNumbering(xml: string | undefined): Promise<Numbering> {
  const ordered = new Map<string, boolean>();
  const starts = new Map<string, number>();
  const abstractOf = new Map<string, string>();
  let abstract = '';
  let list = '';
  let level = '';
  await readXml(xml ?? '', {
    open: (name, attribute) => {
      const value = attribute('val') ?? '';
      if (name === 'abstractNum') abstract = attribute('abstractNumId') ?? '';
      else if (name === 'num') list = attribute('numId') ?? '';
      else if (name === 'abstractNumId' && list !== '') abstractOf.set(list, value);
      else if (name === 'lvl') level = attribute('ilvl') ?? '';
      else if (name === 'numFmt' && level !== '')
        ordered.set(`${abstract}/${level}`, value !== 'bullet' && value !== 'none');
      else if (name === 'start' && level !== '')
        starts.set(`${abstract}/${level}`, Number.parseInt(value, 10) || 1);
    },
    close: (name) => {
      if (name === 'abstractNum') abstract = '';
      if (name === 'num') list = '';
      if (name === 'lvl') level = '';
    },
  });
  return (wanted, depth) => {
    const key = `${abstractOf.get(wanted) ?? ''}/${depth}`;
    return { ordered: ordered.get(key) ?? false, start: starts.get(key) ?? 1 };
  };
}

/** The texts of footnotes or endnotes by their id; the lines that separate them from the page are none. */
export async function readNotes(xml: string | undefined): Promise<ReadonlyMap<string, string>> {
  const notes = new Map<string, string>();
  let id: string | undefined;
  let text = '';
  let inText = false;
  await readXml(xml ?? '', {
    open: (name, attribute) => {
      if (name === 'footnote' || name === 'endnote') {
        id = /separator/i.test(attribute('type') ?? '') ? undefined : attribute('id');
        text = '';
      } else if (name === 'p' || name === 'tab' || name === 'br') text += ' ';
      inText = name === 't';
    },
    text: (data) => {
      if (inText) text += data;
    },
    close: (name) => {
      inText = false;
      if ((name === 'footnote' || name === 'endnote') && id !== undefined)
        notes.set(id, text.replace(/\s+/g, ' ').trim());
    },
  });
  return notes;
}

/** Addresses of the document's links by their id. */
export async function readRelations(xml: string | undefined): Promise<ReadonlyMap<string, string>> {
  const relations = new Map<string, string>();
  await readXml(xml ?? '', {
    open: (name, attribute) => {
      if (name === 'Relationship' && attribute('TargetMode') === 'External')
        relations.set(attribute('Id') ?? '', attribute('Target') ?? '');
    },
  });
  return relations;
}
