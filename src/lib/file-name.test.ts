// File names from outside, cleaned.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileName } from './file-name.ts'

test('a name is the last part of a path, without invisible characters, and never empty', () => {
  const names: [given: string, name: string][] = [
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\Anna\\über.html', 'über.html'],
    ['a\r\nX-Evil: 1.txt', 'aX-Evil: 1.txt'],
    ['invoice\u202egpj.exe', 'invoicegpj.exe'],
    [' report .pdf ', 'report .pdf'],
    ['\ud800.txt', '\ufffd.txt'],
    ['👩‍👩‍👧.png', '👩‍👩‍👧.png'],
  ]
  for (const [given, name] of names) assert.equal(fileName(given), name)
  for (const given of ['', ' ', '.', '..', 'a/', '\u0000']) assert.equal(fileName(given), 'file')
})

test('a name that is too long is shortened before its extension', () => {
  const name = fileName(`${'ü'.repeat(400)}.tar`)
  assert.deepEqual([name.length, name.slice(-5)], [255, 'ü.tar'])
  assert.equal(fileName('x'.repeat(400)).length, 255)
})
