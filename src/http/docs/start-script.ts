// The script of the page at /docs: adds the samples of the SDK to the API's description, and starts Scalar with it.
import { SDK_SAMPLES } from './sdk-samples.ts'

/** Everything that would call another server is off. The page's Content-Security-Policy forbids it, too. */
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
export const startScript = (): string => `
const configuration = ${JSON.stringify(CONFIGURATION)}
const calls = ${JSON.stringify(sdkCalls())}

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

/** Returns the text of each sample's call, by operationId: \`client.tags.list()\`. */
export const sdkCalls = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(SDK_SAMPLES).map(([id, sample]) => {
      const call = String(sample).replace(/^\(client\) =>\s+/, '')
      const [indent = ''] = /(?<=\n) *(?=\S+$)/.exec(call) ?? []
      return [id, call.replaceAll(`\n${indent}`, '\n')]
    }),
  )
