// Twilio's error codes: their reasons in plain words, and their effect on a delivery.
// https://www.twilio.com/docs/api/errors

/**
 * - `retry`: a temporary error.
 * - `account`: the owner of the account can fix it; it is retried until then, so that no message is lost.
 * - `final`: a permanent error of this message or this recipient.
 * - `opted_out`: also permanent; the recipient wants no more messages.
 */
export type Meaning = 'retry' | 'account' | 'final' | 'opted_out'

export const CODES: Record<string, [Meaning, reason: string]> = {
  '14107': ['retry', 'Too many messages in a short time'],
  '20003': ['account', 'Twilio does not accept this Account SID and Auth Token'],
  '20005': ['account', 'The Twilio account is not active'],
  '20006': ['account', 'The Twilio account is not allowed to do this'],
  '20404': ['account', 'Twilio does not know this account: is the base URL right?'],
  '20429': ['retry', 'Too many requests at once'],
  '20500': ['retry', 'Twilio had an internal error'],
  '20503': ['retry', 'Twilio was not available'],
  '20504': ['retry', 'Twilio took too long to answer'],
  '21211': ['final', 'Not a valid phone number'],
  '21212': ['account', 'The sender is not a valid number'],
  '21265': ['final', 'A short code cannot receive messages'],
  '21266': ['final', 'The recipient is the sender'],
  '21408': ['final', "SMS to the recipient's country are not enabled in the Twilio account"],
  '21601': ['account', 'The sender is not a number of the Twilio account'],
  '21602': ['final', 'The message is empty'],
  '21603': ['account', 'A sender is required'],
  '21604': ['final', 'A recipient is required'],
  '21606': ['account', 'The sender cannot send SMS from this Twilio account'],
  '21608': ['final', 'A trial account can send only to verified numbers'],
  '21609': ['account', 'Twilio cannot use the address for status callbacks: is PUBLIC_URL right?'],
  '21610': ['opted_out', 'The recipient replied STOP'],
  '21611': ['retry', "The sender's queue is full"],
  '21612': ['final', 'The recipient cannot be reached by SMS from this sender'],
  '21614': ['final', 'Not a mobile number'],
  '21617': ['final', 'The message is longer than 1,600 characters'],
  '21619': ['final', 'The message is empty'],
  '21635': ['final', 'A landline cannot receive messages'],
  '21659': ['account', 'The sender is not a number of Twilio'],
  '21660': ['account', 'The sender belongs to another Twilio account'],
  '21661': ['account', 'The sender cannot send SMS'],
  '21701': ['account', 'The Messaging Service does not exist'],
  '21703': ['account', 'The Messaging Service has no number to send from'],
  '21704': ['account', 'The Messaging Service has no number to send from'],
  '21705': ['account', 'Not a valid Messaging Service SID'],
  '30001': ['retry', "Twilio's queue for the sender overflowed"],
  '30002': ['account', 'The Twilio account is suspended'],
  '30003': ['final', 'The phone is switched off or out of reach'],
  '30004': ['final', 'The recipient or the carrier blocks the message'],
  '30005': ['final', 'The number is not in service'],
  '30006': ['final', 'A landline, or a carrier that cannot be reached'],
  '30007': ['final', 'The carrier filtered the message'],
  '30008': ['final', 'The carrier gave no reason'],
  '30010': ['final', 'The message would have cost more than allowed'],
  '30017': ['retry', "The carrier's network is congested"],
  '30018': ['account', 'The carrier requires a registered sender'],
  '30022': ['retry', 'US carriers accept no more messages of the campaign at the moment'],
  '30023': ['retry', 'US carriers accept no more messages of the brand today'],
  '30024': ['account', 'The sender is not set up with the carrier yet'],
  '30027': ['retry', 'T-Mobile accepts no more messages of the campaign today'],
  '30032': ['account', 'The toll-free number is not verified'],
  '30034': ['account', 'The number is not registered for messages to US phones'],
  '30036': ['final', 'The message expired before it could be sent'],
  '63038': ['retry', 'The Twilio account has reached its daily limit of messages'],
}
