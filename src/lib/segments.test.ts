// Counting SMS segments: at each limit, and compared with Twilio's calculator for many texts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import calculator from 'sms-segments-calculator'
import { segmented, splitText } from './segments.ts'

test('a text of several segments has seven (GSM-7) or three (UCS-2) characters less in each', () => {
  const cases: [text: string, encoding: string, segments: number][] = [
    ['', 'GSM-7', 1],
    ['a'.repeat(160), 'GSM-7', 1],
    ['a'.repeat(161), 'GSM-7', 2],
    ['a'.repeat(306), 'GSM-7', 2],
    ['a'.repeat(307), 'GSM-7', 3],
    ['ž'.repeat(70), 'UCS-2', 1],
    ['ž'.repeat(71), 'UCS-2', 2],
    ['ž'.repeat(134), 'UCS-2', 2],
    ['ž'.repeat(135), 'UCS-2', 3],
  ]
  for (const [text, encoding, segments] of cases) assert.deepEqual(segmented(text), { encoding, segments })
})

test('a character of the extension table counts as two, and is not split between segments', () => {
  assert.equal(segmented('€'.repeat(80)).segments, 1)
  assert.equal(segmented('€'.repeat(81)).segments, 2)
  // 153 septets: 76 pairs, and one septet that stays empty.
  assert.equal(segmented('€'.repeat(76 * 2)).segments, 2)
  assert.equal(segmented('€'.repeat(76 * 2 + 1)).segments, 3)
})

test('one character that GSM-7 does not have makes the whole text UCS-2, and emoji count as two', () => {
  assert.deepEqual(segmented(`${'a'.repeat(69)}“`), { encoding: 'UCS-2', segments: 1 })
  assert.deepEqual(segmented(`${'a'.repeat(70)}“`), { encoding: 'UCS-2', segments: 2 })
  assert.deepEqual(segmented('😀'.repeat(35)), { encoding: 'UCS-2', segments: 1 })
  assert.deepEqual(segmented('😀'.repeat(67)), { encoding: 'UCS-2', segments: 3 })
})

test("the count is that of Twilio's calculator", () => {
  const piece = fc.constantFrom('a', 'Hello ', '€', '{', '\n', 'ä', 'ñ', '^', 'à', ']', 'Ç')
  const wide = fc.constantFrom('a', 'word ', '“', 'ж', '語', '😀', '€', 'ç')
  const text = fc
    .oneof(fc.array(piece, { maxLength: 400 }), fc.array(wide, { maxLength: 250 }))
    .map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(text, (text) => {
      const expected = new calculator.SegmentedMessage(text)
      const { encoding, segments } = segmented(text)
      assert.equal(encoding, expected.getEncodingName())
      assert.equal(segments, expected.segmentsCount)
    }),
    { seed: 7, numRuns: 300 },
  )
})

test('a text is split where its segments end, and the last one has the room that is left', () => {
  const cases: [text: string, encoding: string, segments: string[], room: number][] = [
    ['', 'GSM-7', [''], 160],
    ['a'.repeat(159), 'GSM-7', ['a'.repeat(159)], 1],
    ['a'.repeat(160), 'GSM-7', ['a'.repeat(160)], 0],
    ['a'.repeat(161), 'GSM-7', ['a'.repeat(153), 'a'.repeat(8)], 145],
    [`${'a'.repeat(152)}€${'b'.repeat(10)}`, 'GSM-7', ['a'.repeat(152), `€${'b'.repeat(10)}`], 141],
    ['ž'.repeat(71), 'UCS-2', ['ž'.repeat(67), 'ž'.repeat(4)], 63],
    ['😀'.repeat(36), 'UCS-2', ['😀'.repeat(33), '😀'.repeat(3)], 61],
  ]
  for (const [text, encoding, segments, room] of cases) assert.deepEqual(splitText(text), { encoding, segments, room })
})
