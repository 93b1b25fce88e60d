// The words by which people say that they want no more SMS, that they do again, or ask what this is. Carriers demand that
// they are honoured, and answered in the sender's name.
import { escapeHtml } from '#lib/html.ts'
import type { Params } from './signature.ts'

export type Keyword = 'STOP' | 'START' | 'HELP'

/** Intercom's lists; OPTOUT and REVOKE are words at which Twilio blocks the sender, too. */
const WORDS: Record<string, Keyword> = Object.fromEntries([
  ...'STOP STOPALL UNSUBSCRIBE CANCEL END QUIT EXIT OPTOUT REVOKE'.split(' ').map((word) => [word, 'STOP']),
  ...'START UNSTOP SUBSCRIBE RESTART RESUBSCRIBE'.split(' ').map((word) => [word, 'START']),
  ...'HELP INFO'.split(' ').map((word) => [word, 'HELP']),
])

/** A message that is nothing but the word, in any case, with whatever signs around it. */
const ALONE = /^[^\p{L}\p{N}]*(\p{L}+)[^\p{L}\p{N}]*$/u

/**
 * `is_answered`: Twilio (its Advanced Opt-Out, which has words of its own) has understood the message and answers it by
 * itself.
 */
export function keywordIn(params: Params): { keyword: Keyword; is_answered: boolean } | undefined {
  const theirs = params.get('OptOutType')?.[0]?.toUpperCase()
  if (theirs === 'STOP' || theirs === 'START' || theirs === 'HELP') return { keyword: theirs, is_answered: true }
  const keyword = keywordOf(params.get('Body')?.[0] ?? '')
  return keyword && { keyword, is_answered: false }
}

/** What the message asks for, where it is a keyword and nothing else. */
export function keywordOf(body: string): Keyword | undefined {
  const word = ALONE.exec(body)?.[1]?.toUpperCase()
  return word && Object.hasOwn(WORDS, word) ? WORDS[word] : undefined
}

export const ANSWERS: Record<Keyword, (workspace_name: string) => string> = {
  STOP: (name) => `You will get no more SMS from ${name}. Reply START to get them again.`,
  START: (name) => `You will get SMS from ${name} again. Reply HELP for help, STOP to get no more.`,
  HELP: (name) => `This is ${name}. Write here, and we will answer. Reply STOP to get no more SMS.`,
}

/** The answer to a webhook: what Twilio shall reply, or nothing. */
export function twiml(message?: string): string {
  const verb = message === undefined ? '' : `<Message>${escapeHtml(message.replace(NOT_XML, ''))}</Message>`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${verb}</Response>`
}

/** What XML cannot hold, escaped or not. */
const NOT_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu
