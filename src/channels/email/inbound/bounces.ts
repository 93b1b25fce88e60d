// Reads bounces that are no machine-readable report: qmail, old Exim, gateways. They come to our signed bounce address with
// an empty return path, and a notification of a mail server is all that such a mail can be (RFC 5321 §6.1), except for the
// automatic reply of a person.
import { storable } from '#lib/text.ts'
import type { Mail } from './mail.ts'
import { isDead, type MailReport, machineReports } from './reports.ts'

const SERVERS =
  /\b(mailer[-_. ]?daemon|postmaster|double-bounce|mdaemon|mail ?delivery|delivery ?(sub)?system|microsoftexchange\w*@|mail (gateway|administrator|router)|system administrator|undeliver)/i

/** The first one wins: a server that tries again has not given up, whatever error it quotes. */
const VERDICTS: [verdict: 'delayed' | 'delivered' | 'failed', words: RegExp][] = [
  ['failed', /not going to try again|have given up|gave up|giving up|permanent (error|failure)|this is a permanent/i],
  [
    'delayed',
    /\b(will be retried|will (continue|keep) (to )?(be )?(made|try|trying|retry\w*|attempt\w*)|will (re)?try (again|for|until|every)|attempts? will continue|(still|being) (trying|retried)|not yet been delivered|(message|mail|delivery)( \S+)? (is |has been |was )?delayed|delay notification|warning message only|no action is required|(do|need) not (need to )?resend|will keep trying|wird (weiter(hin)?|erneut) versucht|verzögert|retardée?|en retard|nuovo tentativo|se volverá a intentar)\b/i,
  ],
  [
    'failed',
    /could ?n.t be (sent|delivered)|could not (be )?(sent|deliver(ed)?|reach|send)|(was|were|been|is|has) (not|un)( ?been)? ?(able to be )?deliver|undeliver(able|ed)|not deliver|unable to (deliver|relay|send)|deliver\w* (has )?(failed|failure)|fail(ed|ure) (to deliver|notice|of delivery|recipient)|did not reach|does ?n.t exist|does not exist|no such (user|recipient|mailbox|person)|no mailbox here|unknown (user|recipient|address|mailbox)|user unknown|unrout(e)?able|returned (mail|to sender)|mail system error|not listed in|rejected|bounce|(nicht|un) ?zu(ge)?stell|unzustellbar|n.a pas pu être (remis|délivr|envoy)|non remis|no se (ha podido|pudo) entregar|no entregad|impossibile (recapitare|consegnare)|mancat[ao] (recapito|consegna)|não (foi|pôde ser) entregue|onbestelbaar|niet (af|be)geleverd|не удалось достав|не (был[аои]? )?доставлен|недоставл|配信(不能|できません)|退信|无法送达|無法(投遞|送達)/i,
  ],
  ['delivered', /\b((has been|was|successfully) (successfully )?(delivered|relayed|displayed))\b/i],
]

const AUTOMATIC_REPLY = ['auto-submitted', 'x-autoreply', 'x-autorespond', 'precedence'] as const

/**
 * Reads a mail that was sent to our bounce address. Returns undefined if a mail server does not seem to have written it: it is
 * an automatic reply, or a mail of a person.
 */
export function readBounce(
  mail: Mail,
  return_path: string | null,
  receiver: Parameters<typeof machineReports>[1],
): MailReport[] | undefined {
  const has_empty_path =
    return_path === '' || (mail.headers.get('return-path')?.some((path) => /^<\s*>$/.test(path)) ?? false)
  const is_server = SERVERS.test((mail.headers.get('from') ?? []).join(' ')) || mail.headers.has('x-failed-recipients')
  if (!has_empty_path && !is_server) return undefined
  const machine = machineReports(mail, receiver)
  if (machine.length) return machine
  if (!is_server && AUTOMATIC_REPLY.some((header) => mail.headers.has(header))) return undefined
  return [{ about: NOTHING, ...judged(mail, is_server && has_empty_path) }]
}

/** The address names the delivery. */
const NOTHING = { recipients: [], message_id: null, contact_id: null, return_path: null }

const MAX_TEXT = 8_000

/** `only_a_bounce`: nothing else comes from there, even if its words are unknown. */
function judged(mail: Mail, only_a_bounce: boolean) {
  const text = ownText(mail)
  const said = `${mail.subject}\n${text}`
  const [verdict] = VERDICTS.find(([, words]) => words.test(said)) ?? []
  const line = tellingLine(text) || mail.subject || 'no reason is given'
  const answer = text.slice(0, 2_000) || mail.subject
  const [, status] = ENHANCED.exec(line) ?? []
  const [, reply] = REPLY_CODE.exec(line) ?? []
  const code = `bounce_${status ?? reply ?? 'text'}`
  if (verdict === 'failed' || (!verdict && only_a_bounce)) {
    const is_dead = isDead(status, reply ? line.slice(line.indexOf(reply)) : line)
    const reason = `The mail bounced: ${line}`.slice(0, 500)
    return { update: { status: 'failed' as const, code, reason, answer, ...(is_dead && { hard_bounce: true }) } }
  }
  const what = verdict ? `A mail server reports the mail ${verdict}` : 'An automatic mail came to the bounce address'
  return {
    remark: {
      code: verdict ? `bounce_${verdict}` : 'bounce_unclear',
      reason: `${what}: ${line}`.slice(0, 500),
      answer,
    },
  }
}

/** Where the copy of our mail begins. */
const COPY =
  /^[-\s]*(below this line is a copy|this is a copy of|the original message|original message|returned message|begin(ning)? of (the )?(original|message)|message headers? follow|unsent message|-+ ?original message)|^(return-path|received|dkim-signature): /im

function ownText(mail: Mail): string {
  const text = storable(mail.text ?? mail.contents.body).slice(0, MAX_TEXT)
  const copy = COPY.exec(text)
  return (copy && copy.index > 0 ? text.slice(0, copy.index) : text).trim()
}

const ENHANCED = /(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])/
const REPLY_CODE = /(?:^|[:>] ?|<<< ?)([45]\d\d)(?=[ -])/

/** Returns the line with the error: one with a code, the one below the recipient, or one that says what happened. */
function tellingLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  const below = lines.findIndex((line) => /^<?[^\s<>@]+@[^\s<>@]+>?:?$/.test(line))
  const failed = VERDICTS.filter(([verdict]) => verdict !== 'delivered').map(([, words]) => words)
  return (
    lines.find((line) => ENHANCED.test(line)) ??
    lines.find((line) => REPLY_CODE.test(line)) ??
    (below >= 0 ? lines.slice(below + 1).find((line) => line) : undefined) ??
    lines.find((line) => failed.some((words) => words.test(line))) ??
    lines.find((line) => line) ??
    ''
  )
}
