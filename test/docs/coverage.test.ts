// The list of Intercom's operations is complete, and the server's operations agree with it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { intercomOperations } from '#http/intercom-operations.ts'
import { isRemoved, servedOperations } from '../../docs/generate/operations.ts'

const theirs = intercomOperations()
const served = await servedOperations()

const withoutNames = (path: string) => path.replace(/\{\w+\}/g, '{}')

test('Intercom has 260 operations, and had 8 more in older versions', () => {
  assert.equal(theirs.filter((operation) => !isRemoved(operation)).length, 260)
  assert.equal(theirs.filter(isRemoved).length, 8)
  assert.equal(new Set(theirs.map(({ operation_id }) => operation_id)).size, theirs.length)
  assert.equal(new Set(theirs.map(({ method, path }) => `${method} ${path}`)).size, theirs.length)
})

/** Intercom removed them without a word, and its SDKs still call them: the versions that have them here. */
const STILL_CALLED: Record<string, [since: string, until: string]> = {
  'Custom Channel Events': ['2.7', ''],
  'IP Allowlist': ['2.14', ''],
}

/** The paths under which Intercom published them first. */
const FIRST_PATHS = ['new_conversation', 'message', 'quick_reply', 'attribute'].map(
  (name) => `/custom_channel_events/${name}`,
)

test('an operation of Intercom’s has its method, its path and its versions here too', () => {
  const byId = new Map(theirs.map((operation) => [operation.operation_id, operation]))
  for (const { operation_id, method, path, since = '2.7', until = '' } of served) {
    const published = byId.get(operation_id)
    if (!published) continue
    const versions = STILL_CALLED[published.group] ?? [published.since, published.until]
    assert.deepEqual(
      [operation_id, method, withoutNames(path), since, until],
      [operation_id, published.method, withoutNames(published.path), ...versions],
    )
  }
})

test('operations that Intercom does not have are under our own paths', () => {
  const ids = new Set(theirs.map(({ operation_id }) => operation_id))
  const ours = served.filter(({ operation_id }) => !ids.has(operation_id))
  assert.deepEqual(
    ours.map(({ path }) => path).filter((path) => FIRST_PATHS.includes(path)),
    FIRST_PATHS,
  )
  for (const { operation_id, path } of ours.filter(({ path }) => !FIRST_PATHS.includes(path)))
    assert.match(path, /^\/(extensions|attachments|unsubscribe|webhooks)\//, operation_id)
})
