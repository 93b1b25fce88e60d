// The SMS keywords to opt out, to opt in again, and to ask for help. Carriers require that they are obeyed, and
// answered with the sender's name.
import { escapeHtml } from '#lib/html.ts'
import type { Params } from './signature.ts'

export type Keyword = 'STOP' | 'START' | 'HELP'

/**
 * The messages that opt out, without accents and with one space between words. The first line has Intercom's list; the
 * second has the words of 47 CFR 64.1200(a)(10) that Intercom's lacks. The rest are words that SMS providers publish, and plain
 * translations.
 */
const OPT_OUTS = [
  'stop, stopall, unsubscribe, cancel, end, quit, exit',
  'opt out, optout, revoke',
  'stop all, remove, unsub, un subscribe, opt me out, unsubscribe me, remove me, revoke consent, i revoke consent',
  'stop texting, stop texting me, stop texts, stop all texts, stop messaging me, stop messages, stop all messages',
  'stop sms, stop msgs, no more texts, no more messages, do not text me, dont text me, do not contact me',
  'i want to opt out, i want to unsubscribe, i opt out, unsubscribe all, opt out all, take me off your list',
  // French: ARRET is required in Canada.
  'arret, arrete, arretez, arreter, arrett, desabonner, desabonnez moi, desabonnement, desinscrire, desinscription',
  // Spanish and Portuguese
  'alto, parar, detener, baja, darme de baja, dar de baja, cancelar, sair, descadastrar',
  // German and Dutch
  'stopp, halt, abmelden, abbestellen, austragen, afmelden, uitschrijven',
  // Italian, Polish, Russian
  'ferma, cancellami, disiscrivi, disiscrivimi, zatrzymaj, wypisz, остановить, стоп, отписаться',
  // Swedish, Norwegian, Danish
  'avsluta, avregistrera, avslutt, avmeld, afmeld',
]

const KEYWORDS = new Map<string, Keyword>([
  ...OPT_OUTS.flatMap((line) => line.split(', ')).map((words) => [words, 'STOP'] as const),
  ...'start unstop subscribe restart resubscribe'.split(' ').map((word) => [word, 'START'] as const),
  ...'help info'.split(' ').map((word) => [word, 'HELP'] as const),
])

/** The words that stay an opt-out beside “please”. “Cancel, please” may be about an order, so it is not one of them. */
const CLEAR = /^(stop|stopp|arret|opt|unsub|un subscribe|remove me|revoke|do not|dont|no more|i want|i opt|take me)/

const POLITE = /^(?:please|pls|plz) | (?:please|pls|plz|thanks|thank you|thx)$/g

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

/** Returns the keyword if the message contains nothing else: case, accents, punctuation and repetition do not matter. */
export function keywordOf(body: string): Keyword | undefined {
  const words = wordsOf(body)
  const once = words.every((word) => word === words[0]) ? words.slice(0, 1) : words
  const text = once.join(' ')
  const request = text.replace(POLITE, '')
  return KEYWORDS.get(text) ?? (CLEAR.test(request) ? KEYWORDS.get(request) : undefined)
}

/** Returns the words in lower case, without accents: “Désabonnez-moi!” gives `desabonnez` and `moi`. */
function wordsOf(body: string): string[] {
  const plain = body
    .normalize('NFKD')
    .replace(/[\p{M}'’]/gu, '')
    .toLowerCase()
  return plain.match(/[\p{L}\p{N}]+/gu) ?? []
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
