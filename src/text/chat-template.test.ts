import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { loadChatTemplate, parseChatTemplate, renderChat } from './chat-template.ts';

async function folderWith(t: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-template-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

const show = async (folder: string): Promise<string> =>
  renderChat(await loadChatTemplate(folder), [{ role: 'user', content: 'Hi' }], {
    addGenerationPrompt: false,
  });

test('a template of tokenizer_config.json, with its special tokens', async (t) => {
  const config = {
    bos_token: { content: '<s>' },
    eos_token: '</s>',
    chat_template: '{{ bos_token + messages[0].content + eos_token }}',
  };
  assert.equal(
    await show(await folderWith(t, { 'tokenizer_config.json': JSON.stringify(config) })),
    '<s>Hi</s>',
  );
});

test('the default one of several named templates', async (t) => {
  const chat_template = [
    { name: 'tool_use', template: 'tools' },
    { name: 'default', template: 'plain {{ messages[0].content }}' },
  ];
  assert.equal(
    await show(await folderWith(t, { 'tokenizer_config.json': JSON.stringify({ chat_template }) })),
    'plain Hi',
  );
});

test('chat_template.jinja comes before tokenizer_config.json', async (t) => {
  const files = { 'chat_template.jinja': 'own', 'tokenizer_config.json': '{"chat_template": "other"}' };
  assert.equal(await show(await folderWith(t, files)), 'own');
});

test('a folder without a template, or with damaged settings, is refused', async (t) => {
  await assert.rejects(loadChatTemplate(await folderWith(t, {})), {
    code: 'model',
    message: /has no chat template/,
  });
  await assert.rejects(loadChatTemplate(await folderWith(t, { 'tokenizer_config.json': '{' })), {
    code: 'model',
    message: /tokenizer_config\.json is not JSON/,
  });
  assert.throws(() => parseChatTemplate('{% if %}'), { code: 'model', message: /not valid Jinja/ });
});

test('a template that would loop for minutes is refused within seconds', async (t) => {
  const files = { 'chat_template.jinja': '{% for i in range(3000000) %}{{ i }}{% endfor %}'.repeat(20) };
  await assert.rejects(loadChatTemplate(await folderWith(t, files)), {
    code: 'model',
    message: /took more than 2 s for a conversation of one message/,
  });
});
