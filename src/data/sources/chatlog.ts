/** Chat logs as plain text: IRC, WhatsApp and whatever else has one message a line. */
import { AttuneError } from '../../base/errors.ts';
import { readLineBatches } from '../../formats/lines.ts';
import { notUtf8 } from '../../formats/text-chunks.ts';
import { type ChatlogConfig, type SourceConfig, sourceName } from '../config/sources.ts';
import { agentMatcher, type IsAgent } from '../threads/agents.ts';
import {
  type Chat,
  type ChatGrouper,
  groupByAddress,
  groupBySilence,
} from '../threads/chat-conversations.ts';
import {
  type DateOrder,
  dayOf,
  detectDateOrder,
  detectForm,
  type LineReader,
  lineReader,
  minutesOf,
} from '../threads/chat-lines.ts';
import { loadHtmlReader, type HtmlReader } from '../threads/html-body.ts';
import { type Post, toConversation } from '../threads/thread.ts';
import { factsOf } from './record-values.ts';
import { fileEndings, listSourceFiles, refusalOf, type SourceFile } from './source-files.ts';
import { finishExample } from './finish-example.ts';
import type { SourceContext, SourceItem } from './source.ts';

const linesForDetection = 500;
const defaults = { gap_minutes: 180, conversations: 'one' } as const satisfies Partial<ChatlogConfig>;
const minutesOfDay = 24 * 60;
/** A clock that turns back by less was set right; by more, it is the next day. */
const clockCorrectionMinutes = 120;

export async function* readChatlog(config: SourceConfig, context: SourceContext): AsyncGenerator<SourceItem> {
  const files = await listSourceFiles(config.chatlog!, context.projectFolder, fileEndings.chatlog!);
  const readHtml = await loadHtmlReader();
  const isAgent = config.agents === undefined ? undefined : agentMatcher(config.agents);
  for (const file of files)
    try {
      yield* readLog(file, config, { context, readHtml, isAgent, alone: files.length === 1 });
    } catch (cause) {
      yield { place: { file: file.name }, rejected: refusalOf(cause, files) };
    }
}

type Tools = { context: SourceContext; readHtml: HtmlReader; isAgent: IsAgent | undefined; alone: boolean };

async function* readLog(file: SourceFile, config: SourceConfig, tools: Tools): AsyncGenerator<SourceItem> {
  const options = config.chatlog_options ?? defaults;
  const { read, order } = await detect(file, config, tools.context);
  const grouper: ChatGrouper =
    options.conversations === 'many'
      ? groupByAddress(options.gap_minutes)
      : groupBySilence(options.gap_minutes);
  const clock = startClock(order ?? 'dmy');
  let events = 0;
  let current: { line: number; name: string; text: string; minutes: number } | undefined;
  const told = (chats: readonly Chat[]): SourceItem[] =>
    chats.map((chat) =>
      toItem(chat, file, config, { ...tools, dated: order !== undefined && clock.dated() }),
    );
  for await (const { line, text, error } of linesOf(file, config)) {
    if (error !== undefined) {
      yield { place: { file: file.name, line }, rejected: error };
      continue;
    }
    const parsed = read(text);
    if (parsed.kind === 'event') events += 1;
    else if (parsed.kind === 'more') {
      if (current && current.text.length < longestMessage) current.text += `\n${parsed.text}`;
      else if (parsed.text.trim() !== '') events += 1;
    } else {
      if (current) yield* told(grouper.take(current));
      current = { line, name: parsed.name, text: parsed.text, minutes: clock.at(parsed.date, parsed.time) };
    }
  }
  if (current) yield* told(grouper.take(current));
  yield* told(grouper.end());
  if (events > 0)
    yield {
      place: { file: file.name },
      leftOut: {
        reason: `${events} lines are no messages: people coming, going and acting`,
        kind: 'lines that are no messages',
      },
    };
}

const longestMessage = 100_000;

type TextLine =
  | { line: number; text: string; error?: undefined }
  | { line: number; text?: undefined; error: string };

async function* linesOf(file: SourceFile, { encoding }: SourceConfig): AsyncGenerator<TextLine> {
  for await (const batch of readLineBatches(file.path, { encoding })) {
    if (batch.kind === 'oversized') {
      yield { line: batch.line, error: `the line is ${batch.bytes} bytes long, over the limit` };
      continue;
    }
    let line = batch.firstLine;
    for (let start = 0; start < batch.text.length; line++) {
      const found = batch.text.indexOf('\n', start);
      const end = found < 0 ? batch.text.length : found;
      if (batch.invalid.has(line)) yield { line, error: notUtf8 };
      else yield { line, text: batch.text.slice(start, end) };
      start = end + 1;
    }
  }
}

/** The form of the lines and the order of dates, as configured or as the first lines tell. */
async function detect(
  file: SourceFile,
  config: SourceConfig,
  context: SourceContext,
): Promise<{ read: LineReader; order: DateOrder | undefined }> {
  const first: string[] = [];
  for await (const { text } of linesOf(file, config)) {
    if (text !== undefined) first.push(text.slice(0, 1000));
    if (first.length === linesForDetection) break;
  }
  const form = config.chatlog_options?.line ?? detectForm(first);
  if (form === undefined && first.some((line) => line.trim() !== ''))
    throw new AttuneError('data', `${file.name}: cannot tell the form of its lines`, {
      fix: 'Name it with chatlog_options: { line: "[{time}] <{name}> {text}" }, of {date}, {time}, {name} and {text}.',
    });
  // A file without lines has no form, and needs none.
  const read = lineReader(form ?? '{name}: {text}');
  if (config.chatlog_options?.line === undefined && form !== undefined)
    context.report({
      type: 'note',
      message: `${file.name}: lines read as "${form}" (told from the first lines)`,
    });
  const dates = first.map(read).flatMap((one) => (one.kind === 'message' && one.date ? [one.date] : []));
  return { read, order: config.chatlog_options?.date_order ?? detectDateOrder(dates) };
}

type Clock = { at: (date: string | undefined, time: string | undefined) => number; dated: () => boolean };

/** Minutes that never go back by a day: since 1970 where lines have dates, since the first midnight where not. */
function startClock(order: DateOrder): Clock {
  let dated = false;
  let day = 0;
  let last = 0;
  return {
    dated: () => dated,
    at: (date, time) => {
      const known = date === undefined ? undefined : dayOf(date, order);
      if (known !== undefined) {
        dated = true;
        day = known / 60_000;
      }
      const minutes = time === undefined ? last - day : minutesOf(time);
      if (known === undefined && time !== undefined && day + minutes < last - clockCorrectionMinutes)
        day += minutesOfDay;
      last = Math.max(last, day + minutes);
      return last;
    },
  };
}

/** Who speaks under the name of a role, as chat widgets write it. */
const agentRole =
  /^(?:agent|support|operator|representative|advisor|assistant|staff|bot|kundenservice|mitarbeiter|conseiller|agente|客服)(?![\p{L}])/iu;
const customerRole =
  /^(?:customer|client|visitor|guest|user|kunde|kundin|besucher|cliente|visiteur|客户|用户)(?![\p{L}])/iu;

/** Without agents that are configured: by their roles where they go by these, else who writes first is the customer. */
function guessAgent(names: readonly string[]): IsAgent {
  const rule = (one: RegExp, agent: boolean): IsAgent | undefined =>
    names.some((name) => one.test(name)) && names.some((name) => !one.test(name))
      ? ({ name = '' }) => one.test(name) === agent
      : undefined;
  return rule(customerRole, false) ?? rule(agentRole, true) ?? (({ name }) => name !== names[0]);
}

/** What stands in place of a message that was taken back, of a call and of a picture to be seen once, and behind a message that was changed. */
const takenBack =
  /^(?:this message was deleted|you deleted this message|diese nachricht wurde gelöscht|du hast diese nachricht gelöscht|ce message a été supprimé|se eliminó este mensaje|eliminaste este mensaje|mensagem apagada|você apagou esta mensagem|questo messaggio è stato eliminato|hai eliminato questo messaggio|dit bericht is verwijderd|je hebt dit bericht verwijderd|missed (?:voice|video) call|verpasster (?:sprach|video)anruf|appel (?:vocal|vidéo) manqué|(?:llamada|videollamada) perdida|null)\.?$/i;
const changedMark =
  /\s?<(?:this message was edited|diese nachricht wurde bearbeitet|ce message a été modifié|se editó este mensaje|mensagem editada|questo messaggio è stato modificato|dit bericht is bewerkt)\.?>$/i;

const media =
  /^<?(?:(?:media|image|video|audio|sticker|gif|document|contact card) omitted|attached: .{1,200}|.{1,200} \(file attached\)|medien ausgeschlossen|(?:bild|audio|video|gif|sticker|dokument) weggelassen|multimedia omitido|(?:imagen|video|audio|sticker|documento) omitid[oa]|médias omis|(?:image|vidéo|audio) absente?|mídia oculta|(?:imagem|vídeo|áudio) ocultad[oa]|media omessi|(?:immagine|video|audio) omess[oa]|media weggelaten|(?:afbeelding|video|audio) weggelaten|medya dahil edilmedi)>?$/i;

function toItem(
  chat: Chat,
  file: SourceFile,
  config: SourceConfig,
  { readHtml, isAgent, alone, dated }: Tools & { dated: boolean },
): SourceItem {
  const place = { file: file.name, line: chat.line };
  const agentOf = isAgent ?? guessAgent(chat.turns.map(({ name }) => name));
  const posts = chat.turns.map(({ name, text }): Post => {
    const lines = text.split('\n').filter((line) => !takenBack.test(line.trim()));
    const words = lines.filter((line) => !media.test(line.trim()));
    const agent = agentOf({ name, address: name.includes('@') ? name : undefined });
    return {
      author: agent ? 'agent' : 'customer',
      body: words.map((line) => line.replace(changedMark, '')).join('\n'),
      attachments: lines.length - words.length,
    };
  });
  const conversation = toConversation({ posts, meta: {} }, readHtml);
  if (conversation.leftOut !== undefined) return { place, leftOut: { reason: conversation.leftOut } };
  const attachments = posts.reduce((sum, post) => sum + (post.attachments ?? 0), 0);
  const meta = factsOf({
    ...(!alone && { id: `${sourceName(config)}#${file.name}:${chat.line}` }),
    channel: 'chat',
    createdAt: dated ? new Date(chat.begin * 60_000).toISOString().slice(0, 19) : undefined,
    people: new Set(chat.turns.map(({ name }) => name)).size,
    attachments: attachments === 0 ? undefined : attachments,
  });
  return {
    place,
    example: finishExample({ messages: conversation.messages, meta }, sourceName(config), place),
    changes: conversation.changes,
  };
}
