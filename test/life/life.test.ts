// A generated life of contacts and companies: after any sequence of requests, everything that is read agrees with a model.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { testApp } from '../app.ts'
import { eventually } from '../factories.ts'
import { startJobs } from '../jobs.ts'
import type { Model } from './model.ts'
import { assertReadsAgree, type Reading } from './reads.ts'
import { STEPS } from './steps.ts'

/** `random`, or a number that a failed run has named. If it is given, a failure is shrunk, which takes minutes. */
const { LIFE_SEED } = process.env
const SEED = LIFE_SEED === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(LIFE_SEED ?? 7)
const LIVES = Number(process.env['LIFE_LIVES'] ?? 6)
const STEPS_EACH = Number(process.env['LIFE_STEPS'] ?? 160)

const t = await testApp()
const { sql } = t.database
startJobs(sql)

/** A new workspace with what the steps need. */
async function begin(): Promise<Reading> {
  const { call } = await t.another()
  const ok = async (route: string, body: object) => {
    const answer = await call(route, body)
    assert.equal(answer.status, 200, answer.text)
    return answer.body
  }
  for (const [model, name, data_type] of [
    ['contact', 'plan', 'string'],
    ['contact', 'seats', 'integer'],
    ['contact', 'vip', 'boolean'],
    ['company', 'tier', 'string'],
  ])
    await ok('POST /data_attributes', { model, name, data_type })
  const tags: string[] = []
  for (const name of ['Tag 0', 'Tag 1', 'Tag 2']) tags.push((await ok('POST /tags', { name })).id)
  const types: string[] = []
  for (const [name, consent_type] of [
    ['News', 'opt_out'],
    ['Offers', 'opt_in'],
  ]) {
    const translations = [{ name, description: name, locale: 'en' }]
    types.push((await ok('POST /extensions/subscription_types', { consent_type, translations })).id)
  }
  const query = { field: 'custom_attributes.plan', operator: '=', value: 'pro' }
  const { id: segment } = await ok('POST /extensions/segments', { name: 'On pro', query })
  return { call, tags, types, segment }
}

/** Jobs detach the contacts of archived companies. */
const jobsAreDone = () =>
  eventually(
    () => sql`select from companies where is_archiving limit 1`,
    ({ count }) => count === 0,
  )

test('whatever happens to contacts and companies, all lists, searches and counts agree with it', async (context) => {
  let steps = 0
  const lives = fc.asyncProperty(fc.commands(STEPS, { maxCommands: STEPS_EACH, size: 'max' }), async (commands) => {
    const model: Model = { contacts: [], companies: [] }
    const real = await begin()
    await fc.asyncModelRun(() => ({ model, real }), commands)
    steps += [...commands].length
    await jobsAreDone()
    await assertReadsAgree(model, real)
  })
  context.diagnostic(`seed ${SEED}`)
  await fc.assert(lives, { seed: SEED, numRuns: LIVES, endOnFailure: LIFE_SEED === undefined })
  context.diagnostic(`${LIVES} lives, ${steps} steps`)
})
