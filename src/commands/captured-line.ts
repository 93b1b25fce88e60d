// The line on the terminal for each message that the sandbox captures.
import type { Captured, Outgoing } from '#channels/channel.ts'

const LONGEST_WORDS = 60

/** `10:42:07  email to clara@example.com: Hello` */
export function capturedLine({ recipient, subject, rendered }: Captured, { channel, template }: Outgoing): string {
  const words = oneLine(subject || String(rendered['text'] || template || ''))
  const shown = words.length > LONGEST_WORDS ? `${words.slice(0, LONGEST_WORDS - 1)}…` : words
  return `${new Date().toTimeString().slice(0, 8)}  ${channel} to ${oneLine(recipient)}: ${shown}`
}

/** Others write this text: it must not steer the terminal. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim()
