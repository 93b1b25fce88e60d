// A Fin Voice call with the call that it was matched with, and requests of another workspace that must not reach them.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    fin_voice_call: string
    external_call: string
    voice_number: string
  }
}

export default {
  needs: ['conversation'],
  provides: ['fin_voice_call', 'external_call', 'voice_number'],
  async create({ post, workspace: { id } }, { conversation }) {
    // A number of its own for each workspace.
    const voice_number = `+1202555${String(Number.parseInt(id, 36) % 10_000).padStart(4, '0')}`
    const external_call = `call-${id}`
    const { id: fin_voice_call } = await post('/fin_voice/register', {
      phone_number: voice_number,
      call_id: external_call,
    })
    await post('/extensions/calls', { direction: 'inbound', phone: voice_number, conversation_id: conversation })
    return { fin_voice_call: String(fin_voice_call), external_call, voice_number }
  },
  attempts: {
    collectFinVoiceCallById: (their) => [[`GET /fin_voice/collect/${their.fin_voice_call}`]],
    collectFinVoiceCallByExternalId: (their) => [[`GET /fin_voice/external_id/${their.external_call}`]],
    collectFinVoiceCallByPhoneNumber: (their) => [[`GET /fin_voice/phone_number/${their.voice_number}`]],
  },
  lists: {
    collectFinVoiceCallsByConversationId: (their) => [[`GET /fin_voice/conversation/${their.conversation}`]],
  },
  // A registration names nothing of a workspace.
  tested_elsewhere: ['registerFinVoiceCall'],
  ids: { collect: ['fin_voice_call'], external_id: ['external_call'], phone_number: ['voice_number'] },
} satisfies Fixture
