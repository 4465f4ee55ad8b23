/** HTML to blocks: headings, paragraphs, lists, tables and code of a page's main part, with what its head says. */
import { BlockBuilder } from './block-builder.ts';
import { questionMarkup } from './microdata.ts';
import { type Block, NoPage } from './page.ts';

/** Everything in these is no text of the page. */
const hidden = new Set(
  'script style template noscript iframe object embed svg math canvas audio video select option textarea nav dialog map'.split(
    ' ',
  ),
);
/** Head, foot and side of the whole page are navigation; those of an article are not. */
const margins = new Set(['header', 'footer', 'aside']);
const hiddenRoles = new Set(
  'navigation banner contentinfo search menu menubar dialog alertdialog'.split(' '),
);
/** Marks of dialogues about cookies, in classes and ids of what stands outside the main part. */
const cookieMarks =
  /(?:^|[\s_-])(?:cookies?|gdpr)[\s_-]?(?:banner|bar|box|consent|dialog|law|message|modal|notice|notification|overlay|popup|wall)|cookieconsent|onetrust|cookiebot|usercentrics|osano-cm|consent[_-](?:banner|manager|modal|popup)|cc-(?:window|banner)/i;
const hiddenClasses =
  /(?:^|\s)(?:breadcrumbs?|sidebar|side-nav|sidenav|toc|table-of-contents|navbar|pagination|skip-?(?:link|nav)|site-(?:header|footer)|cookie-(?:banner|consent)|related-(?:articles|posts|links)|edit-(?:this-)?page|share-buttons|feedback|headerlink|header-anchor|hash-link|anchor-link|toc-macro|article-votes|article-share|md-content__button|theme-doc-footer)(?:\s|$)/i;
/** What help centres, wikis and site generators call the text of a page itself, without its author, votes and comments. */
const bodyClasses =
  /(?:^|\s)(?:article-body|article__body|article_body|wiki-content|theme-doc-markdown|markdown-body|entry-content)(?:\s|$)/i;
const paragraphs = new Set(
  'p div section article main blockquote figure figcaption address center fieldset legend body hgroup search'.split(
    ' ',
  ),
);
/** Deeper markup is no page, and the parser's time grows with the square of the depth. */
const deepest = 1000;
const longestTitle = 1000;

type Attributes = Readonly<Record<string, string>>;

export type HtmlFacts = {
  title?: string;
  language?: string;
  url?: string;
  category?: string;
  /** Where the page sends its readers on to. */
  redirect?: string;
  jsonLd: string[];
};

/** The blocks of HTML text, whole files and pieces alike. Throws NoPage where it is nested too deep. */
export async function htmlBlocks(text: string): Promise<{ blocks: Block[]; facts: HtmlFacts }> {
  const { Parser } = await import('htmlparser2');
  const builder = new BlockBuilder();
  const facts: HtmlFacts = { jsonLd: [] };
  let depth = 0;
  /** Depths at which a hidden element and the open main parts and articles began. */
  let hiddenFrom = 0;
  const zones: number[] = [];
  const microdata = questionMarkup(builder);
  let capture: 'title' | 'json' | undefined;
  let captured = '';
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        depth += 1;
        if (depth > deepest)
          throw new NoPage(`its elements are nested more than ${deepest} deep`, { bad: true });
        noteFacts(name, attributes, facts);
        if (name === 'title' && facts.title === undefined) capture = 'title';
        if (name === 'script' && attributes['type']?.toLowerCase() === 'application/ld+json')
          capture = 'json';
        if (hiddenFrom > 0) return;
        const isButton = name === 'button' && !builder.inHeading;
        if (isHidden(name, attributes, zones.length > 0) || (isButton && !opensText(attributes))) {
          hiddenFrom = depth;
          builder.breakOff(name);
          return;
        }
        const zone = zoneOf(name, attributes);
        if (zone > 0) {
          zones.push(depth);
          builder.openZone(zone);
        }
        microdata.open(name, attributes, depth);
        openElement(builder, name, attributes);
      },
      ontext: (data) => {
        if (capture === 'json' || (capture === 'title' && captured.length < longestTitle)) captured += data;
        else if (capture === 'title') return;
        else if (hiddenFrom === 0) builder.text(data);
      },
      onclosetag: (name) => {
        if (capture !== undefined && (name === 'title' || name === 'script')) {
          if (capture === 'title') facts.title = tidyTitle(captured);
          else facts.jsonLd.push(captured);
          capture = undefined;
          captured = '';
        }
        if (hiddenFrom === 0) {
          closeElement(builder, name);
          microdata.close(depth);
        }
        if (hiddenFrom === depth) hiddenFrom = 0;
        if (zones.at(-1) === depth) {
          zones.pop();
          builder.closeZone();
        }
        depth -= 1;
      },
    },
    { decodeEntities: true },
  );
  parser.write(text);
  parser.end();
  return { blocks: builder.finish(), facts };
}

/** Of a page only what stands in its highest zone is read: the text itself, else the main part, else its articles. */
function zoneOf(name: string, { role, class: classes, itemprop }: Attributes): number {
  if (itemprop === 'articleBody' || bodyClasses.test(classes ?? '')) return 3;
  return name === 'main' || role === 'main' ? 2 : name === 'article' ? 1 : 0;
}

function isHidden(name: string, attributes: Attributes, inArticle: boolean): boolean {
  if (hidden.has(name) || (margins.has(name) && !inArticle)) return true;
  if (name === 'title') return true;
  const { role, class: classes, id } = attributes;
  if (role !== undefined && hiddenRoles.has(role)) return true;
  if (classes !== undefined && hiddenClasses.test(classes)) return true;
  return !inArticle && cookieMarks.test(`${classes ?? ''} ${id ?? ''}`.slice(0, 1000));
}

/** Whether a button opens text of the page, as the questions of an accordion do. */
function opensText(attributes: Attributes): boolean {
  return (
    'aria-expanded' in attributes || /accordion|collaps|faq|question|toggle/i.test(attributes['class'] ?? '')
  );
}

function openElement(builder: BlockBuilder, name: string, attributes: Attributes): void {
  const level = headingLevel(name);
  if (level > 0) builder.openHeading(level, attributes['id']);
  else if (paragraphs.has(name)) builder.startParagraph();
  else if (name === 'ul' || name === 'menu') builder.openList();
  else if (name === 'ol') builder.openList(Number.parseInt(attributes['start'] ?? '1', 10) || 1);
  else if (name === 'li') builder.openItem();
  else if (name === 'br') builder.lineBreak();
  else if (name === 'hr') builder.startParagraph();
  else if (name === 'a') builder.openLink(attributes['href']);
  else if (name === 'b' || name === 'strong') builder.openBold();
  else if (name === 'button') builder.openButton();
  else if (name === 'pre') builder.openCode();
  else if (name === 'table') builder.openTable();
  else if (name === 'tr') builder.openRow();
  else if (name === 'td' || name === 'th') builder.openCell(name === 'th');
  else if (name === 'details') builder.openDetails();
  else if (name === 'summary') builder.openSummary();
  else if (name === 'dl') builder.openDefinitions();
  else if (name === 'dt') builder.openTerm();
  else if (name === 'dd') builder.startParagraph();
}

function closeElement(builder: BlockBuilder, name: string): void {
  if (headingLevel(name) > 0) builder.closeHeading();
  else if (name === 'section' || name === 'article') builder.endPart();
  else if (paragraphs.has(name)) builder.startParagraph();
  else if (name === 'ul' || name === 'ol' || name === 'menu') builder.closeList();
  else if (name === 'li') builder.closeItem();
  else if (name === 'a') builder.closeLink();
  else if (name === 'b' || name === 'strong') builder.closeBold();
  else if (name === 'button') builder.closeButton();
  else if (name === 'pre') builder.closeCode();
  else if (name === 'table') builder.closeTable();
  else if (name === 'tr') builder.closeRow();
  else if (name === 'td' || name === 'th') builder.closeCell();
  else if (name === 'details') builder.closeDetails();
  else if (name === 'summary') builder.closeSummary();
  else if (name === 'dl') builder.closeDefinitions();
  else if (name === 'dt') builder.closeTerm();
  else if (name === 'dd') builder.startParagraph();
}

function headingLevel(name: string): number {
  return name.length === 2 && name[0] === 'h' && name[1]! >= '1' && name[1]! <= '6' ? Number(name[1]) : 0;
}

function noteFacts(name: string, attributes: Attributes, facts: HtmlFacts): void {
  if (name === 'html' && attributes['lang']) facts.language ??= attributes['lang'];
  if (name === 'link' && attributes['rel']?.toLowerCase() === 'canonical')
    facts.url ??= webAddress(attributes['href']);
  if (name !== 'meta') return;
  const { content = '', property = '' } = attributes;
  if (property === 'og:title' && content !== '') facts.title = content.trim();
  if (property === 'og:url') facts.url ??= webAddress(content);
  if (property === 'article:section' && content !== '') facts.category ??= content.trim();
  if (attributes['http-equiv']?.toLowerCase() === 'refresh') {
    const target = /^\s{0,10}\d{1,9}\s{0,10}[;,]\s{0,10}url\s{0,10}=\s{0,10}['"]?([^'"\s]{1,2000})/i.exec(
      content,
    );
    if (target) facts.redirect ??= target[1];
  }
}

function webAddress(text: string | undefined): string | undefined {
  return text !== undefined && /^https?:\/\/[^\s]{1,2000}$/.test(text) ? text : undefined;
}

/** Without the site's name behind a bar: "Reset your password | Example Help". */
function tidyTitle(text: string): string {
  const title = text.replace(/\s+/g, ' ').trim();
  const bar = title.search(/ [|·–—] /);
  return bar > 0 ? title.slice(0, bar) : title;
}
