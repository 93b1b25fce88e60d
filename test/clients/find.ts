// Finds the clients that are installed on this machine, and their interpreters. README.md says how to install them.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const { INTERPHONE_CLIENTS, PATH = '', HOME = '' } = process.env

/** A program that runs a client: `command ...args script`. */
export type Interpreter = { command: string; args: readonly string[]; environment: Record<string, string> }

/** Returns the path of a file or folder below INTERPHONE_CLIENTS, or undefined if it does not exist. */
export function checkout(...names: string[]): string | undefined {
  const path = INTERPHONE_CLIENTS && join(INTERPHONE_CLIENTS, ...names)
  return path && existsSync(path) ? path : undefined
}

/** Joins the folders that exist, as in RUBYLIB and PYTHONPATH. */
export const searchPath = (...folders: (string | undefined)[]): string => folders.filter(Boolean).join(':')

/** Returns the first of `commands` with which the check succeeds, for example that it can load the client. */
export function interpreterOf(
  commands: readonly (string | undefined)[],
  check: readonly string[],
  { args = [], environment = {} }: { args?: readonly string[]; environment?: Record<string, string> } = {},
): Interpreter | undefined {
  const env = { PATH, HOME, ...environment }
  const succeeds = (command: string) =>
    spawnSync(command, [...args, ...check], { env, stdio: 'ignore', timeout: 30_000 }).status === 0
  const command = commands.filter((name) => name !== undefined).find(succeeds)
  return command === undefined ? undefined : { command, args, environment: env }
}

/** The options of a suite that needs something: without it the suite is skipped, and says what is missing. */
export const needs = (found: unknown, what: string) => ({
  skip: found ? false : `${what} not found; see test/clients/README.md`,
})
