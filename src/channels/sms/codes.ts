// Twilio's error codes: what each of them says in plain words, and what it means for a delivery.
// https://www.twilio.com/docs/api/errors

/**
 * - `again`: a passing fault.
 * - `account`: whoever runs the account can put it right; until then it is tried again, so that no message is lost over it.
 * - `never`: a verdict on this message or this recipient.
 * - `opted_out`: the same, and the recipient wants no more of them.
 */
export type Meaning = 'again' | 'account' | 'never' | 'opted_out'

export const CODES: Record<string, [Meaning, reason: string]> = {
  '14107': ['again', 'Too many messages in a short time'],
  '20003': ['account', 'Twilio does not take this Account SID and Auth Token'],
  '20005': ['account', 'The Twilio account is not active'],
  '20006': ['account', 'The Twilio account may not do this'],
  '20404': ['account', 'Twilio does not know this account: is the base URL right?'],
  '20429': ['again', 'Too many requests at once'],
  '20500': ['again', 'Twilio had an internal error'],
  '20503': ['again', 'Twilio was not available'],
  '20504': ['again', 'Twilio took too long to answer'],
  '21211': ['never', 'Not a valid phone number'],
  '21212': ['account', 'The sender is not a valid number'],
  '21265': ['never', 'A short code cannot be written to'],
  '21266': ['never', 'The recipient is the sender'],
  '21408': ['never', "SMS to the recipient's country are not enabled in the Twilio account"],
  '21601': ['account', 'The sender is no number of the Twilio account'],
  '21602': ['never', 'The message is empty'],
  '21603': ['account', 'A sender is required'],
  '21604': ['never', 'A recipient is required'],
  '21606': ['account', 'The sender cannot send SMS from this Twilio account'],
  '21608': ['never', 'A trial account writes to verified numbers only'],
  '21609': ['account', 'Twilio cannot use the address for status callbacks: is PUBLIC_URL right?'],
  '21610': ['opted_out', 'The recipient replied STOP'],
  '21611': ['again', "The sender's queue is full"],
  '21612': ['never', 'The recipient cannot be reached by SMS from this sender'],
  '21614': ['never', 'Not a mobile number'],
  '21617': ['never', 'The message is longer than 1,600 characters'],
  '21619': ['never', 'The message is empty'],
  '21635': ['never', 'A landline cannot be written to'],
  '21659': ['account', 'The sender is no number of Twilio'],
  '21660': ['account', 'The sender belongs to another Twilio account'],
  '21661': ['account', 'The sender cannot send SMS'],
  '21701': ['account', 'The Messaging Service does not exist'],
  '21703': ['account', 'The Messaging Service has no number to send from'],
  '21704': ['account', 'The Messaging Service has no number to send from'],
  '21705': ['account', 'Not a valid Messaging Service SID'],
  '30001': ['again', "Twilio's queue for the sender overflowed"],
  '30002': ['account', 'The Twilio account is suspended'],
  '30003': ['never', 'The phone is switched off or out of reach'],
  '30004': ['never', 'The recipient or the carrier blocks the message'],
  '30005': ['never', 'The number is not in service'],
  '30006': ['never', 'A landline, or a carrier that cannot be reached'],
  '30007': ['never', 'The carrier filtered the message'],
  '30008': ['never', 'The carrier gave no reason'],
  '30010': ['never', 'The message would have cost more than allowed'],
  '30017': ['again', "The carrier's network is congested"],
  '30018': ['account', 'The carrier wants the sender registered before'],
  '30022': ['again', 'US carriers take no more messages of the campaign just now'],
  '30023': ['again', 'US carriers take no more messages of the brand today'],
  '30024': ['account', 'The sender is not set up with the carrier yet'],
  '30027': ['again', 'T-Mobile takes no more messages of the campaign today'],
  '30032': ['account', 'The toll-free number is not verified'],
  '30034': ['account', 'The number is not registered for messages to US phones'],
  '30036': ['never', 'The message got too old before it could be sent'],
  '63038': ['again', 'The Twilio account may send no more messages today'],
}
