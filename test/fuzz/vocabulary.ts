// The values of random requests: existing ids, realistic values, and malicious ones.
import type { Ids } from '../fixture.ts'
import { together } from '../fixtures.ts'

/** JSON has no such number, but a caller can write one: it stands for `1e400` in a body. */
export const HUGE = '@1e400@'

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')

export type Vocabulary = ReturnType<typeof vocabularyOf>

/** `cursors` are real ones of lists; `app_ids` are workspaces that a messenger may sign in to. */
export function vocabularyOf(mine: Ids, theirs: Ids, cursors: string[], app_ids: string[]) {
  const people = [...Array(8).fill(mine.user), mine.lead, mine.lead, mine.archived]
  const teammates = [mine.admin, mine.admin, mine.colleague, mine.team, '0']

  /** The kind of an id, by its own name or by the name of the object that contains it. */
  const ids: Record<string, string[]> = {
    ...{ contacts: people, users: people, to: people, cc: people, bcc: people, intercom_user_id: people },
    ...{ admins: teammates, admin_id: teammates, owner_id: teammates, assignee_id: teammates },
    from: [...people, ...teammates],
    conversations: [mine.conversation, 'last'],
    contact_ids: people,
    ...Object.fromEntries(Object.entries(together('ids')).map(([name, ids]) => [name, ids.map((id) => mine[id])])),
    app_id: app_ids,
    // Short waits: most random filters match nothing.
    wait_ms: ['0', '20'],
  }

  /** Texts, keyed by the name of the property. */
  const words: Record<string, string[]> = {
    type: ['admin', 'user', 'lead', 'contact'],
    email: [mine.email, 'anna+read@example.com', 'ANNA@EXAMPLE.COM'],
    phone: ['+12025550143', '0151 123', '12025550143'],
    display_as: ['plaintext', 'html'],
    model: ['contact', 'company', 'conversation'],
    data_type: ['string', 'integer', 'float', 'boolean', 'date', 'datetime', 'options'],
    attachment_urls: ['https://example.com/a%20b.png', 'http://x'],
    starting_after: cursors,
    timezone: ['UTC', 'Europe/Dublin'],
    data: ['aGVsbG8='],
    name: Array.from({ length: 99 }, (_, number) => `Name ${number}`),
  }

  const forged = [
    ['x', mine.user, 2],
    ['infinity', mine.user, 2],
    ['2026-01-01', '1', 1e15],
  ]
  const hurtful: unknown[] = [
    ...[null, true, false, 0, -0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 2 ** 64, 1e21, 1e308, Number.MIN_VALUE, HUGE],
    ...['', ' ', '0', '-1', '1.5', '1e9', '0x10', 'NaN', 'Infinity', 'null', 'undefined', 'true', '[]', '{}'],
    ...['9223372036854775807', '9223372036854775808', '99999999999999999999999', '-9223372036854775809'],
    ...['\u0000', 'a\u0000b', '\ud800', '\udc00x', '\uffff', '\u202etxt', 'İ', 'ß', '🏳️‍🌈', 'e\u0301', '\r\n', '\t'],
    ...["'; drop table tags; --", '%', '_', '\\', '\\u0000', '$1', '{{1}}', '%zz', '%00', '../..', '*/', 'a&b=c'],
    ...['<script>alert(1)</script>', '<a href="javascript:x">', '<b', '<'.repeat(500), '('.repeat(500), '&#0;'],
    ...['x'.repeat(256), 'ü'.repeat(5_000), 'http://[', 'http://x/%zz', 'a@b@c', '+'.repeat(99)],
    ...['infinity', '-infinity', 'now', '2026-01-01', '294277-01-01', '0001-01-01 BC', '1761085000'],
    ...[[], [[]], [null], {}, { a: { b: { c: [] } } }, { type: 'x' }, { toString: 1 }, { length: 9 }, ['a', 1, null]],
    ...[...Object.values(theirs), ...cursors, ...forged.map(base64)],
  ]
  return { mine, people, ids, words, cursors, hurtful }
}
