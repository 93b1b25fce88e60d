// A call with a recording and a transcript, and requests of another workspace that must not reach them.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    call: string
  }
}

const recordingOf = (text: string) => ({
  attachment_files: [
    { name: 'call.mp3', content_type: 'audio/mpeg', data: Buffer.from(`sound of ${text}`).toString('base64') },
  ],
})
const transcriptOf = (text: string) => ({ entries: [{ time: 3, speaker: 'User', text }] })

export default {
  needs: ['admin', 'user', 'conversation'],
  provides: ['call'],
  async create({ post, call, workspace: { id } }, { admin, user, conversation }) {
    const created = await post('/extensions/calls', {
      ...{ direction: 'inbound', conversation_id: conversation, admin_id: admin, contact_id: user },
      ...{ state: 'completed', summary: `Summary of ${id}` },
    })
    await call(`PUT /extensions/calls/${created.id}/recording`, recordingOf(id))
    await call(`PUT /extensions/calls/${created.id}/transcript`, transcriptOf(`Hello ${id}`))
    return { call: created.id }
  },
  attempts: {
    showCall: (their) => [[`GET /calls/${their.call}`]],
    showCallTranscript: (their) => [[`GET /calls/${their.call}/transcript`]],
    createCall: (their) => [
      ['POST /extensions/calls', { direction: 'inbound', conversation_id: their.conversation }],
      ['POST /extensions/calls', { direction: 'inbound', admin_id: their.admin }],
      ['POST /extensions/calls', { direction: 'inbound', contact_id: their.user }],
      ['POST /extensions/calls', { direction: 'inbound', fin_call_id: their.call }],
    ],
    updateCall: (their, my) => [
      [`PUT /extensions/calls/${their.call}`, { hold_time: 1 }],
      [`PUT /extensions/calls/${my.call}`, { admin_id: their.admin }],
      [`PUT /extensions/calls/${my.call}`, { contact_id: their.user }],
    ],
    saveCallRecording: (their) => [[`PUT /extensions/calls/${their.call}/recording`, recordingOf('another')]],
    saveCallTranscript: (their) => [[`PUT /extensions/calls/${their.call}/transcript`, transcriptOf('Mine')]],
  },
  lists: {
    listCalls: () => [['GET /calls']],
    listCallsWithTranscripts: (their) => [['POST /calls/search', { conversation_ids: [their.conversation] }]],
  },
  // The owner's answer is a 302.
  tested_elsewhere: ['showCallRecording'],
  ids: { calls: ['call'], fin_call_id: ['call'], conversation_ids: ['conversation'] },
} satisfies Fixture
