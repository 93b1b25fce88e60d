// A message data export that is not begun, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    data_export: string
  }
}

const DAY = { created_at_after: 1_734_519_776, created_at_before: 1_734_537_776 }

export default {
  provides: ['data_export'],
  async create({ post }) {
    return { data_export: (await post('/export/content/data', DAY)).job_identifier }
  },
  attempts: {
    getDataExport: ({ data_export }) => [[`GET /export/content/data/${data_export}`]],
  },
  removals: { cancelDataExport: ({ data_export }) => [[`POST /export/cancel/${data_export}`]] },
  // A workspace has one active export, and the file is there when a worker has run.
  tested_elsewhere: ['createDataExport', 'downloadDataExport'],
  ids: { export: ['data_export'], cancel: ['data_export'], job_identifier: ['data_export'] },
} satisfies Fixture
