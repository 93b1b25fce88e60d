// Searches of 10,000 articles in four languages against the same of 1,000: by a common word, a rare one, a misspelt one and a
// question.
import type { Pool } from '#db/sql.ts'
import type { Row, Size } from './figures.ts'
import { postTo } from './search/people.ts'
import { type Measured, withServer } from './server.ts'

const SIZES = { small: 1_000, large: 10_000 }
const LOCALES = ['en', 'fr', 'de', 'es']
const VOCABULARY = 6_000
const BATCH = 250
const SYLLABLES = ['ba', 'ke', 'lo', 'mi', 'nu', 'ra', 'se', 'to', 'vi', 'za', 'chi', 'dor', 'fen', 'gal', 'hep', 'jun']

/** Returns word `n` of a language. */
function word(n: number, locale: string): string {
  let text = locale.slice(0, 1)
  for (let left = n + 37; left > 0; left = Math.floor(left / SYLLABLES.length))
    text += SYLLABLES[left % SYLLABLES.length]
  return text
}

/** Returns numbers from 0 to 1, the same ones in each run. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

type Library = { token: string; size: number; pick: (locale: string) => string }

async function library({ sql, url, token: operator }: Measured, size: number): Promise<Library> {
  const { id: workspace_id, token } = await postTo(url)(operator, '/extensions/workspaces', {
    name: `${size} articles`,
  })
  const random = randomFrom(size)
  const pick = (locale: string) => word(Math.floor(VOCABULARY * random() ** 3), locale)
  const began = performance.now()
  for (let first = 0; first < size; first += BATCH) await insertArticles(sql, workspace_id, BATCH, pick)
  process.stderr.write(`  ${size} articles in ${((performance.now() - began) / 1_000).toFixed(1)} s\n`)
  return { token, size, pick }
}

async function insertArticles(sql: Pool, workspace_id: string, count: number, pick: (locale: string) => string) {
  const sentence = (locale: string) => `${Array.from({ length: 12 }, () => pick(locale)).join(' ')}.`
  const articles = await sql<{ id: string }[]>`
    insert into articles (workspace_id, default_locale, created_at, updated_at)
    select ${workspace_id}, 'en', now(), now() from generate_series(1, ${count}::int) returning id`
  const contents = articles.flatMap(({ id: article_id }) =>
    LOCALES.map((locale) => {
      const paragraphs = Array.from({ length: 6 }, () => Array.from({ length: 3 }, () => sentence(locale)).join(' '))
      const title = Array.from({ length: 4 }, () => pick(locale)).join(' ')
      return { article_id, locale, title, body: paragraphs.join('\n') }
    }),
  )
  await sql`
    insert into article_contents (workspace_id, article_id, locale, title, description, body, body_markdown, body_text,
      author_id, state, version_id, created_at, updated_at)
    select ${workspace_id}, article_id, locale, title, '', body, '', body, 1, 'published', 1, now(), now()
    from json_to_recordset(${JSON.stringify(contents)}::text::json)
      as contents (article_id bigint, locale text, title text, body text)`
}

const misspelt = (text: string) => text.slice(0, 3) + text.slice(4)

const PHRASES: Record<string, (random: () => number, pick: Library['pick']) => string> = {
  'a common word': (random) => word(Math.floor(5 * random()), 'en'),
  'a rare word': (random) => word(3_000 + Math.floor(2_000 * random()), 'en'),
  'two words': (_, pick) => `${pick('de')} ${pick('de')}`,
  'a misspelt word': (random) => misspelt(word(3_000 + Math.floor(2_000 * random()), 'en')),
  'a question of eight words': (_, pick) => Array.from({ length: 8 }, () => pick('fr')).join(' '),
}

/** Returns the milliseconds of each search, from the shortest. */
async function times({ url }: Measured, { token, pick }: Library, phrase: (typeof PHRASES)[string], rounds: number) {
  const random = randomFrom(7)
  const found: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const asked = new URLSearchParams({ phrase: phrase(random, pick) })
    const began = performance.now()
    const answer = await fetch(`${url}/articles/search?${asked}`, { headers: { authorization: `Bearer ${token}` } })
    const text = await answer.text()
    if (answer.status !== 200) throw new Error(`${asked}: ${answer.status} ${text}`)
    if (round > 0) found.push(performance.now() - began)
  }
  return found.toSorted((a, b) => a - b)
}

const at = (sorted: readonly number[], part: number): number => sorted[Math.floor((sorted.length - 1) * part)]!

export function measureContent({ quick }: Size): Promise<Row[]> {
  const scale = quick ? 0.25 : 1
  return withServer({ contacts: 0 }, async (server) => {
    const small = await library(server, SIZES.small * scale)
    const large = await library(server, SIZES.large * scale * (quick ? 0.4 : 1))
    for (const table of ['content_documents', 'content_passages', 'content_words', 'article_contents'])
      await server.sql`vacuum analyze ${server.sql(table)}`
    await server.sql`checkpoint`
    const rows: Row[] = []
    for (const [name, phrase] of Object.entries(PHRASES)) {
      const rounds = quick ? 20 : 200
      const [few, many] = [await times(server, small, phrase, rounds), await times(server, large, phrase, rounds)]
      const shown = (sorted: readonly number[]) => `${at(sorted, 0.5).toFixed(1)} / ${at(sorted, 0.99).toFixed(1)}`
      rows.push({
        measure: `Search of ${large.size.toLocaleString('en')} articles in four languages by ${name}: p50 / p99 in ms`,
        against: `the same of ${small.size.toLocaleString('en')}`,
        ours: shown(many),
        theirs: shown(few),
        ratio: (at(many, 0.5) / at(few, 0.5)).toFixed(1),
        goal: 'p99 ≤ 50 ms, growth ≤ 2',
        limit: 'matches that are ranked',
      })
      process.stderr.write(`  ${name}: ${shown(few)} → ${shown(many)}\n`)
    }
    return rows
  })
}
