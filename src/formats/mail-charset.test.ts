import assert from 'node:assert/strict';
import { test } from 'node:test';
import { otherCharset } from './mail-charset.ts';

test('a mail that is as it says stays, and hostile ones take linear time', () => {
  const mail = (charset: string, body: string): Buffer =>
    Buffer.from(`Content-Type: text/plain; charset=${charset}\n\n${body}`);
  assert.equal(otherCharset(mail('us-ascii', 'plain'), 'plain'), undefined);
  assert.equal(otherCharset(mail('utf-8', 'é'), 'é'), undefined);
  assert.equal(otherCharset(mail('gb2312', 'é'), 'é'), undefined);
  assert.equal(
    Buffer.from(otherCharset(mail('"us-ascii"', 'é'), 'Ã©') ?? '').toString(),
    'Content-Type: text/plain; charset="utf-8"\n\né',
  );
  for (const hostile of ['charset=', 'charset = "', 'charset   ', '=', 'charset=us-ascii', 'utf-8'])
    for (const text of ['é', '\ufffd'])
      otherCharset(Buffer.from(`é${hostile.repeat(1e6 / hostile.length)}`), text);
});
