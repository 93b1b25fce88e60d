// Composing WhatsApp messages. Each message that is not refused is valid for Meta.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outgoing } from '#channels/channel.ts'
import { faultsOf } from '../../../test/meta/message.ts'
import { anAnswer, outgoing } from '../../../test/outgoing.ts'
import { compose } from './compose.ts'

async function composed(delivery: Outgoing) {
  const result = await compose(delivery, 'tracker')
  if ('reason' in result) assert.fail(result.reason)
  assert.deepEqual(faultsOf('application/json', JSON.stringify(result.message)), [])
  return result.message
}
const refused = async (delivery: Outgoing) => {
  const result = await compose(delivery, 'tracker')
  return 'reason' in result ? result : assert.fail('It was composed')
}
const file = (more: object = {}) => ({
  ...{ name: 'plan.pdf', url: 'https://files.example.com/plan.pdf', content_type: 'application/pdf', filesize: 1000 },
  ...more,
})

test('a message without a template is refused', async () => {
  assert.equal((await refused(outgoing({ template: null }))).code, 'no_template')
})

test('an answer that is empty, or longer than WhatsApp accepts, is refused with its length', async () => {
  assert.equal((await refused(anAnswer('<p> </p>'))).code, 'empty')
  assert.equal((await refused(anAnswer(null))).code, 'empty')
  assert.deepEqual(await refused(anAnswer(`<p>${'x'.repeat(4097)}</p>`)), {
    code: 'too_long',
    reason: 'WhatsApp accepts 4096 characters of text; these are 4097',
  })
  assert.equal(((await composed(anAnswer('😀'.repeat(4096))))['text'] as { body: string }).body.length, 8192)
})

test("a template of Intercom's example is sent in Meta's spelling", async () => {
  const components = [
    { type: 'HEADER', parameters: [{ type: 'IMAGE', image: { link: 'https://example.com/a.png' } }] },
    {
      type: 'BODY',
      parameters: [
        { type: 'text', text: 'Username 123' },
        { type: 'text', text: 7 },
        { type: 'CURRENCY', currency: { fallback_value: '$10', code: 'USD', amount_1000: 10_000 } },
        { type: 'date_time', date_time: { fallback_value: 'Monday' } },
      ],
    },
    { type: 'FOOTER' },
    { type: 'BUTTON', sub_type: 'QUICK_REPLY', index: 0, parameters: [{ type: 'payload', payload: 'YES' }] },
    { type: 'button', sub_type: 'url', index: '1', parameters: [{ type: 'text', text: 'orders/7' }] },
  ]
  const { template, ...rest } = await composed(outgoing({ template: 'keep_live', locale: 'pt-BR', components }))
  assert.deepEqual(rest, {
    ...{ messaging_product: 'whatsapp', recipient_type: 'individual', to: '12025550123', type: 'template' },
    biz_opaque_callback_data: 'tracker',
  })
  assert.deepEqual(template, {
    name: 'keep_live',
    language: { code: 'pt_BR' },
    components: [
      { type: 'header', parameters: [{ type: 'image', image: { link: 'https://example.com/a.png' } }] },
      {
        type: 'body',
        parameters: [
          { type: 'text', text: 'Username 123' },
          { type: 'text', text: '7' },
          { type: 'currency', currency: { fallback_value: '$10', code: 'USD', amount_1000: 10_000 } },
          { type: 'date_time', date_time: { fallback_value: 'Monday' } },
        ],
      },
      { type: 'button', sub_type: 'quick_reply', index: '0', parameters: [{ type: 'payload', payload: 'YES' }] },
      { type: 'button', sub_type: 'url', index: '1', parameters: [{ type: 'text', text: 'orders/7' }] },
    ],
  })
})

test('invalid components are left out of the template', async () => {
  for (const components of [null, [], 'x', [null, 7, []], [{ type: 'BODY', parameters: [] }]])
    assert.deepEqual((await composed(outgoing({ components, locale: null })))['template'], {
      name: 'order_update',
      language: { code: 'en' },
    })
})

test("the HTML of an answer becomes text with WhatsApp's formatting", async () => {
  const html =
    '<p>Hi <b>Anna </b>and <em>all</em>, <s>no</s> <code>x = 1</code><strong> </strong></p><ul><li>one</li></ul>' +
    '<p>See <a href="https://example.com/a">this</a></p>'
  assert.deepEqual((await composed(anAnswer(html)))['text'], {
    body: 'Hi *Anna* and _all_, ~no~ `x = 1`\n\n- one\n\nSee this (https://example.com/a)',
    preview_url: true,
  })
  assert.deepEqual((await composed(anAnswer('<p>1 &lt; 2</p>')))['text'], { body: '1 < 2' })
})

test('a single file is sent as media, with the text as its caption', async () => {
  assert.deepEqual((await composed(anAnswer('<p>The plan</p>', { attachments: [file()] })))['document'], {
    ...{ link: 'https://files.example.com/plan.pdf', caption: 'The plan', filename: 'plan.pdf' },
  })
  const picture = file({ name: 'a.png', url: 'https://files.example.com/a.png', content_type: 'image/png' })
  assert.deepEqual((await composed(anAnswer(null, { attachments: [picture] })))['image'], { link: picture.url })
  const sound = file({ name: 'a.mp3', url: 'https://files.example.com/a.mp3', content_type: 'audio/mpeg' })
  assert.deepEqual((await composed(anAnswer('', { attachments: [sound] })))['audio'], { link: sound.url })
})

test('files that do not fit into one message are sent as links', async () => {
  const sound = file({ name: 'a.mp3', url: 'https://files.example.com/a.mp3', content_type: 'audio/mpeg' })
  for (const [body, attachments] of [
    ['Two', [file(), file()]],
    ['Too large', [file({ content_type: 'image/png', filesize: 6_000_000 })]],
    ['Unknown', [file({ content_type: 'application/zip' })]],
    ['Words and sound', [sound]],
    ['x'.repeat(1025), [file()]],
  ] as const) {
    const { type, text } = await composed(anAnswer(body, { attachments: [...attachments] }))
    assert.equal(type, 'text', body)
    const links = attachments.map(({ name, url }) => `${name}: ${url}`)
    assert.equal((text as { body: string }).body, [body, ...links].join('\n\n'))
  }
})
