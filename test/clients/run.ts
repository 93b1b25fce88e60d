// The server for the clients of other languages, and running their programs against it.
import { execFile } from 'node:child_process'
import { after } from 'node:test'
import { promisify } from 'node:util'
import { type ServerProcess, serverProcess } from '../server-process.ts'
import type { Interpreter } from './find.ts'

export type Account = { token: string; admin_id: string }

let server: Promise<ServerProcess> | undefined

/** Returns the URL of the server, which starts when the first client needs it. */
export async function serverUrl(): Promise<string> {
  server ??= startServer()
  return (await server).url
}

async function startServer() {
  const started = await serverProcess()
  started.start()
  await started.ready()
  return started
}

after(async () => (await server)?.remove())

export async function post<Answer>(token: string, path: string, body: object): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const response = await fetch((await serverUrl()) + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return (await response.json()) as Answer
}

/** Returns a new workspace, so that clients do not meet. */
export async function newWorkspace(name: string): Promise<Account> {
  await serverUrl()
  const { token } = await (server as Promise<ServerProcess>)
  return post<Account>(token, '/extensions/workspaces', { name })
}

/** Runs a program to its end; returns its output. Throws with its stderr if it fails or takes more than a minute. */
export async function run(
  { command, args, environment }: Interpreter,
  own: readonly string[],
  added: Record<string, string>,
): Promise<string> {
  const options = { env: { ...environment, ...added }, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 }
  const { stdout } = await promisify(execFile)(command, [...args, ...own], options)
  return stdout
}

/** Runs a script of this folder, which writes its results as JSON. */
export const resultsOf = async (interpreter: Interpreter, script: string, added: Record<string, string>) =>
  JSON.parse(await run(interpreter, [new URL(script, import.meta.url).pathname], added))
