/** Which messages of a chat log are one conversation: told by silence, and in a channel by whom they address. */

/** Messages of one person that follow each other, as one. */
export type ChatTurn = { name: string; text: string };

export type Chat = {
  /** Line of its first message. */
  line: number;
  /** Minutes on a clock that does not turn back; of the first and the last message. */
  begin: number;
  end: number;
  turns: ChatTurn[];
  messages: number;
};

export type ChatMessage = { line: number; name: string; text: string; minutes: number };

/** A conversation without a pause is cut here: the limit of what one example can hold, and of memory. */
const longestChat = 1000;
/** In a channel, the oldest conversation is taken as ended when more than these run at once. */
const mostChats = 200;
/** How long one speaks on in one's last conversation without naming anybody. */
const stayMinutes = 10;

/** Takes messages in order; each call returns the conversations that have ended by then, in the order in which they began. */
export type ChatGrouper = { take: (message: ChatMessage) => Chat[]; end: () => Chat[] };

/** One conversation at a time: a new one begins after the gap. */
export function groupBySilence(gapMinutes: number): ChatGrouper {
  let current: Chat | undefined;
  return {
    take: (message) => {
      const ended: Chat[] = [];
      if (current && (message.minutes - current.end > gapMinutes || current.messages >= longestChat)) {
        ended.push(current);
        current = undefined;
      }
      current = add(current, message);
      return ended;
    },
    end: () => (current ? [current] : []),
  };
}

const address = /^([^\s:,]{1,40})[:,]\s{0,5}/;

/**
 * A channel: "ann: try again" belongs to the conversation in which ann spoke last. Who names nobody goes on in the
 * conversation of their last minutes, or begins a new one.
 */
export function groupByAddress(gapMinutes: number): ChatGrouper {
  const running = new Set<Chat>();
  const lastOf = new Map<string, { chat: Chat; minutes: number }>();
  const close = (ended: Chat[]): Chat[] => {
    for (const chat of ended) running.delete(chat);
    for (const [name, { chat }] of lastOf) if (!running.has(chat)) lastOf.delete(name);
    return ended;
  };
  return {
    take: (message) => {
      const over = [...running].filter(
        (chat) => message.minutes - chat.end > gapMinutes || chat.messages >= longestChat,
      );
      if (over.length === 0 && running.size >= mostChats) over.push([...running][0]!);
      const ended = over.length === 0 ? over : close(over);
      const speaker = message.name.toLowerCase();
      const mark = address.exec(message.text);
      const addressed = mark ? lastOf.get(mark[1]!.toLowerCase()) : undefined;
      const own = lastOf.get(speaker);
      const stays = own !== undefined && message.minutes - own.minutes <= stayMinutes ? own.chat : undefined;
      const text = addressed ? message.text.slice(mark![0].length) : message.text;
      const before = addressed?.chat ?? stays;
      const chat = add(before, { ...message, text });
      running.add(chat);
      lastOf.set(speaker, { chat, minutes: message.minutes });
      return ended;
    },
    end: () => [...running],
  };
}

function add(chat: Chat | undefined, { line, name, text, minutes }: ChatMessage): Chat {
  if (!chat) return { line, begin: minutes, end: minutes, turns: [{ name, text }], messages: 1 };
  const last = chat.turns.at(-1)!;
  if (last.name === name) last.text += `\n${text}`;
  else chat.turns.push({ name, text });
  chat.end = minutes;
  chat.messages += 1;
  return chat;
}
