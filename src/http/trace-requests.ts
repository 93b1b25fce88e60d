// A span for each request, which is part of the trace that its `traceparent` names.
import type { FastifyInstance } from 'fastify'
import type { OpenSpan, Tracer } from '#tracing/trace.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Absent if traces are off, and for the paths of monitors. */
    span?: OpenSpan
  }
}

/** Asked every few seconds by monitors and proxies. */
const UNTRACED = new Set(['/healthz', '/readyz', '/metrics'])

/** Register it before all other hooks, so that their statements are in the span. */
export function traceRequests(app: FastifyInstance, tracer: Tracer): void {
  app.decorateRequest('span')
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, headers, protocol } = request
    const { url: route, config } = request.routeOptions
    if (route && UNTRACED.has(route)) return done()
    const operation = config.operation?.id
    request.span = tracer.start(route ? `${method} ${route}` : method, {
      kind: 'server',
      parent: { traceparent: headers.traceparent, tracestate: headers.tracestate } as Record<string, string>,
      attributes: {
        ...{ 'http.request.method': method, 'url.scheme': protocol, 'interphone.request_id': request.id },
        ...(route && { 'http.route': route }),
        ...(operation && { 'interphone.operation': operation }),
      },
    })
    request.span.run(done)
  })
  // The body arrives in the events of its connection, which are in no span.
  app.addHook('preValidation', (request, _reply, done) => (request.span ? request.span.run(done) : done()))
  app.addHook('onResponse', ({ span, workspace }, { statusCode }, done) => {
    span?.set({
      'http.response.status_code': statusCode,
      ...(workspace && { 'interphone.workspace_id': workspace.id }),
    })
    if (statusCode >= 500) span?.fail(String(statusCode))
    span?.end()
    done()
  })
}
