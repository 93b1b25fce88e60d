// Removes the words of vocabularies that no content has any more: a bounded number of words in each run.
import type { Pool } from '#db/sql.ts'
import { deleteUnused, type KnownWord, movePosition, nextWords } from './forget-queries.ts'

/** So many words are read by one statement, and by one run of the job. */
const BATCH = 1_000
const MOST_BATCHES = 20

/** Goes on where the last run ended, and begins again after the last word. Returns how many words were removed. */
export async function forgetWords(sql: Pool, { batch = BATCH, most_batches = MOST_BATCHES } = {}): Promise<number> {
  let forgotten = 0
  for (let round = 0; round < most_batches; round++) {
    const words = await nextWords(sql, batch)
    const unused = Map.groupBy(
      words.filter(({ is_used }) => !is_used),
      ({ workspace_id }) => workspace_id,
    )
    for (const [workspace_id, some] of unused) forgotten += await deleteUnused(sql, workspace_id, some)
    const is_end = words.length < batch
    await movePosition(sql, is_end ? START : (words.at(-1) as KnownWord))
    if (is_end) break
  }
  return forgotten
}

const START: KnownWord = { workspace_id: '', language: '', word: '' }
