// The command interphone hosts: for clients that call api.intercom.io and cannot be told another address.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Config } from '#config.ts'
import { giveTo, openDirectory, ownerOf } from '#db/embedded/location.ts'
import { hostsLine, withLine, withoutLine } from '#lib/hosts-file.ts'
import { createLocalCertificate } from '#lib/local-certificate.ts'
import { print } from '#lib/terminal.ts'

/** Intercom's hosts in its three regions. */
const NAMES = ['api.intercom.io', 'api.eu.intercom.io', 'api.au.intercom.io']

const HOSTS_FILE = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts'

export type HostsOptions = { setUp?: boolean; writeHostsFile?: boolean; undo?: boolean; hostsFile?: string }

type Paths = { directory: string; authority: string; certificate: string; key: string }

function pathsIn(data_dir: string): Paths {
  const directory = join(resolve(data_dir), 'hosts')
  const at = (name: string) => join(directory, name)
  return { directory, authority: at('authority.pem'), certificate: at('certificate.pem'), key: at('key.pem') }
}

/** Returns the certificate of HTTPS: that of the settings, or that of the set-up; undefined without either. */
export function tlsOf(config: Config): { certificate: string; key: string } | undefined {
  const { tls_cert, tls_key } = config
  if (tls_cert && tls_key) return { certificate: tls_cert, key: tls_key }
  const { certificate, key } = pathsIn(config.data_dir)
  if (!existsSync(certificate) || !existsSync(key)) return undefined
  return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
}

export async function hosts(
  config: Config,
  { setUp, writeHostsFile, undo, hostsFile = HOSTS_FILE }: HostsOptions,
): Promise<void> {
  const paths = pathsIn(config.data_dir)
  if (undo) return undoAll(paths, hostsFile)
  if (!setUp && !writeHostsFile) return print(...explanation(paths, hostsFile))
  if (!existsSync(paths.certificate)) await writeCertificate(config.data_dir, paths)
  const is_written = writeHostsFile ? addLine(hostsFile) : isThere(hostsFile)
  print(...instructions(paths, hostsFile, { is_written, port: config.tls_port }))
}

async function writeCertificate(data_dir: string, paths: Paths): Promise<void> {
  const { authority, certificate, key } = await createLocalCertificate(NAMES)
  openDirectory(data_dir)
  openDirectory(paths.directory)
  writeFileSync(paths.authority, authority)
  writeFileSync(paths.key, key, { mode: 0o600 })
  writeFileSync(paths.certificate, certificate)
  // The administrator who may write the hosts file is not the account of the server.
  for (const path of Object.values(paths)) giveTo(ownerOf(data_dir), path)
}

/** Returns false if this account may not write the file. */
function addLine(path: string): boolean {
  return rewrite(path, (text) => withLine(text, NAMES))
}

function rewrite(path: string, change: (text: string) => string): boolean {
  if (!existsSync(path)) throw new Error(`There is no hosts file ${path}.`)
  const before = readFileSync(path, 'utf8')
  const after = change(before)
  if (after === before) return true
  try {
    writeFileSync(path, after)
    return true
  } catch (error) {
    if (/^(EACCES|EPERM|EROFS)$/.test((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

const isThere = (path: string): boolean => {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  return withoutLine(text) !== text
}

function undoAll(paths: Paths, path: string): void {
  const was_there = isThere(path)
  const is_removed = !was_there || rewrite(path, withoutLine)
  const had_certificate = existsSync(paths.directory)
  rmSync(paths.directory, { recursive: true, force: true })
  print(
    ...(had_certificate ? [`Removed ${paths.directory}.`] : []),
    ...(was_there && is_removed ? [`Removed the line from ${path}.`] : []),
    ...(is_removed ? [] : [`This account may not write ${path}. Remove this line:`, '', `  ${hostsLine(NAMES)}`]),
    ...(had_certificate || was_there ? [] : ['There is nothing to undo.']),
  )
}

const explanation = (paths: Paths, path: string): string[] => [
  'Most clients take the address of the server: the base URL of the SDK, or of your own HTTP client. Then you need none of this.',
  '',
  `A client that always calls ${NAMES[0]} reaches this server if three things are so:`,
  `  1. the name leads to this machine: a line in ${path}`,
  '  2. this server answers HTTPS on port 443, with a certificate for the name',
  '  3. the client trusts the authority that signed it: NODE_EXTRA_CA_CERTS for Node.js',
  '',
  `Now: ${existsSync(paths.certificate) ? 'there is' : 'there is no'} certificate in ${paths.directory}, and ${isThere(path) ? 'there is' : 'there is no'} line in ${path}.`,
  '',
  'interphone hosts --set-up                      makes the certificate, and says what else to do',
  `interphone hosts --set-up --write-hosts-file   also adds the line to ${path}`,
  'interphone hosts --undo                        removes both',
  '',
  'While the line is there, nothing on this machine reaches Intercom itself.',
]

const instructions = (
  { authority, directory }: Paths,
  path: string,
  { is_written, port }: { is_written: boolean; port: number },
): string[] => [
  `The certificate is in ${directory}: the next start of the server also answers HTTPS, on port ${port} (TLS_PORT).`,
  '',
  ...(is_written
    ? [`${path} leads ${NAMES.join(', ')} to this machine.`]
    : [`Add this line to ${path}, which takes an administrator:`, '', `  ${hostsLine(NAMES)}`]),
  '',
  'Start the client with',
  '',
  `  NODE_EXTRA_CA_CERTS=${authority}`,
  '',
  'interphone hosts --undo removes what was added.',
]
