// Writes the file of a reporting export: a CSV with a header.
import { copyRows } from '#db/copy.ts'
import { type Exporter, writeTo } from '#resources/export-jobs/run.ts'
import { DATASETS } from './fragments.ts'
import { attributesOf, endOfChunk, findTimezone, selectRows } from './queries.ts'
import { headerOf, selectAttributes } from './select-attributes.ts'

/** What a job stores. `attribute_ids` are qualified; times are Unix seconds. */
export type ReportingRequest = {
  dataset_id: string
  attribute_ids: string[]
  start_time: number
  end_time: number
  only_replied: boolean
}

/** Rows of one statement, so that no snapshot is kept for long. */
const CHUNK_ROWS = 20_000

export const reportingExporter: Exporter = {
  kind: 'reporting',
  file_name: 'reporting_data_export.csv',
  is_file_when_empty: true,
  async write({ workspace, connection, request, created_at, assertCurrent }, output) {
    const { dataset_id, attribute_ids, start_time, end_time, only_replied } = request as ReportingRequest
    const dataset = DATASETS.find(({ id }) => id === dataset_id)
    if (!dataset) throw new Error(`There is no dataset ${dataset_id}`)
    const known = (await attributesOf(workspace, [dataset])).get(dataset_id) ?? []
    const attributes = selectAttributes(dataset_id, known, attribute_ids, { with_plain: false })
    const place = { id: workspace.id, timezone: await findTimezone(workspace) }
    const until = new Date(Math.min(end_time * 1000, created_at.getTime() + 1))
    const selection = { dataset, attributes, from: new Date(start_time * 1000), until, only_replied }
    let has_rows = false
    await writeTo(output, `${headerOf(attributes)}\n`)
    for (let after = '0'; ; ) {
      const upto = await endOfChunk(workspace, dataset, after, CHUNK_ROWS)
      if (!upto) break
      await assertCurrent()
      for await (const rows of copyRows(connection, selectRows(place, selection, { after, upto }))) {
        has_rows = true
        await writeTo(output, rows)
      }
      after = upto
    }
    output.end()
    return has_rows
  },
}
