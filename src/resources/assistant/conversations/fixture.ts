// The settings of the assistant are the workspace's own: they name nothing but audiences.
import type { Fixture } from '../../../../test/fixture.ts'

export default {
  needs: ['audience'],
  attempts: {
    updateAssistantSettings: (their) => [
      ['PUT /extensions/assistant/settings', { audience_ids: [Number(their.audience)] }],
    ],
  },
  tested_elsewhere: ['getAssistantSettings'],
} satisfies Fixture
