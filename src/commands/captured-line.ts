// The line on the terminal for each message that the sandbox captures.
import type { Captured, Outgoing } from '#channels/channel.ts'

const MAX_LENGTH = 60

/**
 * `10:42:07  email to clara@example.com: Hello` with the text, otherwise `10:42:07  email to clara@example.com: delivery 17`.
 * Where stdout is collected, the text of a message to a person must not be in it.
 */
export function capturedLine(
  { recipient, subject, rendered }: Captured,
  { channel, template, id }: Outgoing,
  with_text: boolean,
): string {
  const text = with_text ? oneLine(subject || String(rendered['text'] || template || '')) : `delivery ${id}`
  const shown = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text
  return `${new Date().toTimeString().slice(0, 8)}  ${channel} to ${oneLine(recipient)}: ${shown}`
}

/** The text comes from outside, so control characters that the terminal would obey are removed. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()
