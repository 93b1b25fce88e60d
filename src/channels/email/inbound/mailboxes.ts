// Reads mailboxes in the headers of a mail, and finds the address that is plainly meant where a header is malformed.
import type { AddressObject, Headers } from 'mailparser'
import { isEmail } from '#lib/email.ts'
import { storable } from '#lib/text.ts'
import type { Mailbox } from './mail.ts'

const MAX_ADDRESSES = 100

/** Returns the mailboxes with a valid address. */
export const mailboxes = (header: unknown): Mailbox[] =>
  named(header)
    .filter(({ address }) => isAddress(address))
    .slice(0, MAX_ADDRESSES)

const named = (header: unknown): Mailbox[] =>
  [header]
    .flat()
    .flatMap((object) => (object as AddressObject | undefined)?.value ?? [])
    .flatMap(({ group, ...one }) => group ?? [one])
    .map(({ name, address = '' }) => ({
      name: storable(name).trim().slice(0, 255) || null,
      address: unquoted(storable(address).trim()),
    }))

type RawHeaders = ReadonlyMap<string, string[]>

/** The same; if there are none, the one that is plainly meant. */
export function plainMailboxes(header: string, parsed: Headers, raw: RawHeaders): Mailbox[] {
  const valid = mailboxes(parsed.get(header))
  if (valid.length) return valid
  const malformed = named(parsed.get(header))
  const text = [...malformed.flatMap(({ name, address }) => [name ?? '', address]), ...(raw.get(header) ?? [])]
  const address = text.map(addressMeant).find((found) => found !== undefined)
  const name = malformed.find(({ name }) => name && !name.includes('@'))?.name ?? null
  return address === undefined ? [] : [{ name: name && nameOnly(name), address }]
}

/** From these headers the sender is taken, in this order. A bounce address of a service says nothing of a person. */
const SENDERS = ['from', 'sender', 'reply-to'] as const
const BOUNCES = /^(bounces?|return|srs[01]|prvs|msprvs|mailer-daemon|postmaster|no-?reply)\b|[=+]/i

/** Returns null if no header has an address. A name in `From` belongs to an address elsewhere. */
export function senderIn(parsed: Headers, raw: RawHeaders): Mailbox | null {
  const name = named(parsed.get('from'))[0]?.name ?? null
  for (const header of SENDERS) {
    const [found] = plainMailboxes(header, parsed, raw)
    if (found) return { ...found, name: found.name ?? (name && nameOnly(name)) }
  }
  const path = addressMeant(raw.get('return-path')?.[0] ?? '')
  return path === undefined || BOUNCES.test(path) ? null : { name: name && nameOnly(name), address: path }
}

const nameOnly = (name: string): string | null => (name.includes('@') ? null : name)

const LOCAL = String.raw`(?:"(?:[^"\\\r\n]|\\.){1,62}"|[^\s<>()[\],;:\\"@]{1,64})`
const QUOTED = /^"((?:[^"\\\r\n]|\\.){1,62})"@([^@]+)$/
const ANYWHERE = new RegExp(String.raw`${LOCAL}\s?@\s?[^\s<>()[\],;:\\"'@]{1,253}`, 'g')

/** A local part in quotes is valid (RFC 5321 §4.1.2). */
const isAddress = (text: string): boolean => {
  const [, , domain] = QUOTED.exec(text) ?? []
  return isEmail(domain === undefined ? text : `x@${domain}`) && text.length <= 254
}

/** Removes quotes that are not needed: `"anna"@example.org`, `'anna@example.org'`. */
function unquoted(text: string): string {
  const address = /^'(.+)'$/.exec(text)?.[1] ?? text
  const [, local = '', domain = ''] = QUOTED.exec(address) ?? []
  const plain = `${local.replace(/\\(.)/g, '$1')}@${domain}`
  return domain && isEmail(plain) ? plain : address
}

const MAX_TEXT = 2_000

/**
 * Returns the last address in a text like `anna@example.org>`, `<mailto:anna@example.org>`, `<anna@example.org.>`,
 * `anna@example.org (Anna)` or `anna [at] example [dot] org`.
 */
function addressMeant(text: string): string | undefined {
  const plain = text
    .slice(0, MAX_TEXT)
    .replace(/\([^()@]*\)/g, (comment) => (/^\(\s?(at|dot)\s?\)$/i.test(comment) ? comment : ''))
    .replace(/\s?[[({]\s?at\s?[\])}]\s?/gi, '@')
    .replace(/\s?[[({]\s?dot\s?[\])}]\s?/gi, '.')
    .replace(/[\u200b-\u200f\u2060\ufeff]/g, '')
    .replaceAll('＠', '@')
    .replace(/mailto:\s?/gi, ' ')
    .replace(/[<>＜＞«»“”„]/g, ' ')
  const found = (plain.match(ANYWHERE) ?? []).map((address) =>
    unquoted(address.replace(/\s?@\s?/, '@').replace(/^[.']+(?=.*@)|[.'!?]+$/g, '')),
  )
  return found.filter(isAddress).at(-1)
}
