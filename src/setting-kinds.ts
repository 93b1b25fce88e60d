// The type of a setting, and the kinds of values that only settings have.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Kind, like, oneOf, onOrOff } from '#lib/kinds.ts'
import { EVERYTHING, isRange } from '#net/addresses.ts'
import { LATEST, parseVersion, VERSIONS } from '#versions/versions.ts'

export type Setting<T> = {
  name: string
  kind: Kind<T>
  /** Used if the variable is absent or empty. */
  fallback?: string
  about: string
  /** The error does not repeat a wrong value. */
  secret?: boolean
}

export const privateKey: Kind<string> = {
  must_be: 'a private key in PEM, or the path of a file that holds one',
  read: (text) => {
    try {
      const pem = text.includes('-----BEGIN') ? text.replaceAll('\\n', '\n') : readFileSync(text, 'utf8')
      createPrivateKey(pem)
      return pem
    } catch {
      return undefined
    }
  },
}

export const certificate: Kind<string> = {
  must_be: 'a certificate in PEM, or the path of a file that holds one',
  read: (text) => {
    try {
      const pem = text.includes('-----BEGIN') ? text.replaceAll('\\n', '\n') : readFileSync(text, 'utf8')
      new X509Certificate(pem)
      return pem
    } catch {
      return undefined
    }
  },
}

export const version: Kind<string> = {
  must_be: `a version from ${VERSIONS.find((name) => name.startsWith('2.'))} to ${LATEST}`,
  read: parseVersion,
}

export const ranges: Kind<readonly string[]> = {
  must_be: '0, 1, or addresses such as 10.0.0.0/8,192.168.1.7',
  read: (text) => {
    if (onOrOff.read(text) !== undefined) return onOrOff.read(text) ? EVERYTHING : []
    const list = text.split(',').map((range) => range.trim())
    return list.every(isRange) ? list : undefined
  },
}

export const domain = like(/^([a-z0-9-]+\.)+[a-z0-9-]+$/i, 'a domain such as example.com')
export const emailAddress = like(/^[^<>@\s]+@[^<>@\s]+$/, 'an address such as hello@example.com')
export const level = oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent')

export const setting = <T>(name: string, kind: Kind<T>, about: string, more: { secret?: boolean } = {}) =>
  ({ name, kind, about, ...more }) as Setting<T> & { fallback?: never }

export const withDefault = <T>(name: string, kind: Kind<T>, fallback: string, about: string) =>
  ({ name, kind, fallback, about }) as Setting<T> & { fallback: string }

export const secret = { secret: true }
export const phoneNumber = like(/^\+[1-9]\d{6,14}$/, 'a number with its country code such as +12025550123')
