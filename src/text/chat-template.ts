/**
 * Chat templates: how a model's makers write a conversation as one text. The template is the model's own Jinja program,
 * rendered as `transformers.apply_chat_template` does.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { Template } from '@huggingface/jinja';
import { AttuneError } from '../base/errors.ts';
import type { Message } from '../data/example.ts';

export type ChatTemplate = {
  /** The Jinja program itself. */
  source: string;
  /** Renders messages in the shape of `toTemplateMessage`. */
  render: (messages: readonly TemplateMessage[], addGenerationPrompt: boolean) => string;
};

/** A message as chat templates expect it. */
export type TemplateMessage = {
  role: string;
  content: string;
  name?: string;
  tool_calls?: { type: 'function'; function: { name: string; arguments: Record<string, unknown> } }[];
};

/**
 * Loads a model folder's template: `chat_template.jinja`, else `chat_template` in tokenizer_config.json.
 * Throws AttuneError 'model' when there is none or it is not valid Jinja.
 */
export async function loadChatTemplate(folder: string): Promise<ChatTemplate> {
  const config = await readConfig(join(folder, 'tokenizer_config.json'));
  const own = await readFile(join(folder, 'chat_template.jinja'), 'utf8').catch(() => undefined);
  const source = own ?? templateIn(config['chat_template']);
  if (source === undefined) {
    throw new AttuneError('model', `${folder} has no chat template.`, {
      fix: 'Choose an instruction-tuned base, or write a chat_template.jinja into its folder.',
    });
  }
  const template = parseChatTemplate(source, {
    bos_token: tokenText(config['bos_token']),
    eos_token: tokenText(config['eos_token']),
    pad_token: tokenText(config['pad_token']),
    unk_token: tokenText(config['unk_token']),
  });
  checkThatItEnds(template, folder);
  return template;
}

/** Processor time, so that no template is refused because the machine is busy. */
const renderLimitSeconds = 2;

/** A template is a stranger's program: one that loops without end is found on the shortest conversation. */
function checkThatItEnds(template: ChatTemplate, folder: string): void {
  const render = (): string => template.render([{ role: 'user', content: 'a' }], true);
  const context = createContext({ render });
  let cause: unknown;
  const started = process.threadCpuUsage();
  for (let seconds = 0; seconds < renderLimitSeconds;) {
    try {
      return void runInContext('render()', context, { timeout: renderLimitSeconds * 1000 });
    } catch (error) {
      // A template may refuse this conversation; what counts is that it said so.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') return;
      cause = error;
    }
    const { user, system } = process.threadCpuUsage(started);
    seconds = (user + system) / 1e6;
  }
  throw new AttuneError(
    'model',
    `${folder}: the chat template took more than ${renderLimitSeconds} s for a conversation of one message`,
    { fix: 'Take the template of the model as its makers published it.', cause },
  );
}

/** Makes a template from its source. `specialTokens` are the variables a template may use, such as `bos_token`. */
export function parseChatTemplate(source: string, specialTokens: Record<string, string> = {}): ChatTemplate {
  let template: Template;
  try {
    template = new Template(source);
  } catch (cause) {
    throw new AttuneError('model', `The chat template is not valid Jinja: ${(cause as Error).message}`, {
      cause,
    });
  }
  return {
    source,
    render: (messages, addGenerationPrompt) => {
      try {
        return template.render({ ...specialTokens, messages, add_generation_prompt: addGenerationPrompt });
      } catch (cause) {
        throw refusal(messages, cause);
      }
    },
  };
}

/** The text a model sees for `messages`; with `addGenerationPrompt` it ends where the assistant starts to speak. */
export function renderChat(
  template: ChatTemplate,
  messages: readonly Message[],
  options: { addGenerationPrompt: boolean },
): string {
  return template.render(messages.map(toTemplateMessage), options.addGenerationPrompt);
}

/** A message in the words of templates, which are those of OpenAI's chat format. */
export function toTemplateMessage(message: Message): TemplateMessage {
  const { role, content, name, toolCalls } = message;
  return {
    role,
    content,
    ...(name === undefined ? {} : { name }),
    ...(toolCalls === undefined || toolCalls.length === 0
      ? {}
      : {
          tool_calls: toolCalls.map((call) => ({
            type: 'function',
            function: { name: call.name, arguments: call.arguments },
          })),
        }),
  };
}

async function readConfig(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new AttuneError('model', `${path} is not JSON.`, { fix: 'Download the file again.', cause });
  }
}

/** Some models keep several named templates; "default" is the plain conversation. */
function templateIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const named = value as { name: string; template: string }[];
  return named.find(({ name }) => name === 'default')?.template;
}

/** A special token is a string, or an AddedToken written as an object. */
function tokenText(value: unknown): string {
  if (typeof value === 'string') return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : '';
}

function refusal(messages: readonly TemplateMessage[], cause: unknown): AttuneError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const roles = messages.map((message) => message.role).join(', ');
  return new AttuneError('model', `The chat template refuses a conversation of ${roles}: ${reason}`, {
    fix: 'Some models know no system or tool role, or want user and assistant in turn: change the records or the base.',
    cause,
  });
}
