// What of a delivery an SMS carries: plain text, whatever it was written as.
import { toPlainText } from '#lib/html.ts'
import type { Outgoing } from '../channel.ts'

type Written = Pick<Outgoing, 'part_id' | 'body' | 'attachments'>

/** A message's SMS body is plain text and goes out as it stands; an answer is HTML, and its files go as their addresses. */
export function smsText({ part_id, body, attachments }: Written): string {
  if (part_id === null) return body ?? ''
  const text = toPlainText(body ?? '', { links: 'label (url)' })
  return [text, ...attachments.map(({ url }) => url)].filter(Boolean).join('\n')
}
