// CSV files as spreadsheets write them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCsv } from './csv.ts'

const CASES: [what: string, text: string, rows: object[]][] = [
  ['an empty file has no rows', '', []],
  ['a file with names alone has none', 'email,name\n', []],
  [
    'lines end with or without a carriage return, and the last one may have none',
    'email\r\na@x\nb@x',
    [{ email: 'a@x' }, { email: 'b@x' }],
  ],
  [
    'a quoted field has commas, line breaks and doubled quotes',
    'name,email\n"Ann ""A"", B\nC",a@x\n',
    [{ name: 'Ann "A", B\nC', email: 'a@x' }],
  ],
  ['empty fields and empty lines are left out', 'name,email\n,a@x\n\n,,\n', [{ email: 'a@x' }]],
  ['the mark of Excel before the first name is no part of it', '\uFEFFemail\na@x', [{ email: 'a@x' }]],
  ['a line may have fewer or more fields than names', 'a,b\n1\n1,2,3', [{ a: '1' }, { a: '1', b: '2' }]],
]
for (const [what, text, rows] of CASES)
  test(what, () => {
    assert.deepEqual(readCsv(text), rows)
  })
