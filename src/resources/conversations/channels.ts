// Names of the channel that a conversation started on: the API says `conversation` where deliveries say `inapp`, and
// `phone_switch` for one that a caller started in the messenger.
import type { ChannelName } from '#channels/channel.ts'
import type { ConversationRow } from './queries.ts'

type SourceType = ConversationRow['source_type']

export const channelOf = ({ source_type }: Pick<ConversationRow, 'source_type'>): ChannelName =>
  source_type === 'conversation' || source_type === 'phone_switch' ? 'inapp' : source_type

export const sourceTypeOf = (channel: ChannelName): SourceType => (channel === 'inapp' ? 'conversation' : channel)

/** Returns the name in the `channel` property of a conversation. */
export const channelName = ({ source_type }: ConversationRow): string =>
  source_type === 'conversation' ? 'messenger' : source_type
