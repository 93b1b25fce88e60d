// A listening server for HTTP clients, with its own database and a worker that captures.
import assert from 'node:assert/strict'
import { after } from 'node:test'
import { type TestApp, testApp } from '../app.ts'
import { captureAll } from '../capture.ts'
import { checkContract } from '../contract.ts'

export type ListeningServer = TestApp & { url: string }

/** Checks every answer against the published schema of its version. */
export async function listeningServer(options: Parameters<typeof testApp>[0] = {}): Promise<ListeningServer> {
  const t = await testApp(options)
  const differences = new Set<string>()
  t.app.addHook('onSend', async ({ method, url }, reply, payload) => {
    if (!String(reply.getHeader('content-type')).includes('json')) return
    try {
      checkContract(
        method,
        url,
        reply.statusCode,
        JSON.parse(String(payload)),
        reply.getHeader('intercom-version') as string,
      )
    } catch (error) {
      differences.add((error as Error).message)
    }
  })
  after(() => assert.deepEqual([...differences], []))

  await captureAll(t.database.sql, { after: (stop) => t.app.addHook('onClose', stop) })
  return { ...t, url: await t.app.listen({ port: 0, host: '127.0.0.1' }) }
}
