// One of everything in a workspace, created by the fixtures of all nouns, for isolation and fuzz tests.
import { globSync } from 'node:fs'
import { fillWithDemo } from '#resources/index.ts'
import type { TestApp } from './app.ts'
import type { Fixture, Ids } from './fixture.ts'

const FOLDER = new URL('../src/', import.meta.url)
const files = globSync('{resources,inbound}/**/fixture.ts', { cwd: FOLDER.pathname }).sort()
export const FIXTURES: readonly Fixture[] = await Promise.all(
  files.map(async (file) => (await import(new URL(file, FOLDER).href)).default),
)

/** Fills a workspace with the demo and one of everything. */
export async function populate({
  call,
  created,
  workspace,
}: Pick<TestApp, 'call' | 'created' | 'workspace'>): Promise<Ids> {
  const post = async (path: string, body?: unknown) => {
    const answer = await call(`POST ${path}`, body)
    if (answer.status > 202) throw new Error(`POST ${path}: ${answer.text}`)
    return answer.body
  }
  await fillWithDemo(workspace.sql, created)
  const ids = {} as Ids
  for (const { create } of inOrder(FIXTURES)) {
    if (create) Object.assign(ids, await create({ call, created, workspace, post }, ids))
  }
  return ids
}

/** Orders the fixtures, each after those that provide what it needs. */
function inOrder(fixtures: readonly Fixture[]): Fixture[] {
  const ordered = new Set<Fixture>()
  const visit = (fixture: Fixture) => {
    if (ordered.has(fixture)) return
    for (const name of fixture.needs ?? []) {
      const provider = fixtures.find(({ provides = [] }) => provides.includes(name))
      if (!provider) throw new Error(`No fixture provides ${name}`)
      if (provider !== fixture) visit(provider)
    }
    ordered.add(fixture)
  }
  for (const fixture of fixtures) visit(fixture)
  return [...ordered]
}

/** Returns one property of all fixtures together. */
export const together = <K extends 'attempts' | 'removals' | 'lists' | 'ids'>(property: K): NonNullable<Fixture[K]> =>
  Object.assign({}, ...FIXTURES.map((fixture) => fixture[property]))

export const namesOf = (property: 'tested_elsewhere' | 'removes_too'): string[] =>
  FIXTURES.flatMap((fixture) => fixture[property] ?? [])
