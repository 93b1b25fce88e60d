// Records traces if the settings name a collector.
import type { Config } from '#config.ts'
import about from '../../package.json' with { type: 'json' }

/** Call it before the parts of the server are built. Returns a function that sends the last spans, or undefined if traces are off. */
export async function startTracing(
  config: Config,
  log: (line: string) => void,
): Promise<(() => Promise<void>) | undefined> {
  const endpoint = config.otel_exporter_otlp_endpoint
  if (endpoint === undefined) return undefined
  const sdk = await import('#tracing/sdk.ts')
  return sdk.startTracing({
    endpoint,
    headers: config.otel_exporter_otlp_headers,
    service_name: config.otel_service_name,
    version: about.version,
    resource: config.otel_resource_attributes,
    sampler: config.otel_traces_sampler,
    ratio: config.otel_traces_sampler_arg,
    log: (line) => log(`Traces: ${line}`),
  })
}
