// A certificate for names that lead to this machine, and the certificate authority that signs it.
import { generate } from 'selfsigned'

/** All in PEM. The key of the authority is not kept: nothing else can be signed by it. */
export type LocalCertificate = { authority: string; certificate: string; key: string }

/** Longer lives are refused by some clients. */
const DAYS = 397
const DAY_MS = 86_400_000

export async function createLocalCertificate(names: readonly string[], now = new Date()): Promise<LocalCertificate> {
  const common = {
    ...{ keyType: 'ec' as const, algorithm: 'sha256' },
    // Clocks of containers may be behind.
    notBeforeDate: new Date(now.getTime() - DAY_MS),
    notAfterDate: new Date(now.getTime() + DAYS * DAY_MS),
  }
  const authority = await generate([{ name: 'commonName', value: 'Interphone on this machine' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const own = await generate([{ name: 'commonName', value: names[0] as string }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: names.map((value) => ({ type: 2 as const, value })) },
    ],
  })
  return { authority: authority.cert, certificate: own.cert, key: own.private }
}
