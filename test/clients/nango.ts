// Runs syncs and actions of Nango's integration-templates as they are: loads their files, and gives them what Nango's own
// runner would: requests to a server, pages, and a place to save to. The syncs set their own `Intercom-Version`.
import { registerHooks } from 'node:module'
import { join } from 'node:path'

type Config = {
  endpoint: string
  method?: string
  data?: Record<string, unknown>
  params?: Record<string, string | number>
  headers?: Record<string, string>
  paginate?: {
    cursor_name_in_request: string
    cursor_path_in_response: string
    response_path: string
    limit_name_in_request: string
    limit: number
  }
}
type Row = { id: string }

export type NangoHost = ReturnType<typeof nangoHost>
export type Sync = { exec(nango: NangoHost): Promise<void> }
export type Action = { exec(nango: NangoHost, input: object): Promise<unknown> }

/** The templates import `nango` for its types and two functions that return their argument. */
const NANGO =
  'data:text/javascript,export const createSync = (sync) => sync; export const createAction = (action) => action'

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'nango') return { url: NANGO, format: 'module', shortCircuit: true }
    // The templates have no node_modules; the project has zod by its packages.
    return next(specifier, specifier === 'zod' ? { ...context, parentURL: import.meta.url } : context)
  },
})

export const templateOf = async <Template extends Sync | Action>(folder: string, file: string): Promise<Template> =>
  (await import(join(folder, file))).default

export function nangoHost(url: string, token: string) {
  const calls: string[] = []
  const saved: Record<string, Row[]> = {}

  /** Throws with the status and the body if the server refuses. */
  async function proxy({ endpoint, method = 'GET', data, params = {}, headers = {} }: Config) {
    calls.push(`${method} ${endpoint}`)
    const target = new URL(endpoint.replace(/^\/?/, '/'), url)
    for (const [name, value] of Object.entries(params)) target.searchParams.set(name, String(value))
    const response = await fetch(target, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(data && { body: JSON.stringify(data) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${response.status} ${text}`)
    return { status: response.status, data: text && JSON.parse(text) }
  }

  const nango = {
    calls,
    saved,
    checkpoint: undefined as unknown,
    proxy,
    get: (config: Config) => proxy({ ...config, method: 'GET' }),
    post: (config: Config) => proxy({ ...config, method: 'POST' }),
    put: (config: Config) => proxy({ ...config, method: 'PUT' }),
    delete: (config: Config) => proxy({ ...config, method: 'DELETE' }),
    /** Pages by cursor. Like Nango, puts the limit at the top of the body, where the API does not expect it. */
    async *paginate(config: Config) {
      const { cursor_name_in_request, cursor_path_in_response, response_path, ...limit } = config.paginate!
      const data: Record<string, unknown> = { ...config.data, [limit.limit_name_in_request]: limit.limit }
      for (;;) {
        const answer = await proxy({ ...config, data })
        const rows = valueAt(answer.data, response_path) as Row[]
        if (!rows.length) return
        yield rows
        const cursor = valueAt(answer.data, cursor_path_in_response)
        if (!cursor) return
        setAt(data, cursor_name_in_request, cursor)
      }
    },
    getCheckpoint: async () => nango.checkpoint ?? null,
    async saveCheckpoint(checkpoint: unknown) {
      nango.checkpoint = checkpoint
    },
    async batchSave(rows: Row[], model: string) {
      saved[model] = [...(saved[model] ?? []), ...rows]
    },
    async trackDeletesStart() {},
    async trackDeletesEnd() {},
    async log() {},
    ActionError: class extends Error {
      constructor({ type, message }: { type: string; message: string }) {
        super(`${type}: ${message}`)
      }
    },
  }
  return nango
}

const valueAt = (value: unknown, path: string): unknown =>
  path.split('.').reduce((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value)

function setAt(target: Record<string, unknown>, path: string, value: unknown) {
  const [key = '', ...rest] = path.split('.')
  if (!rest.length) target[key] = value
  else {
    target[key] = { ...(target[key] as object | undefined) }
    setAt(target[key] as Record<string, unknown>, rest.join('.'), value)
  }
}
