// Links to files: signed, the same all day, and valid for some days.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sign } from '#lib/sign.ts'
import { linkTo, readAddress, readLink, referenceTo, withLinks } from './link.ts'

const secret = 'a secret for tests'
const links = { secret, public_url: 'https://support.example.com' }
const file = { workspace_id: 'abcdefgh', file_id: '7' }
const tokenOf = (link: string) => link.slice(link.lastIndexOf('/') + 1)

test('a link that was signed with another secret, for another purpose, or without an expiry is not valid', () => {
  const token = tokenOf(linkTo(links, file))
  assert.equal(readLink('another secret', token), undefined)
  assert.equal(
    readLink(
      secret,
      token.replace(/^./, (digit) => (digit === '6' ? '7' : '6')),
    ),
    undefined,
  )
  assert.equal(readLink(secret, sign(secret, 'unsubscribe', 'abcdefgh.7.99999')), undefined)
  assert.equal(readLink(secret, sign(secret, 'attachment', 'abcdefgh.7')), undefined)
  for (const token of ['', '-', 'x', '%00']) assert.equal(readLink(secret, token), undefined)
})

test('a link is the same from the first to the last second of a day, and valid for at least seven days after it', () => {
  const [morning, night, next] = ['2026-03-01T00:00:00Z', '2026-03-01T23:59:59Z', '2026-03-02T00:00:00Z'].map(
    (time) => new Date(time),
  )
  assert.equal(linkTo(links, file, morning), linkTo(links, file, night))
  assert.notEqual(linkTo(links, file, night), linkTo(links, file, next))
  const { expires_at, ...linked } = readLink(secret, tokenOf(linkTo(links, file, night)))!
  assert.deepEqual(linked, file)
  assert.equal(expires_at.toISOString(), '2026-03-09T00:00:00.000Z')
  const short = readLink(secret, tokenOf(linkTo({ ...links, attachment_link_days: 1 }, file, night)))
  assert.equal(short?.expires_at.toISOString(), '2026-03-03T00:00:00.000Z')
})

test('a URL is read as a link only if it begins with the public URL of the server', () => {
  const link = linkTo(links, file)
  assert.equal(readAddress(links, link)?.file_id, '7')
  assert.equal(readAddress(links, link.replace('support', 'other')), undefined)
  assert.equal(readAddress({ secret }, link), undefined)
  assert.equal(readAddress(links, 'https://support.example.com/attachments/x'), undefined)
})

test('a reference in a text becomes a link when it is shown; a forged one, or one of another workspace, does not', () => {
  const picture = (src: string) => `<p>Look: <img src="${src}" alt="x"></p>`
  const reference = referenceTo(links, file)
  assert.equal(withLinks(links, 'abcdefgh', picture(reference)), picture(linkTo(links, file)))
  assert.equal(withLinks(links, 'hgfedcba', picture(reference)), picture(reference))
  const forged = reference.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))
  assert.equal(withLinks(links, 'abcdefgh', picture(forged)), picture(forged))
  const link = linkTo(links, file)
  assert.equal(withLinks(links, 'abcdefgh', picture(link)), picture(link), 'a link in a text keeps its expiry')
  assert.equal(readLink(secret, tokenOf(reference)), undefined, 'a reference is not a link')
})
