// The line on the terminal for each message that the sandbox captures.
import type { Captured, Outgoing } from '#channels/channel.ts'

const MAX_LENGTH = 60

/** `10:42:07  email to clara@example.com: Hello` */
export function capturedLine({ recipient, subject, rendered }: Captured, { channel, template }: Outgoing): string {
  const text = oneLine(subject || String(rendered['text'] || template || ''))
  const shown = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text
  return `${new Date().toTimeString().slice(0, 8)}  ${channel} to ${oneLine(recipient)}: ${shown}`
}

/** The text comes from outside, so control characters that the terminal would obey are removed. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()
