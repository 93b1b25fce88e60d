// The screen that a start prints.
import { table } from '#lib/terminal.ts'

export type BannerFacts = {
  url: string
  public_url: string
  /** Undefined if its text is not stored. */
  token: string | undefined
  /** The link with which a teammate signs in, once. */
  console_url: string
  /** Where the database is. */
  location: string
  /** The data directory; undefined if the database is not the server's own. */
  directory: string | undefined
  /** Whether the directory only has a link to the database: then deleting the directory is not enough. */
  is_linked: boolean
  /** The server that sends email; undefined if email is captured. */
  mail_server: string | undefined
  /** The other channels that really send, with their providers: `SMS by Twilio`. */
  others: string[]
  admin_id: string
  /** A contact for a first message. */
  recipient: { id: string; role: string } | undefined
}

export function banner(facts: BannerFacts): string[] {
  const { url, public_url, token, console_url, location, mail_server, others } = facts
  const sending = [...(mail_server ? [`email by ${mail_server}`] : []), ...others]
  const rows = [
    ['URL', url],
    ...(public_url === url ? [] : [['Public URL', public_url]]),
    ['Token', token ?? 'only its SHA-256 is stored; `npm run interphone -- token create` creates another'],
    ['Console', console_url],
    ['Data', location],
    ['API reference', `${url}/docs`],
    ['Channels', [...sending, 'in-app by a messenger', 'all others captured: stored and shown here'].join(', ')],
  ]
  return [
    '',
    'Interphone is running.',
    '',
    ...table(rows).map((line) => `  ${line}`),
    '',
    ...firstCall(facts),
    '',
    `Ctrl-C stops it.${startOver(facts)}`,
    '',
  ]
}

function startOver({ directory, location, is_linked }: BannerFacts): string {
  if (!directory) return ''
  if (!is_linked) return ` To start over, delete ${directory}`
  return ` To start over, \`npm run interphone -- reset\` deletes ${directory} and ${location}`
}

/** A call that works when it is pasted into a shell. */
function firstCall({ url, token = '<token>', admin_id, recipient, mail_server }: BannerFacts): string[] {
  if (!recipient)
    return [
      'Create a contact to write to:',
      '',
      ...curl(url, token, '/contacts', { role: 'user', email: 'you@example.com' }),
    ]
  const message = {
    from: { type: 'admin', id: admin_id },
    to: { type: recipient.role, id: recipient.id },
    message_type: 'email',
    template: 'plain',
    subject: 'Hello',
    body: 'Is anybody there?',
  }
  const what = mail_server ? 'Send a first message:' : 'Send a first message, and see it arrive here:'
  return [what, '', ...curl(url, token, '/messages', message)]
}

const curl = (url: string, token: string, path: string, body: object): string[] => [
  `  curl ${quoted(url + path)} \\`,
  `    -H ${quoted(`Authorization: Bearer ${token}`)} \\`,
  `    -H 'Content-Type: application/json' \\`,
  `    -d ${quoted(JSON.stringify(body))}`,
]

/** Quotes a text as one word of a shell command. */
const quoted = (text: string): string => (/^[\w:/.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
