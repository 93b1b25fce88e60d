// The messages that Meta accepts, checked strictly: every unknown key and every wrong value is an error.

export type MetaMessage = {
  to: string
  type: string
  biz_opaque_callback_data: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever kind of message it expects, and asserts on it
  [key: string]: any
}

type Check = (value: unknown, at: string) => string[]
type Shape = Record<string, Check>

const matching =
  (pattern: RegExp): Check =>
  (value, at) =>
    typeof value === 'string' && pattern.test(value) ? [] : [`${at} is ${JSON.stringify(value)}, not like ${pattern}`]

const text = (most: number): Check => matching(new RegExp(`^[\\s\\S]{1,${most}}$`, 'u'))
const flag: Check = (value, at) => (typeof value === 'boolean' ? [] : [`${at} is no boolean`])
const link = matching(/^https?:\/\/\S+$/)

/** An object with all of these keys, of which those that end in `?` are optional, and no others. */
const object =
  (shape: Shape): Check =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} is no object`]
    const known = Object.keys(shape).map((key) => key.replace(/\?$/, ''))
    const strays = Object.keys(value).filter((key) => !known.includes(key))
    return [
      ...strays.map((key) => `${at} has an unknown key ${key}`),
      ...Object.entries(shape).flatMap(([key, check]) => {
        const name = key.replace(/\?$/, '')
        const inner = (value as Record<string, unknown>)[name]
        if (inner === undefined) return key.endsWith('?') ? [] : [`${at}.${name} is missing`]
        return check(inner, `${at}.${name}`)
      }),
    ]
  }

const listOf =
  (check: Check, most: number): Check =>
  (value, at) =>
    Array.isArray(value) && value.length > 0 && value.length <= most
      ? value.flatMap((one, index) => check(one, `${at}[${index}]`))
      : [`${at} is no list of 1 to ${most}`]

/** One shape for each value of `type`. */
const byType =
  (shapes: Record<string, Shape>): Check =>
  (value, at) => {
    const { type } = (value ?? {}) as { type?: string }
    const shape = Object.hasOwn(shapes, type ?? '') ? shapes[type as string] : undefined
    return shape ? object({ type: matching(/./), ...shape })(value, at) : [`${at}.type is ${JSON.stringify(type)}`]
  }

const MEDIUM = object({ link })

const parameter = byType({
  text: { text: text(32_768), 'parameter_name?': text(60) },
  currency: { currency: object({ fallback_value: text(100), code: matching(/^[A-Z]{3}$/), amount_1000: integer }) },
  date_time: { date_time: object({ fallback_value: text(100) }) },
  image: { image: MEDIUM },
  video: { video: MEDIUM },
  document: { document: object({ link, 'filename?': text(255) }) },
  payload: { payload: text(256) },
})

function integer(value: unknown, at: string) {
  return Number.isInteger(value) ? [] : [`${at} is no integer`]
}

const component = byType({
  header: { parameters: listOf(parameter, 1) },
  body: { parameters: listOf(parameter, 50) },
  button: {
    sub_type: matching(/^(quick_reply|url|copy_code|flow|catalog)$/),
    index: matching(/^\d$/),
    parameters: listOf(parameter, 1),
  },
})

const COMMON: Shape = {
  messaging_product: matching(/^whatsapp$/),
  recipient_type: matching(/^individual$/),
  'to?': matching(/^[1-9]\d{6,14}$/),
  'recipient?': matching(/^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/),
  'context?': object({ message_id: text(512) }),
  'biz_opaque_callback_data?': text(512),
}

const message = byType({
  template: {
    ...COMMON,
    template: object({
      name: matching(/^[a-z0-9_]{1,512}$/),
      language: object({ code: matching(/^[a-z]{2,3}(_[A-Z]{2,4})?$/) }),
      'components?': listOf(component, 20),
    }),
  },
  text: { ...COMMON, text: object({ body: text(4096), 'preview_url?': flag }) },
  image: { ...COMMON, image: object({ link, 'caption?': text(1024) }) },
  video: { ...COMMON, video: object({ link, 'caption?': text(1024) }) },
  audio: { ...COMMON, audio: object({ link }) },
  document: { ...COMMON, document: object({ link, 'caption?': text(1024), 'filename?': text(255) }) },
})

/** Returns all errors of a request to send; none if Meta would accept it. */
export function faultsOf(content_type: string | undefined, body: string): string[] {
  if (!/^application\/json\b/.test(content_type ?? '')) return [`Content-Type is ${content_type}`]
  try {
    const sent = JSON.parse(body)
    const is_addressed = (sent.to === undefined) !== (sent.recipient === undefined)
    return [...message(sent, 'message'), ...(is_addressed ? [] : ['message needs one of to and recipient'])]
  } catch {
    return ['The body is no JSON']
  }
}
