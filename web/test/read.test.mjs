import assert from 'node:assert/strict'
import test from 'node:test'
import { readAlert, readHealth, readProgress, readResult } from '../page/events.js'
import { fraction, millis, number, text } from '../page/read.js'

// What anybody may publish in place of a value.
const odd = [undefined, null, true, 0, -1, NaN, Infinity, 1e300, '', 'x', [], {}, [[]], { length: 1 }, { toString: 1 }, new ArrayBuffer(3)]

test('an alert is read from the merged envelope', () => {
  const event = { timestamp: 1758902400.25, data: { pattern: 'Cup & <b>Handle</b> ✅', symbol: 'AAPL', confidence: 0.92, price: 231.4, tier: 'daily', change_percent: -1.2 } }
  assert.deepEqual(readAlert({ type: 'pattern_alert', event, event_data: event }), {
    pattern: 'Cup & <b>Handle</b> ✅', symbol: 'AAPL', tier: 'daily', confidence: 0.92, price: 231.4, change: -1.2, at: 1758902400250, missed: false,
  })
})

test('an alert is read from either older form, and from a queued message', () => {
  const data = { pattern: 'Doji', symbol: 'TSLA', confidence: 0.5 }
  assert.equal(readAlert({ event: { data } }).pattern, 'Doji')
  assert.equal(readAlert({ pattern: 'Doji', symbol: 'TSLA', event_data: { data: {} } }).symbol, 'TSLA')
  assert.equal(readAlert({ event: { data }, queued: true }).missed, true)
})

test('a price of nought means that nobody knows it', () => {
  assert.equal(readAlert({ event: { data: { pattern: 'Doji', symbol: 'A', price: 0 } } }).price, null)
})

test('no odd payload and no odd field throws', () => {
  for (const read of [readAlert, readProgress, readResult, readHealth]) {
    for (const v of odd) {
      read(v)
      read({ event: v, event_data: v, job_id: v, health_data: v, results: v })
      read({ job_id: 'j', event: { timestamp: v, data: { pattern: v, symbol: 'A', tier: v, confidence: v, price: v, progress: v, status: v, results: v, overall_status: v } } })
    }
  }
})

test('an alert without pattern or symbol is no alert', () => {
  for (const data of [{}, { pattern: 'Doji' }, { symbol: 'A' }, { pattern: {}, symbol: [] }]) assert.equal(readAlert({ event: { data } }), null)
})

test('progress is a fraction, also when it was sent as a percentage or not at all', () => {
  for (const [progress, want] of [[0.45, 0.45], ['0.5', 0.5], [45, 0.45], [1, 1], [1.0000000000000002, 1], [undefined, 0], ['x', 0], [-3, 0]]) {
    assert.equal(readProgress({ job_id: 'j', progress }).progress, want)
  }
})

test('a result without a status is a completed one, an unknown status is shown as it is', () => {
  assert.equal(readResult({ job_id: 'j' }).state, 'completed')
  assert.equal(readResult({ job_id: 'j', status: 'Failed' }).state, 'failed')
  assert.deepEqual([readResult({ job_id: 'j', status: 'constructor' }).state, readResult({ job_id: 'j', status: 'constructor' }).status], ['other', 'constructor'])
})

test('health is read flat and nested, and an unknown word is neither good nor bad', () => {
  assert.equal(readHealth({ health_data: { overall_status: 'healthy' } }).level, 'good')
  assert.equal(readHealth({ health_data: { data: { overall_status: 'ERROR' } } }).level, 'bad')
  assert.equal(readHealth({ health_data: { overall_status: '__proto__' } }).level, 'unknown')
  assert.equal(readHealth({ health_data: { components: { a: 1 } } }), null)
})

test('a health report shows a bounded number of plain values', () => {
  const health = { overall_status: 'ok', components: { db: 'up', deep: { er: 1 } }, ...Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, i])) }
  const { facts } = readHealth({ health_data: health })
  assert.deepEqual(facts[0], ['components db', 'up'])
  assert.equal(facts.length, 10)
})

test('moments are read from seconds, milliseconds and ISO text', () => {
  const want = 1758902400250
  for (const v of [1758902400.25, want, '1758902400.25', '2025-09-26T16:00:00.250Z']) assert.equal(millis(v), want)
  for (const v of ['soon', -5, 1e300, 0, null, true, {}]) assert.equal(millis(v), null)
})

test('numbers that would break the page are none', () => {
  for (const v of [1e300, -1e300, NaN, '1e999', '', ' ', 'x', null, true, []]) assert.equal(number(v), null)
  assert.equal(number('0.85'), 0.85)
  assert.equal(fraction(1e9), null)
})

test('long texts are cut between characters', () => {
  assert.equal(text('✅'.repeat(500), 10), `${'✅'.repeat(9)}…`)
  assert.equal(Array.from(text('𝔸'.repeat(1e6), 10)).length, 10)
})
