// Crawls the site of an automatic import source: each page of its host becomes an external page. What is found is stored
// after each address, so that a crawl goes on after a kill.
import { convertHtml } from '#content/convert.ts'
import type { Sql } from '#db/sql.ts'
import { enqueue } from '#jobs/enqueue.ts'
import type { Job } from '#jobs/job.ts'
import { FetchFailed, type SafeFetch } from '#net/safe-fetch.ts'
import type { WorkerContext } from '#server.ts'
import { isTooCostly } from '#threads/pool.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { findSource, holdSource, type ImportSourceRow } from '../queries.ts'
import { emitAudiencesOf, writePage } from '../write-page.ts'
import { decodePage } from './charset.ts'
import {
  type Address,
  deleteAddresses,
  deletePageAt,
  insertAddresses,
  insertUnfound,
  listAutomaticSources,
  type NewAddress,
  nextAddress,
  setSynced,
  settleAddress,
} from './queries.ts'
import { readPage } from './read-page.ts'
import { CRAWLER, mayFetch, type Robots, readRobots, readSitemap } from './robots.ts'

/** Of one source, with the addresses that fail. */
const MAX_ADDRESSES = 1_000
/** Ends a trap of endless links. */
const MAX_DEPTH = 10
const MAX_URL = 1_000
const MAX_BYTES = 500_000
const MAX_ATTEMPTS = 3
const TIMEOUT_MS = 10_000
/** A job fetches so many addresses, and leaves the rest to the next one: others get their turn. */
const STEP = 20

const CRAWL = 'ai-content:crawl'
type Payload = { workspace_id: string; source_id: string }

/** Begins a crawl; one that is going on is given up. */
export async function beginCrawl(workspace: Workspace, source: ImportSourceRow): Promise<void> {
  await deleteAddresses(workspace, source.id)
  const start = addressOf(source.url, source.url)
  if (!start) return
  await insertAddresses(workspace, source.id, [{ url: start, kind: 'page', depth: 0 }], MAX_ADDRESSES)
  await enqueueStep(workspace.sql, { workspace_id: workspace.id, source_id: source.id })
}

const enqueueStep = (sql: Sql, payload: Payload) =>
  enqueue(sql, { name: CRAWL, payload, key: `crawl ${payload.workspace_id} ${payload.source_id}`, max_attempts: 5 })

/** Fetches the next addresses. Returns whether there are more. @throws FetchFailed if robots.txt cannot be read now */
export async function crawlStep(workspace: Workspace, source_id: string, fetch: SafeFetch): Promise<boolean> {
  const source = await findSource(workspace, source_id)
  if (source?.sync_behavior !== 'automatic' || source.status !== 'active') return false
  const robots = await robotsOf(source, fetch)
  await addSitemaps(workspace, source, robots)
  for (let fetched = 0; fetched < STEP; fetched++) {
    const address = await nextAddress(workspace, source_id)
    if (!address) {
      if ((await insertUnfound(workspace, source_id, MAX_DEPTH)).count) continue
      await setSynced(workspace, source_id)
      return false
    }
    const outcome = await visit(address, source, robots, fetch)
    await atomically(workspace, (transaction) => store(transaction, source_id, address, outcome))
  }
  return true
}

async function addSitemaps(workspace: Workspace, source: ImportSourceRow, { sitemaps }: Robots) {
  const urls = (sitemaps.length ? sitemaps : ['/sitemap.xml']).slice(0, 10)
  const found = urls.flatMap((url) => addressOf(url, source.url) ?? [])
  const addresses = found.map((url) => ({ url, kind: 'sitemap' as const, depth: 0 }))
  await insertAddresses(workspace, source.id, addresses, MAX_ADDRESSES)
}

type Outcome = {
  state: 'waiting' | 'done' | 'failed'
  found: NewAddress[]
  page?: { title: string; html: string; body_text: string }
  is_gone?: boolean
}

async function visit(address: Address, source: ImportSourceRow, robots: Robots, fetch: SafeFetch): Promise<Outcome> {
  if (!mayFetch(robots, address.url)) return { state: 'done', found: [], is_gone: true }
  const again: Outcome = { state: address.attempts + 1 < MAX_ATTEMPTS ? 'waiting' : 'failed', found: [] }
  try {
    const { status, location, type, text } = await read(fetch, address.url)
    if (location !== undefined) return { state: 'done', found: linksOf([location], address, source), is_gone: true }
    if (status >= 500 || status === 429) return again
    if (status !== 200) return { state: 'failed', found: [], is_gone: status === 404 || status === 410 }
    if (address.kind === 'sitemap') {
      const { kind, urls } = readSitemap(text, MAX_ADDRESSES)
      return { state: 'done', found: linksOf(urls, address, source, kind) }
    }
    return type.includes('html') ? await outcomeOf(text, address, source) : { state: 'done', found: [] }
  } catch (error) {
    if (error instanceof FetchFailed) return error.is_transient ? again : { state: 'failed', found: [] }
    if (isTooCostly(error as Error)) return { state: 'failed', found: [] }
    throw error
  }
}

async function outcomeOf(text: string, address: Address, source: ImportSourceRow): Promise<Outcome> {
  const { title, html, links, may_follow, may_keep } = readPage(text, MAX_ADDRESSES)
  const found = may_follow ? linksOf(links, address, source) : []
  if (!may_keep) return { state: 'done', found, is_gone: true }
  const { body, body_text } = await convertHtml(html)
  return { state: 'done', found, page: { title: (title || address.url).slice(0, 1_000), html: body, body_text } }
}

/** Returns the addresses on the host of the source that a page, a redirect or a sitemap names. */
function linksOf(
  urls: readonly string[],
  { url, depth }: Address,
  source: ImportSourceRow,
  kind: Address['kind'] = 'page',
) {
  if (depth >= MAX_DEPTH) return []
  const found = new Set(urls.flatMap((one) => addressOf(one, url, source.url) ?? []))
  return [...found].map((one) => ({ url: one, kind, depth: depth + 1 }))
}

/** Returns the address without its fragment; undefined if it is not on the origin of the source. */
export function addressOf(text: string, base: string, site = base): string | undefined {
  const url = URL.parse(text, base)
  if (!url || url.origin !== new URL(site).origin || url.username || url.password) return undefined
  url.hash = ''
  return url.href.length > MAX_URL ? undefined : url.href
}

async function store(workspace: Workspace, source_id: string, address: Address, outcome: Outcome): Promise<void> {
  const source = await holdSource(workspace, source_id)
  if (!source) return
  const { state, found, page, is_gone = false } = outcome
  if (page)
    await writePage(workspace, source, {
      ...page,
      ...{ external_id: address.url, url: address.url, locale: 'en', audience_ids: null },
      ...{ ai_agent_availability: null, ai_copilot_availability: null, ai_sales_agent_availability: null },
    })
  const gone = is_gone ? await deletePageAt(workspace, source_id, address.url) : []
  for (const page of gone) await emitAudiencesOf(workspace, { ...page, audience_ids: [] }, page.audience_ids)
  if (found.length) await insertAddresses(workspace, source_id, found, MAX_ADDRESSES)
  await settleAddress(workspace, address.id, state)
}

/** Reads an answer whole. A redirect is not followed: its target could be on another host. */
async function read(fetch: SafeFetch, url: string) {
  const headers = { 'user-agent': CRAWLER, accept: 'text/html,application/xml,text/plain' }
  const answer = await fetch(url, { max_bytes: MAX_BYTES, timeout_ms: TIMEOUT_MS, redirects: 0, headers })
  const { status } = answer
  const type = String(answer.headers['content-type'] ?? '')
  const location = status >= 300 && status < 400 ? String(answer.headers.location ?? '') : undefined
  if (status !== 200) {
    answer.end()
    return { status, location, type, text: '' }
  }
  const pieces: Buffer[] = []
  for await (const piece of answer.body) pieces.push(piece)
  return { status, location, type, text: decodePage(Buffer.concat(pieces), type) }
}

/** Without a robots.txt, everything may be fetched; but not if the site is only out of order. */
async function robotsOf({ url }: ImportSourceRow, fetch: SafeFetch): Promise<Robots> {
  try {
    const { status, text } = await read(fetch, new URL('/robots.txt', url).href)
    if (status >= 500) throw new FetchFailed('unreachable', `robots.txt cannot be read: ${status}`)
    return readRobots(text)
  } catch (error) {
    if (error instanceof FetchFailed && !error.is_transient) return readRobots('')
    throw error
  }
}

export const crawlJob: Job<WorkerContext> = {
  name: CRAWL,
  async run({ sql, fetch }, payload) {
    const { workspace_id, source_id } = payload as Payload
    if (fetch && (await crawlStep(await openWorkspace(sql, workspace_id), source_id, fetch)))
      await enqueueStep(sql, { workspace_id, source_id })
  },
}

/** Every night, all sites are crawled again. */
export const recrawlJob: Job<WorkerContext> = {
  name: 'ai-content:recrawl',
  cron: '17 2 * * *',
  async run({ sql }) {
    for (const { workspace_id, source_id } of await listAutomaticSources(sql)) {
      const workspace = await openWorkspace(sql, workspace_id)
      await atomically(workspace, async (transaction) => {
        const source = await holdSource(transaction, source_id)
        if (source) await beginCrawl(transaction, source)
      })
    }
  },
}
