import assert from 'node:assert/strict'
import test from 'node:test'
import { Clock } from '../page/clock.js'
import { transports } from '../page/connection.js'
import { parse, print } from '../page/filter.js'
import { Seconds, span } from '../page/seconds.js'
import { change, latency, price } from '../page/show.js'

// A clock whose hands a test moves; the server is `ahead` of it.
function hands() {
  const at = { wall: 1_700_000_000_000, steady: 0 }
  return { clock: new Clock(() => at.wall, () => at.steady), at, pass: (ms) => { at.wall += ms; at.steady += ms } }
}

test('a heartbeat measures the round trip, one at a time', () => {
  const { clock, pass } = hands()
  assert.equal(clock.send(), true)
  assert.equal(clock.send(), false)
  pass(12)
  assert.equal(clock.answer(null), 12)
  assert.equal(clock.answer(null), null)
})

test('delivery is measured on the clock of the server', () => {
  const { clock, at, pass } = hands()
  const ahead = 90_000
  clock.send()
  pass(10)
  clock.answer(at.wall - 5 + ahead)
  assert.equal(clock.since(at.wall + ahead - 40), 40)
})

test('delivery is unknown before the first heartbeat, for the future and for old events', () => {
  const { clock, at, pass } = hands()
  assert.equal(clock.since(at.wall), null)
  clock.send()
  pass(10)
  clock.answer(at.wall - 5)
  assert.equal(clock.since(at.wall + 5000), null)
  assert.equal(clock.since(at.wall - 3_600_000), null)
  assert.equal(clock.since(null), null)
  assert.equal(clock.since(at.wall + 10), 0) // within what a heartbeat can tell
})

test('the quickest heartbeat sets the clock', () => {
  const { clock, at, pass } = hands()
  clock.send()
  pass(10)
  clock.answer(at.wall - 5)
  clock.send()
  pass(2000)
  clock.answer(at.wall) // came back slowly: its middle is a guess
  assert.equal(clock.since(at.wall - 7), 7)
})

test('a second is charted once it is complete', () => {
  const seconds = new Seconds()
  for (const ms of [5, 1, 9]) {
    seconds.event(10_000)
    seconds.delay(10_000, ms)
  }
  assert.equal(seconds.columns(10_900).events.at(-1), 0)
  const { at, events, delays, trips } = seconds.columns(11_000)
  assert.deepEqual([at.at(-1), events.at(-1), delays.at(-1), trips.at(-1)], [10, 3, 5, null])
  assert.deepEqual([at.length, events.length, delays.length, trips.length], [span, span, span, span])
})

test('the rate is a mean over complete seconds', () => {
  const seconds = new Seconds()
  for (let i = 0; i < 10; i++) seconds.event(100_000 + i * 100)
  assert.equal(seconds.rate(100_900), 0)
  assert.equal(seconds.rate(101_000), 2)
  assert.equal(seconds.rate(106_000), 0)
})

test('a filter is a list of names, quoted when a name holds a comma', () => {
  assert.deepEqual(parse(' Doji,  "Cup, Handle" ,Doji,, Head and Shoulders '), ['Doji', 'Cup, Handle', 'Head and Shoulders'])
  assert.deepEqual(parse(' , ,"" '), [])
  assert.deepEqual(parse('"open'), ['open'])
  const names = ['Cup & <b>Handle</b> ✅', 'a, b']
  assert.deepEqual(parse(print(names)), names)
})

test('the address may force a transport', () => {
  assert.deepEqual(transports('?transport=polling'), ['polling'])
  assert.deepEqual(transports('?transport=websocket'), ['websocket'])
  for (const search of ['', '?transport=', '?transport=carrier-pigeon']) assert.deepEqual(transports(search), ['polling', 'websocket'])
})

test('what is unknown is shown as a dash', () => {
  assert.deepEqual([latency(null), price(null), change(null)], ['–', '–', '–'])
})
