// Where CONTRACT_MODULE names a module that knows Intercom's published schemas, every answer that a test gets is held
// against them.

type Contract = { check(method: string, path: string, status: number, body: unknown, options: object): string[] }

const path = process.env['CONTRACT_MODULE']
const contract: ((version: string) => Contract) | undefined = path ? (await import(path)).contract : undefined

/** Differences that are right on purpose; each has a row in docs/differences/. */
const ON_PURPOSE: RegExp[] = [
  // A contact without an email address has null there, as its other unset values have.
  / \/(data\/\*\/)?email must be string, got null/,
  // 2.16 takes WhatsApp messages; its description forgot to say that it answers them too.
  /^POST \/messages 200: \/message_type must be .* got "whatsapp"$/,
  // Only a list attribute has options; the published example shows one.
  /^PUT \/data_attributes\/\{\w+\} 200: absent \.options$/,
]

/** What this server has besides Intercom's operations. */
const OURS = /^\/(extensions|attachments|unsubscribe|webhooks|healthz|readyz|metrics|openapi\.json|docs)\b/

/** Throws where a live answer differs from the published schema of its operation and version. */
export function checkContract(method: string, url: string, status: number, body: unknown, version = 'Preview') {
  const isTheirs =
    contract && !isRefusedForVersion(body) && !OURS.test(url) && /^(Preview|2\.([7-9]|1[0-6]))$/.test(version)
  if (!isTheirs) return
  const differences = contract(version)
    .check(method, url.replace(/\/(?=\?|$)/, ''), status, body, { gaps: true })
    .filter((difference) => !ON_PURPOSE.some((known) => known.test(difference)))
    .filter((difference) => status < 400 || !difference.endsWith('no such operation in this version'))
  if (differences.length) throw new Error(`Differs from the published schema:\n${differences.join('\n')}`)
}

/** What a version lacks, its description does not describe either. */
const isRefusedForVersion = (body: unknown): boolean =>
  (body as { errors?: { code: string }[] } | undefined)?.errors?.[0]?.code === 'intercom_version_invalid'
