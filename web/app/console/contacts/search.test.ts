// The search that an address asks for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readWhere, searchOf, writeWhere } from './search.ts'

test('what is no condition is left out, and an address without any asks for no search', () => {
  assert.deepEqual(readWhere('nonsense; ; = ; a b'), [])
  assert.equal(searchOf({}), undefined)
  assert.equal(searchOf({ where: 'nonsense', q: '' }), undefined)
})

test('conditions are read as they are written', () => {
  const text = 'name ~ ann; custom_attributes.plan IN gold, silver; created_at > 1700000000'
  const conditions = readWhere(text)
  assert.deepEqual(conditions[1], { field: 'custom_attributes.plan', operator: 'IN', value: 'gold, silver' })
  assert.equal(writeWhere(conditions), text)
})

test('a condition becomes one of the API, with the type of its value', () => {
  const valueIn = (where: string) =>
    (searchOf({ where }) as { query: { value: [{ value: unknown }] } }).query.value[0].value
  assert.equal(valueIn('created_at > 1700000000'), 1_700_000_000)
  assert.equal(valueIn('email = null'), null)
  assert.equal(valueIn('unsubscribed_from_emails = true'), true)
  assert.equal(valueIn('phone = +12015550123'), '+12015550123')
  assert.deepEqual(valueIn('role NIN user,lead'), ['user', 'lead'])
})

test('a text is looked for in name, email and phone, beside the other conditions', () => {
  assert.deepEqual(searchOf({ q: 'ann', role: 'lead' }), {
    query: {
      operator: 'AND',
      value: [
        { field: 'role', operator: '=', value: 'lead' },
        {
          operator: 'OR',
          value: ['name', 'email', 'phone'].map((field) => ({ field, operator: '~', value: 'ann' })),
        },
      ],
    },
  })
})
