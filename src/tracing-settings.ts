// The settings of traces, which have the names that OpenTelemetry gives them in all programs.
import { anyText, url } from '#lib/kinds.ts'
import { pairs, ratio, samplerName } from '#tracing/kinds.ts'
import { secret, setting, withDefault } from './setting-kinds.ts'

export const TRACING_SETTINGS = {
  otel_exporter_otlp_endpoint: setting(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    url(['http:', 'https:'], 'http://collector:4318'),
    'The OpenTelemetry collector that gets traces by OTLP over HTTP. Without it none are recorded.',
  ),
  otel_exporter_otlp_headers: setting(
    'OTEL_EXPORTER_OTLP_HEADERS',
    pairs,
    'Headers for the collector: key=value,key=value.',
    secret,
  ),
  otel_service_name: withDefault('OTEL_SERVICE_NAME', anyText, 'interphone', 'The name of this process in traces.'),
  otel_resource_attributes: setting(
    'OTEL_RESOURCE_ATTRIBUTES',
    pairs,
    'More attributes of this process in traces: deployment.environment.name=production.',
  ),
  otel_traces_sampler: withDefault(
    'OTEL_TRACES_SAMPLER',
    samplerName,
    'parentbased_always_on',
    'Which traces are recorded. With parentbased_, the traceparent of a request decides if it has one.',
  ),
  otel_traces_sampler_arg: withDefault(
    'OTEL_TRACES_SAMPLER_ARG',
    ratio,
    '1',
    'The share of traces that traceidratio records.',
  ),
}
