// Makes the plain text of an SMS.
import { plainTextOf } from '#threads/html.ts'
import type { Outgoing } from '../channel.ts'

type Content = Pick<Outgoing, 'part_id' | 'body' | 'attachments'>

/** The body of a message is already plain text. The body of an answer is HTML, and its files are added as links. */
export async function smsText({ part_id, body, attachments }: Content): Promise<string> {
  if (part_id === null) return body ?? ''
  const text = await plainTextOf(body ?? '', { links: 'label (url)' })
  return [text, ...attachments.map(({ url }) => url)].filter(Boolean).join('\n')
}
