// Strikes secrets out of what the log of requests keeps: by the words in the names of fields, headers and parameters.
import { LRUCache } from 'lru-cache'
import { isObject } from '#lib/objects.ts'

export const HIDDEN = '[hidden]'

const SECRET_WORDS = new Set([
  ...['token', 'tokens', 'secret', 'secrets', 'password', 'passwords', 'passwd', 'pwd', 'passphrase', 'pin'],
  ...['authorization', 'auth', 'bearer', 'cookie', 'cookies', 'credential', 'credentials', 'signature', 'jwt', 'hmac'],
])
/** A `key` with one of these before it is a secret; others, such as Idempotency-Key, are not. */
const KEYS = new Set([
  'api',
  'private',
  'access',
  'secret',
  'signing',
  'encryption',
  'account',
  'service',
  'app',
  'auth',
])
/** The proof of a user's identity. */
const PROOFS = new Set(['user_hash'])

const known = new LRUCache<string, boolean>({ max: 5_000 })

/** Returns whether a field, a header or a parameter of this name holds a secret. */
export function isSecret(name: string): boolean {
  const found = known.get(name)
  if (found !== undefined) return found
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
  const is_secret =
    words.some((word, n) => SECRET_WORDS.has(word) || (/^keys?$/.test(word) && KEYS.has(words[n - 1] ?? ''))) ||
    PROOFS.has(words.join('_'))
  known.set(name, is_secret)
  return is_secret
}

/**
 * The user and the password in a URL; a parameter in a URL; and an access token wherever it is: base64 of `tok:`. Texts are
 * those of callers: no expression may take more than one pass, whatever they are.
 */
const PASSWORD_IN_URL = /:\/\/[^\s/?#"<>]+@/g
const PARAMETER = /([?&;]([\w.%[\]-]{1,80})=)[^\s&#"'<>]+/g
const ACCESS_TOKEN = /\bdG9rO[A-Za-z\d+/]{20,}={0,2}/g

export function strikeText(text: string): string {
  const is_url = text.includes('://')
  if (!is_url && !text.includes('dG9rO')) return text
  const struck = is_url ? strikeParameters(text.replace(PASSWORD_IN_URL, `://${HIDDEN}@`)) : text
  return struck.replace(ACCESS_TOKEN, HIDDEN)
}

/** In the URL of another server these are secrets, too. */
const SECRET_PARAMETERS = new Set(['key', 'sig'])

const strikeParameters = (text: string): string =>
  text.replace(PARAMETER, (parameter, start: string, name: string) =>
    SECRET_PARAMETERS.has(name) || isSecret(decoded(name)) ? `${start}${HIDDEN}` : parameter,
  )

/** Deeper than any request that is accepted. */
const MOST_LEVELS = 200

/** Returns the value of JSON without its secrets: texts and numbers under a secret name, also deep below it. */
export function strikeValue(value: unknown, is_secret = false, level = 0): unknown {
  if (typeof value === 'string') return is_secret && value ? HIDDEN : strikeText(value)
  if (typeof value === 'number') return is_secret ? HIDDEN : value
  if (typeof value === 'object' && level > MOST_LEVELS) return HIDDEN
  if (Array.isArray(value)) return value.map((inner) => strikeValue(inner, is_secret, level + 1))
  if (!isObject(value)) return value
  const { name, key = name } = value as { name?: unknown; key?: unknown }
  // `{ name: 'Authorization', value: … }`: a header of a data connector.
  const names_secret = typeof key === 'string' && isSecret(key)
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [
      field,
      strikeValue(inner, is_secret || isSecret(field) || (names_secret && field === 'value'), level + 1),
    ]),
  )
}

/** Returns the headers without their secrets. */
export const strikeHeaders = (headers: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, isSecret(name) ? HIDDEN : strikeText(String(value))]),
  )

/** Returns a path with its query, without the values of secret parameters. */
export function strikePath(url: string): string {
  const [path = '', ...query] = url.split('?')
  if (!query.length) return strikeText(path)
  const parameters = query.join('?').split('&')
  const struck = parameters.map((parameter) => {
    const [name = ''] = parameter.split('=')
    return isSecret(decoded(name)) ? `${name}=${HIDDEN}` : parameter
  })
  return strikeText(`${path}?${struck.join('&')}`)
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

const TEXT_FIELD = /"((?:[^"\\]|\\.){1,80})"\s*:\s*("(?:[^"\\]|\\.)*(?:"|$)|[[{]|-?\d+)/g

/** `token=…` and `token: '…'`: a form or a script that was sent as JSON. */
const LOOSE_FIELD = /\b([\w.[\]-]{1,80})(\s{0,10}[=:]\s{0,10}['"]?)[^\s'"&,;{}[\]]+/g

/**
 * The same for a text that is no JSON, such as the beginning of one that is cut off. It ends before a list or an object that
 * has a secret name.
 */
export function strikeCutJson(text: string): string {
  for (const { 0: field, 1: name = '', 2: value = '', index } of text.matchAll(TEXT_FIELD))
    if (/^[[{]/.test(value) && isSecret(name)) return strikeCutJson(text.slice(0, index + field.length - 1))
  const struck = text.replace(TEXT_FIELD, (field, name: string, value: string) =>
    isSecret(name) && !/^[[{]/.test(value) ? `"${name}":"${HIDDEN}"` : field,
  )
  return strikeText(
    struck.replace(LOOSE_FIELD, (field, name: string, start: string) =>
      isSecret(decoded(name)) ? `${name}${start}${HIDDEN}` : field,
    ),
  )
}
