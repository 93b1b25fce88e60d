// The script of the page at /docs: adds SDK samples to the OpenAPI document, and starts Scalar with it.
import type { RegisteredOperation } from '../operations.ts'

type Operations = ReadonlyMap<string, Pick<RegisteredOperation, 'options'>>

/** Turns off everything that calls other servers. The page's Content-Security-Policy forbids that too. */
const CONFIGURATION = {
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: 'never',
  hideClientButton: true,
  persistAuth: true,
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
}

/** Returns the text of the script. It runs in a browser. */
export const startScript = (operations: Operations): string => `
const configuration = ${JSON.stringify(CONFIGURATION)}
const calls = ${JSON.stringify(Object.fromEntries(sdkCalls(operations)))}

const sample = (call) => \`import { IntercomClient } from 'intercom-client'

const client = new IntercomClient({
  token: 'YOUR_TOKEN',
  environment: '\${location.origin}',
})
const result = await \${call}\`

const response = await fetch('/openapi.json')
const content = await response.json()
for (const path of Object.values(content.paths)) {
  for (const operation of Object.values(path)) {
    const call = calls[operation.operationId]
    if (call) operation['x-codeSamples'] = [{ lang: 'javascript', label: 'intercom-client', source: sample(call) }]
  }
}
Scalar.createApiReference('#reference', { ...configuration, content, servers: [{ url: location.origin }] })
`

/** The text of each operation's SDK call, by operationId: `client.tags.list()`. */
function sdkCalls(operations: Operations): Map<string, string> {
  const calls = new Map<string, string>()
  for (const [id, { options }] of operations) {
    if (!options.sdk) continue
    const call = String(options.sdk).replace(/^\(client\) =>\s+/, '')
    const [indent = ''] = /(?<=\n) *(?=\S+$)/.exec(call) ?? []
    calls.set(id, call.replaceAll(`\n${indent}`, '\n'))
  }
  return calls
}
