// Exports with the official SDKs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failing, SDKS } from './clients.ts'
import { listeningServer } from './server.ts'

const server = await listeningServer()
const { token } = server.created
const DAY = { created_at_after: 1_734_519_776, created_at_before: 1_734_537_776 }

for (const { release, client: clientOf, errors } of SDKS) {
  const client = clientOf({ token, baseUrl: server.url })
  const { dataExport } = client

  test(`release ${release}: an export is asked for, shown and canceled; one at a time`, async () => {
    const fails = failing(errors)
    await fails(() => dataExport.find({ job_identifier: 'x' }), 404, /The requested resource does not exist/)
    await fails(() => dataExport.download({ job_identifier: 'x' }), 404, /The requested resource does not exist/)
    const created = await dataExport.create(DAY)
    const { job_identifier } = created as unknown as { job_identifier: string }
    assert.equal(created.status, 'pending')
    await fails(() => dataExport.create(DAY, { maxRetries: 0 }), 429, /pending/)
    assert.equal((await dataExport.find({ job_identifier })).status, 'pending')
    assert.equal((await dataExport.cancel({ job_identifier })).status, 'canceled')
    await fails(() => dataExport.download({ job_identifier }), 404, /not exist/)
  })
}

test('release 7: a reporting export is asked for and downloaded; an unknown one is not found', async () => {
  const [{ client: clientOf, errors }] = SDKS
  const { dataExport, export: reporting } = clientOf({ token, baseUrl: server.url })
  const { data } = await reporting.listAvailableDatasetsAndAttributes()
  assert.equal(data?.[0]?.id, 'conversation')
  const asked = await reporting.enqueueANewReportingDataExportJob({
    ...{ dataset_id: 'conversation', attribute_ids: ['conversation_id'] },
    ...{ start_time: 1_717_490_000, end_time: 1_717_510_000 },
  })
  assert.equal(asked.status, 'pending')
  const about = { job_identifier: asked.job_identifier ?? '', app_id: 'app', client_id: 'client' }
  assert.equal((await dataExport.exportReportingData(about)).job_identifier, asked.job_identifier)
  const job_identifier = 'x'
  await failing(errors)(
    () => dataExport.downloadReportingDataExport({ job_identifier, app_id: 'app' }),
    404,
    /Export job not found for identifier: x/,
  )
})
