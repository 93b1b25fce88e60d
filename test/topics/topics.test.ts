// Every topic is caused through the API, and its item has the documented shape, in a new version and an old one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ARTICLE_CAUSES } from './articles.ts'
import { AUDIENCE_CAUSES } from './audiences.ts'
import type { Answer, Cause } from './cause.ts'
import { CONTACT_CAUSES } from './contacts.ts'
import { CONVERSATION_CAUSES } from './conversations.ts'
import { OTHER_CAUSES } from './others.ts'
import { assertShape, shapesOf } from './shapes.ts'
import { TICKET_CAUSES } from './tickets.ts'
import { ALL_TOPICS, topicWorld } from './world.ts'

const world = await topicWorld()
const CAUSES = [
  ...CONTACT_CAUSES,
  ...OTHER_CAUSES,
  ...CONVERSATION_CAUSES,
  ...TICKET_CAUSES,
  ...ARTICLE_CAUSES,
  ...AUDIENCE_CAUSES,
]

type Acted = { given: Answer; after: string; until: string; error?: unknown }

/** The events of an act are those after it began, up to its end. Some come late, from a worker. */
async function carryOut({ given: prepare, act, notifies }: Cause): Promise<Acted> {
  const acted: Acted = { given: undefined, after: '0', until: '0' }
  try {
    acted.given = await prepare?.(world)
    acted.after = await world.lastEvent()
    await act(world, acted.given)
    await world.happened(acted.after, Object.keys(notifies(shapesOf(true), acted.given, world)).length)
  } catch (error) {
    acted.error = error
  }
  return { ...acted, until: await world.lastEvent() }
}

// All acts first, and then the comparisons: so they wait for the worker once.
const acted: Acted[] = []
for (const cause of CAUSES) acted.push(await carryOut(cause))
await world.allNotified()

for (const [n, { title, notifies }] of CAUSES.entries())
  for (const version of ['Preview', '2.14'] as const)
    test(`${title} (${version})`, async () => {
      const { given, after, until, error } = acted[n]!
      if (error) throw error
      const expected = notifies(shapesOf(version === 'Preview'), given, world)
      const notified = await world.notified(after, until, version)
      assert.deepEqual(
        notified.map(({ topic }) => topic),
        Object.keys(expected).sort(),
      )
      for (const { topic, item } of notified) assertShape(item, expected[topic]!, topic)
    })

test('every topic that is declared has a cause', () => {
  const caused = CAUSES.flatMap(({ notifies }, n) => Object.keys(notifies(shapesOf(true), acted[n]!.given, world)))
  assert.deepEqual([...new Set(caused)].sort(), ALL_TOPICS)
})

test('each event was notified once to each subscription', async () => {
  const { events, notifications, ids } = await world.counts()
  assert.deepEqual([notifications, ids], [2 * events, 2 * events])
})
