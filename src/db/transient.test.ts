// Errors of the database that may pass are told apart from those of a statement.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTransient } from './transient.ts'

const withCode = (code: string) => Object.assign(new Error(code), { code })

const CODES: [code: string, is_transient: boolean][] = [
  ['22P02', false],
  ['22003', false],
  ['23505', false],
  ['42703', false],
  ['42P01', false],
  ['P0001', false],
  ['ERR_INVALID_ARG_TYPE', false],
  ['UNDEFINED_VALUE', false],
  ['40P01', true],
  ['40001', true],
  ['53300', true],
  ['53100', true],
  ['55P03', true],
  ['25006', true],
  ['57014', true],
  ['57P01', true],
  ['XX000', true],
  ['CONNECTION_CLOSED', true],
  ['CONNECT_TIMEOUT', true],
  ['ECONNREFUSED', true],
  ['ECONNRESET', true],
]
for (const [code, is_transient] of CODES)
  test(`${code} is ${is_transient ? 'worth a retry' : 'of the statement'}`, () => {
    assert.equal(isTransient(withCode(code)), is_transient)
  })

test('what is no error of the database is not worth a retry', () => {
  for (const error of [new TypeError('x'), null, undefined, 'CONNECTION_CLOSED', {}])
    assert.equal(isTransient(error), false)
})
