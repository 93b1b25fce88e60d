// Channel accounts from the environment, and whether they match their provider's schema.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Check } from 'typebox/value'
import { PROVIDERS } from '#channels/providers.ts'
import { readConfig } from '#config.ts'
import { environmentAccounts } from './environment-accounts.ts'

const SID = `AC${'0a'.repeat(16)}`

test('without settings there is no account', () => {
  assert.deepEqual(environmentAccounts(readConfig({})), [])
})

test('the TWILIO settings give an account for SMS', () => {
  const set = { TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: 'token', TWILIO_FROM: '+12025550100' }
  const [account, ...more] = environmentAccounts(readConfig(set))
  assert.deepEqual(account, {
    channel: 'sms',
    provider: 'twilio',
    settings: { account_sid: SID, from: '+12025550100' },
    secrets: { auth_token: 'token' },
  })
  assert.deepEqual(more, [])
  const { settings, secrets } = PROVIDERS.twilio
  assert.ok(Check(settings, account.settings) && Check(secrets, account.secrets))
})
