// What of a delivery an SMS carries: plain text, whatever it was written as.
import { toPlainText } from '#lib/html.ts'
import type { Outgoing } from '../channel.ts'

/** A message's SMS body is plain text and goes out as it stands; an answer in a conversation is HTML. */
export const smsText = ({ part_id, body }: Pick<Outgoing, 'part_id' | 'body'>): string =>
  part_id === null ? (body ?? '') : toPlainText(body ?? '', { links: 'label (url)' })
