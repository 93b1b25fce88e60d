// The channel of a conversation, by the type of its source.
const CHANNELS: Record<string, string> = { conversation: 'inapp', push: 'inapp', facebook: 'inapp', phone_call: 'sms' }

export const channelOf = (source_type: string): string => CHANNELS[source_type] ?? source_type
