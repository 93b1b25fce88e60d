// The name under which callbacks follow the log of events.

export const READER = 'custom_channels'
