// The spans of traces, as the parts of the server make them. The SDK of OpenTelemetry is loaded only if it is set up (`sdk.ts`); without it
// nothing is recorded.

export type Attributes = Record<string, string | number | boolean>

/** What identifies a span to other processes: `{ traceparent: '00-…-01' }`, and `tracestate` if there is one. */
export type TraceHeaders = Record<string, string>

/** Attributes contain no addresses, secrets or texts: a trace leaves this server. */
export type Span = {
  rename(name: string): void
  set(attributes: Attributes): void
  /** Marks it as failed. `type` is a code, such as `ETIMEDOUT` or `503`; anything else is left out. */
  fail(type: unknown): void
  /** For the request to another server. */
  headers(): TraceHeaders
}

export type OpenSpan = Span & {
  /** Spans that start within `work`, also after it waited, are children of this one. */
  run<Result>(work: () => Result): Result
  end(): void
}

export type SpanOptions = {
  kind: 'server' | 'client' | 'consumer'
  attributes?: Attributes
  /** The headers of the parent, which is in another process or in the past. Default: the span in which this one starts. */
  parent?: Readonly<Record<string, string | string[] | undefined>> | undefined
}

export type Tracer = {
  start(name: string, options: SpanOptions): OpenSpan
  /** Runs `work` in no span. */
  outside<Result>(work: () => Result): Result
  /** Whether this is within a span that is recorded. */
  isRecording(): boolean
  /** Returns the `traceparent` of that span. */
  traceparent(): string | undefined
}

let current: Tracer | undefined

/** Call it before the parts of the server are built: some look for a tracer only then. */
export const setTracer = (tracer: Tracer | undefined): void => {
  current = tracer
}

/** Returns undefined if traces are off. */
export const activeTracer = (): Tracer | undefined => current

/** Returns what to store with work that is done later, so that it becomes part of this trace. Undefined if it is not recorded. */
export const currentTraceparent = (): string | undefined => current?.traceparent()

/** Returns a function for a loop that many requests wake up: what it does is not part of the trace of one of them. */
export const outsideSpans =
  <Result>(work: () => Result): (() => Result) =>
  () =>
    current ? current.outside(work) : work()

const NO_SPAN: Span = { rename() {}, set() {}, fail() {}, headers: () => ({}) }

/** Runs `work` in a span. An error marks the span as failed, and is thrown on. */
export async function inSpan<Result>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  if (!current) return work(NO_SPAN)
  const span = current.start(name, options)
  try {
    return await span.run(() => work(span))
  } catch (error) {
    span.fail((error as NodeJS.ErrnoException).code ?? (error as Error).name)
    throw error
  } finally {
    span.end()
  }
}

/** Runs an HTTP request to another server in a span. `send` gets the headers to pass on. Of the URL only the host is recorded. */
export function inHttpSpan<Answer>(
  method: string,
  url: string | URL,
  statusOf: (answer: Answer) => number,
  send: (headers: TraceHeaders) => Promise<Answer>,
): Promise<Answer> {
  if (!current) return send({})
  const { hostname, port, protocol } = new URL(url)
  const attributes = {
    'http.request.method': method,
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
  }
  return inSpan(method, { kind: 'client', attributes }, async (span) => {
    const answer = await send(span.headers())
    const status = statusOf(answer)
    span.set({ 'http.response.status_code': status })
    if (status >= 400) span.fail(String(status))
    return answer
  })
}
