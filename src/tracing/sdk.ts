// Records spans with OpenTelemetry's SDK, and sends them to a collector by OTLP. Imported only if an endpoint is set.
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Context,
  DiagLogLevel,
  defaultTextMapGetter,
  defaultTextMapSetter,
  diag,
  ROOT_CONTEXT,
  type Span as SdkSpan,
  type Tracer as SdkTracer,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { SamplerName } from './kinds.ts'
import { type OpenSpan, setTracer, type Tracer } from './trace.ts'

export type TracingOptions = {
  /** The base URL of a collector: `http://collector:4318`. */
  endpoint: string
  headers?: Readonly<Record<string, string>> | undefined
  service_name: string
  version: string
  /** More attributes of this process: `{ 'deployment.environment.name': 'production' }`. */
  resource?: Readonly<Record<string, string>> | undefined
  sampler: SamplerName
  /** The share of traces that `…traceidratio` records, from 0 to 1. */
  ratio: number
  /** Milliseconds. Default: 5,000. */
  send_every_ms?: number
  /** Gets a line when spans cannot be sent. */
  log(line: string): void
}

const SEND_EVERY_MS = 5_000
/** A collector that does not answer must not delay the end of the process. */
const FLUSH_WITHIN_MS = 1_000

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER }

/** A code, never a text, which could contain data of a workspace. */
const ERROR_TYPE = /^[\w.-]{1,80}$/

/** Starts to record. Returns a function that sends what is left and stops. */
export function startTracing(options: TracingOptions): () => Promise<void> {
  const { endpoint, headers, service_name, version, resource, send_every_ms = SEND_EVERY_MS, log } = options
  const logger = { error: log, warn: log, info() {}, debug() {}, verbose() {} }
  diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true })
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, ...(headers && { headers: { ...headers } }) })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ ...resource, 'service.name': service_name, 'service.version': version }),
    sampler: samplerOf(options),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: send_every_ms })],
  })
  setTracer(tracerOf(provider.getTracer('interphone', version)))
  return async () => {
    setTracer(undefined)
    const timedOut = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_WITHIN_MS))
    await Promise.race([provider.shutdown().catch(() => {}), timedOut])
    diag.disable()
  }
}

function samplerOf({ sampler, ratio }: TracingOptions): Sampler {
  const kind = sampler.replace('parentbased_', '')
  const root =
    kind === 'always_on'
      ? new AlwaysOnSampler()
      : kind === 'always_off'
        ? new AlwaysOffSampler()
        : new TraceIdRatioBasedSampler(ratio)
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root
}

function tracerOf(sdk: SdkTracer): Tracer {
  const contexts = new AsyncLocalStorage<Context>()
  const propagator = new W3CTraceContextPropagator()

  function headersOf(context: Context): Record<string, string> {
    const headers: Record<string, string> = {}
    propagator.inject(context, headers, defaultTextMapSetter)
    return headers
  }

  function opened(span: SdkSpan, context: Context): OpenSpan {
    return {
      rename: (name) => void span.updateName(name),
      set: (attributes) => void span.setAttributes(attributes),
      fail(type) {
        span.setStatus({ code: SpanStatusCode.ERROR })
        if (typeof type === 'string' && ERROR_TYPE.test(type)) span.setAttribute('error.type', type)
      },
      headers: () => headersOf(context),
      run: (work) => contexts.run(context, work),
      end: () => span.end(),
    }
  }

  function recorded(): Context | undefined {
    const context = contexts.getStore()
    return context && trace.getSpan(context)?.isRecording() ? context : undefined
  }

  return {
    start(name, { kind, attributes = {}, parent }) {
      const before = parent
        ? propagator.extract(ROOT_CONTEXT, parent, defaultTextMapGetter)
        : (contexts.getStore() ?? ROOT_CONTEXT)
      const span = sdk.startSpan(name, { kind: KINDS[kind], attributes }, before)
      return opened(span, trace.setSpan(before, span))
    },
    outside: (work) => contexts.run(ROOT_CONTEXT, work),
    isRecording: () => recorded() !== undefined,
    traceparent() {
      const context = recorded()
      return context && headersOf(context).traceparent
    },
  }
}
