/** XML from strangers: read by htmlparser2, which knows no DTDs, under limits, by local names. */
import { NoPage } from './page.ts';

export type XmlHandler = {
  /** `attribute` looks an attribute up by its local name: `val` finds `w:val`. */
  open?: (name: string, attribute: (name: string) => string | undefined) => void;
  text?: (data: string) => void;
  close?: (name: string) => void;
};

const deepest = 500;

/** Throws NoPage for documents with a DTD, which could define entities that grow without end, and for deep nesting. */
export async function readXml(text: string, handler: XmlHandler): Promise<void> {
  if (text === '') return;
  const { Parser } = await import('htmlparser2');
  let depth = 0;
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        depth += 1;
        if (depth > deepest) throw new NoPage(`its XML is nested more than ${deepest} deep`, { bad: true });
        handler.open?.(localName(name), (wanted) => {
          const key = Object.keys(attributes).find((one) => localName(one) === wanted);
          return key === undefined ? undefined : attributes[key];
        });
      },
      ontext: (data) => handler.text?.(data),
      onclosetag: (name) => {
        handler.close?.(localName(name));
        depth -= 1;
      },
      onprocessinginstruction: (name) => {
        if (name.toLowerCase() === '!doctype')
          throw new NoPage('its XML has a DTD, which may define entities that grow without end', {
            bad: true,
          });
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.write(text);
  parser.end();
}

/** Prefixes are the author's choice; what they stand for never changes within a format. */
function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
