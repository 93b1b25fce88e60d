// Senders that are not quite an address: the one that is plainly meant is taken, and nobody is made up.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readMail } from './mail.ts'

const senderOf = async (headers: string) =>
  (await readMail(Buffer.from(`${headers}\nTo: hello@shop.example\n\nHello`.replaceAll('\n', '\r\n')))).from

describe('no sender is found in', () => {
  const cases = [
    'Subject: no From at all',
    'From:',
    'From: Nobody',
    'From: <>',
    'From: Anna Example <>',
    'From: undisclosed-recipients:;',
    'From: anna@',
    'From: @example.org',
    'From: anna@localhost',
    'From: anna@exam ple',
    'From: anna@example..org',
    'From: anna at example dot org',
    'From: "anna@example"',
    'From: MAILER-DAEMON',
    'From: Nobody\nReturn-Path: <>',
    'From: Nobody\nReturn-Path: <bounces+12-ab=example.org@mail.service.example>',
    'From: Nobody\nReturn-Path: <SRS0=ab=cd=example.org=anna@forwarder.example>',
    'From: Nobody\nReturn-Path: <mailer-daemon@example.org>',
  ]
  for (const headers of cases) test(JSON.stringify(headers), async () => assert.equal(await senderOf(headers), null))
})

describe('the address that is plainly meant is taken from', () => {
  const ANNA = 'anna@example.org'
  const cases: [headers: string, address?: string, name?: string | null][] = [
    ['From: anna@example.org>'],
    ['From: <anna@example.org'],
    ['From: <<anna@example.org>>'],
    ['From: Anna <anna@example.org', ANNA, 'Anna'],
    ['From: Anna <mailto:anna@example.org>', ANNA, 'Anna'],
    ['From: mailto:anna@example.org'],
    ['From: Anna <anna@example.org.>', ANNA, 'Anna'],
    ['From: anna@example.org.'],
    ['From: anna@example.org,'],
    ['From: anna@example.org;'],
    ["From: 'anna@example.org'"],
    ['From: "anna@example.org" <>'],
    ['From: =?utf-8?Q?anna=40example.org?='],
    ['From: anna@example.org (Anna Example)', ANNA, 'Anna Example'],
    ['From: anna (at work) @example.org'],
    ['From: Anna <anna @ example.org>', ANNA, 'Anna'],
    ['From: anna [at] example [dot] org'],
    ['From: anna(at)example.org'],
    ['From: Anna <anna＠example.org>', ANNA, 'Anna'],
    ['From: Team: Anna <anna@example.org>, bob@example.org;', ANNA, 'Anna'],
    ['From: anna@example.org, bob@example.org'],
    ['From: Nobody <nobody>, anna@example.org'],
    ['From: "anna smith"@example.org', '"anna smith"@example.org'],
    ['From: Anna <"anna smith"@example.org>', '"anna smith"@example.org', 'Anna'],
    ['From: "anna"@example.org'],
    ['From: Zoë <zoë@exämple.org>', 'zoë@exämple.org', 'Zoë'],
    ['From: 用户@例子.公司', '用户@例子.公司'],
    ['From: "ceo@bank.example" <mallory@example.net>', 'mallory@example.net', 'ceo@bank.example'],
    ['Sender: anna@example.org'],
    ['Sender: <mailto:anna@example.org>'],
    ['From: Anna Example\nSender: anna@example.org', ANNA, 'Anna Example'],
    ['From: Anna Example\nReply-To: anna@example.org', ANNA, 'Anna Example'],
    ['From: Anna Example <>\nReturn-Path: <anna@example.org>', ANNA, 'Anna Example'],
    ['Return-Path: <anna@example.org>'],
    ['From: Nobody\nSender: bad\nReply-To: <anna@example.org.>', ANNA, 'Nobody'],
  ]
  for (const [headers, address = ANNA, name] of cases) {
    test(JSON.stringify(headers), async () => {
      const sender = await senderOf(headers)
      assert.equal(sender?.address, address)
      if (name !== undefined) assert.equal(sender?.name, name)
      else assert.ok(!sender?.name?.includes('@'), sender?.name ?? '')
    })
  }
})
