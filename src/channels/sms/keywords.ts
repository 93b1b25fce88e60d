// The SMS keywords to opt out, to opt in again, and to ask for help. Carriers require that they are obeyed, and
// answered with the sender's name.
import { escapeHtml } from '#lib/html.ts'
import type { Params } from './signature.ts'

export type Keyword = 'STOP' | 'START' | 'HELP'

/** Intercom's lists. Twilio also blocks the sender after OPTOUT and REVOKE. */
const WORDS: Record<string, Keyword> = Object.fromEntries([
  ...'STOP STOPALL UNSUBSCRIBE CANCEL END QUIT EXIT OPTOUT REVOKE'.split(' ').map((word) => [word, 'STOP']),
  ...'START UNSTOP SUBSCRIBE RESTART RESUBSCRIBE'.split(' ').map((word) => [word, 'START']),
  ...'HELP INFO'.split(' ').map((word) => [word, 'HELP']),
])

/** A message that contains only the word, in any case, with any punctuation. */
const ALONE = /^[^\p{L}\p{N}]*(\p{L}+)[^\p{L}\p{N}]*$/u

/**
 * `is_answered`: Twilio's Advanced Opt-Out, which has its own keywords, has recognised the message and answers it
 * itself.
 */
export function keywordIn(params: Params): { keyword: Keyword; is_answered: boolean } | undefined {
  const theirs = params.get('OptOutType')?.[0]?.toUpperCase()
  if (theirs === 'STOP' || theirs === 'START' || theirs === 'HELP') return { keyword: theirs, is_answered: true }
  const keyword = keywordOf(params.get('Body')?.[0] ?? '')
  return keyword && { keyword, is_answered: false }
}

/** Returns the keyword if the message contains nothing else. */
export function keywordOf(body: string): Keyword | undefined {
  const word = ALONE.exec(body)?.[1]?.toUpperCase()
  return word && Object.hasOwn(WORDS, word) ? WORDS[word] : undefined
}

export const ANSWERS: Record<Keyword, (workspace_name: string) => string> = {
  STOP: (name) => `You will get no more SMS from ${name}. Reply START to get them again.`,
  START: (name) => `You will get SMS from ${name} again. Reply HELP for help, STOP to get no more.`,
  HELP: (name) => `This is ${name}. Write here, and we will answer. Reply STOP to get no more SMS.`,
}

/** Returns the answer to a webhook in TwiML: a reply for Twilio to send, or nothing. */
export function twiml(message?: string): string {
  const verb = message === undefined ? '' : `<Message>${escapeHtml(message.replace(NOT_XML, ''))}</Message>`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${verb}</Response>`
}

/** Characters that XML cannot contain, even escaped. */
const NOT_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu
