// The kinds of the settings of traces, as OpenTelemetry defines them for all programs.
import { type Kind, oneOf } from '#lib/kinds.ts'

const SAMPLERS = ['always_on', 'always_off', 'traceidratio'] as const

export type SamplerName = (typeof SAMPLERS)[number] | `parentbased_${(typeof SAMPLERS)[number]}`

export const samplerName: Kind<SamplerName> = oneOf(
  ...SAMPLERS,
  ...SAMPLERS.map((name): SamplerName => `parentbased_${name}`),
)

export const ratio: Kind<number> = {
  must_be: 'a number from 0 to 1',
  read: (text) => (/^\d*\.?\d+$/.test(text) && Number(text) <= 1 ? Number(text) : undefined),
}

/** `key=value,key=value`, percent-encoded. */
export const pairs: Kind<Readonly<Record<string, string>>> = {
  must_be: 'pairs such as key=value,key=value, percent-encoded',
  read(text) {
    const all: Record<string, string> = {}
    for (const pair of text.split(',')) {
      const [, key, value = ''] = /^\s*([\w.!#$%&'*+^`|~-]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? []
      if (key === undefined) return undefined
      try {
        all[decodeURIComponent(key)] = decodeURIComponent(value)
      } catch {
        return undefined
      }
    }
    return all
  },
}
