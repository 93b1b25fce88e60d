// Reads the URL of a PostgreSQL as libpq does: several hosts, unix sockets, TLS, and which of the servers is meant.
import { readFileSync } from 'node:fs'
import { checkServerIdentity, getCACertificates } from 'node:tls'
import type { ConnectOptions } from './connect.ts'

/** The message is one sentence for the operator; it never shows a password. */
export class WrongAddress extends Error {}

type Parameters = Readonly<Record<string, string | undefined>>

const DEFAULT_PORT = 5432
const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
type SslMode = (typeof SSL_MODES)[number]
const TARGETS = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const

/** As libpq reads them, and with a password that holds `/`, `?`, `#` or `@` as it is. */
const STRICT =
  /^postgres(?:ql)?:\/\/(?:(?<login>[^@/?]*)@)?(?<hosts>[^/?]*)(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/s
const LENIENT = /^postgres(?:ql)?:\/\/(?:(?<login>.*)@)?(?<hosts>[^@/?]*)(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/s

/**
 * Returns the options of the driver for a URL such as `postgres://user:password@one:5432,two:5433/name?sslmode=verify-full`.
 * Of several hosts, the first that accepts writes is used, or as `of_several` says, unless `target_session_attrs` does.
 * @throws WrongAddress
 */
export function readAddress(url: string, of_several = 'read-write'): ConnectOptions {
  const strict = STRICT.exec(url)?.groups
  const parts = strict && areHosts(strict['hosts'] ?? '') ? strict : LENIENT.exec(url)?.groups
  if (!parts) throw new WrongAddress('it is not like postgres://user:password@host:5432/name')
  const { login = '', hosts = '', database = '', query = '' } = parts
  const given: Parameters = Object.fromEntries(new URLSearchParams(query))
  const [user, ...rest] = login.split(':')
  const servers = serversOf(given['host'] ?? decoded(hosts), given['port'])
  const own_user = given['user'] ?? decoded(user ?? '')
  const own_database = given['dbname'] ?? decoded(database)
  const is_socket = servers.every(({ host }) => host.startsWith('/'))
  const { connect_timeout, application_name, options } = given
  return {
    host: servers.map(({ host }) => host) as unknown as string,
    port: servers.map(({ port }) => port) as unknown as number,
    ...(is_socket && { path: `${servers[0]?.host}/.s.PGSQL.${servers[0]?.port}` }),
    ...(own_user && { user: own_user }),
    database: own_database || own_user || 'postgres',
    password: given['password'] ?? decoded(rest.join(':')),
    ssl: is_socket ? false : tlsOf(given),
    target_session_attrs: targetOf(given['target_session_attrs'], servers.length > 1 ? of_several : null) as never,
    ...(connect_timeout && { connect_timeout: Number(connect_timeout) || 10 }),
    connection: { ...(application_name && { application_name }), ...(options && { options }) },
  }
}

const areHosts = (text: string): boolean =>
  text.split(',').every((host) => /^(\[[\da-f:.%\w]+\]|[^:@[\]]*)(:\d*)?$/i.test(host))

/** A password may hold a percent sign that begins no code. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `ports` are those of the query, one for all hosts or one for each. */
function serversOf(hosts: string, ports = ''): { host: string; port: number }[] {
  const list = ports.split(',')
  return hosts.split(',').map((text, index) => {
    const [, bracketed, name = '', port] = /^(?:\[(.*)\]|([^:]*))(?::(\d*))?$/.exec(text) ?? [text, undefined, text]
    const given = port || (list.length > 1 ? list[index] : list[0]) || String(DEFAULT_PORT)
    return { host: bracketed ?? (name || 'localhost'), port: Number(given) }
  })
}

function targetOf(given: string | undefined, fallback: string | null): string | null {
  if (given === undefined) return fallback
  if (!TARGETS.some((target) => target === given))
    throw new WrongAddress(`its target_session_attrs must be one of ${TARGETS.join(', ')}, not "${given}"`)
  return given === 'any' ? null : given
}

/** What `ssl` of the driver takes: the options of Node's TLS, `prefer` for TLS if the server has it, or no TLS. */
function tlsOf(given: Parameters): ConnectOptions['ssl'] {
  const mode = (given['sslmode'] ?? (given['ssl'] === 'true' ? 'require' : 'prefer')) as SslMode
  if (!SSL_MODES.includes(mode))
    throw new WrongAddress(`its sslmode must be one of ${SSL_MODES.join(', ')}, not "${mode}"`)
  if (mode === 'disable') return false
  const { sslrootcert, sslcert, sslkey } = given
  if (!!sslcert !== !!sslkey) throw new WrongAddress('its sslcert and sslkey go together')
  const own = sslcert && sslkey ? { cert: fileOf('sslcert', sslcert), key: fileOf('sslkey', sslkey) } : {}
  if (mode === 'allow' || mode === 'prefer') return 'prefer'
  if (mode === 'require' && !sslrootcert) return { ...own, rejectUnauthorized: false }
  if (!sslrootcert)
    throw new WrongAddress(`its sslmode=${mode} needs sslrootcert: the path of a certificate, or system`)
  if (sslrootcert === 'system' && mode !== 'verify-full')
    throw new WrongAddress(
      'its sslrootcert=system needs sslmode=verify-full, because anybody can get a public certificate',
    )
  const ca = sslrootcert === 'system' ? getCACertificates('system') : fileOf('sslrootcert', sslrootcert)
  return { ...own, ca, checkServerIdentity: mode === 'verify-full' ? checkServerIdentity : () => undefined }
}

function fileOf(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new WrongAddress(`the file of its ${name} cannot be read: ${(error as Error).message}`)
  }
}
