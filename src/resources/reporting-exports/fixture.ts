// A reporting export that is not begun, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    reporting_export: string
  }
}

const REQUEST = {
  ...{ dataset_id: 'conversation', attribute_ids: ['standard.conversation_id'] },
  ...{ start_time: 1_717_490_000, end_time: 1_717_510_000 },
}

export default {
  provides: ['reporting_export'],
  async create({ post }) {
    return { reporting_export: (await post('/export/reporting_data/enqueue', REQUEST)).job_identifier }
  },
  attempts: {
    getReportingDataExport: ({ reporting_export }) => [[`GET /export/reporting_data/${reporting_export}`]],
  },
  lists: { getReportingDatasets: () => [['GET /export/reporting_data/get_datasets']] },
  // A request names nothing of a workspace, and the file is there when a worker has run.
  tested_elsewhere: ['enqueueReportingDataExport', 'downloadReportingDataExport'],
  ids: { reporting_data: ['reporting_export'] },
} satisfies Fixture
