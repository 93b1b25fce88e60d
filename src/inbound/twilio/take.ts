// Takes an SMS that was left out into a conversation.
import { providedNumber } from '#lib/phone.ts'
import { contactByPhone, createLead } from '#resources/contacts/create.ts'
import { letWrite } from '#resources/contacts/queries.ts'
import type { Taker } from '#resources/inbound/take.ts'
import { placeOf } from '../place.ts'
import { type Callback, param } from './callback.ts'
import { addSms, type Fetching } from './receive-message.ts'

export const smsTaker =
  (fetching: Fetching): Taker =>
  async (_, { raw }) => {
    const params = new Map(Object.entries(raw as Record<string, string[]>))
    const callback: Pick<Callback, 'params'> = { params }
    return async (workspace) => {
      const from = param(callback, 'From')
      const number = providedNumber(from)
      const contact = number
        ? await contactByPhone(workspace, number, null)
        : await createLead(workspace, { name: from.slice(0, 255) || null })
      const received = await addSms(workspace, fetching, letWrite(contact), callback)
      return placeOf(workspace, 'sms', param(callback, 'MessageSid'), received)
    }
  }
