// Wires the parts of the page to the socket's events.
import { Alerts } from './alerts.js'
import { Charts } from './charts.js'
import { Clock } from './clock.js'
import { Connection } from './connection.js'
import { readAlert, readHealth, readProgress, readResult } from './events.js'
import { Filter } from './filter.js'
import { showHealth } from './health.js'
import { Jobs } from './jobs.js'
import { millis, object, text } from './read.js'
import { median, quantile, Seconds } from './seconds.js'
import { announcer, byId, count, latency, rate, write } from './show.js'

const heartbeatEvery = 5000 // ms

// Answers to this page; everything else is an event.
const answers = new Set(['connection_confirmed', 'subscription_confirmed', 'subscription_updated', 'heartbeat_ack', 'test_response', 'error'])

function notice(kind, words) {
  byId('notice').dataset.kind = kind
  byId('notice').hidden = false
  write(byId('notice-text'), words)
}

class Page {
  #say = announcer(byId('announce'))
  #seconds = new Seconds()
  #clock = new Clock()
  #alerts = new Alerts(this.#say)
  #jobs = new Jobs()
  #charts = new Charts(window.uPlot)
  #events = 0
  #peak = 0
  #unreadable = 0
  #clocksDiffer = false
  #settled = false

  constructor(io) {
    this.socket = new Connection(io, this.#say).socket
    this.filter = new Filter((names) => this.#ask(names), (names) => this.#alerts.narrow(names))
    this.#listen()
    byId('notice-close').addEventListener('click', () => { byId('notice').hidden = true })
    setInterval(() => this.#tick(), 1000)
    setInterval(() => this.#heartbeat(), heartbeatEvery)
    this.#tick()
  }

  #listen() {
    const show = {
      pattern_alert: (payload) => this.#alert(payload),
      backtest_progress: (payload) => this.#take(readProgress(payload), (job) => this.#jobs.progress(job)),
      backtest_result: (payload) => this.#take(readResult(payload), (job) => this.#jobs.result(job)),
      system_health: (payload) => this.#take(readHealth(payload), showHealth),
    }
    this.socket.on('connect', () => this.#connected())
    this.socket.on('disconnect', () => this.#disconnected())
    this.socket.onAny((name) => this.#count(name))
    for (const [name, act] of Object.entries(show)) this.#on(name, act)
    // A missed event carries its kind in the payload. Own names only: "constructor" is no event.
    this.#on('queued_message', (payload) => {
      const kind = object(payload).type
      if (Object.hasOwn(show, kind)) show[kind]({ ...payload, queued: true })
      else if (typeof object(payload).queued_event !== 'string') this.#odd() // of other kinds this page shows the live ones neither
    })
    this.#on('connection_confirmed', (payload) => this.#confirmed(object(payload)))
    this.#on('subscription_confirmed', (payload) => this.filter.confirmed(object(payload).patterns))
    this.#on('heartbeat_ack', (payload) => this.#answered(object(payload)))
    this.#on('error', (payload) => {
      this.filter.refused()
      notice('bad', text(object(payload).message, 300) || 'The server reported an error.')
    })
  }

  // One event that cannot be shown must not cost the next one.
  #on(name, act) {
    this.socket.on(name, (payload) => {
      try {
        act(payload)
      } catch (problem) {
        console.warn(`tickcast: ${name} could not be shown`, problem)
        this.#odd()
      }
    })
  }

  #take(read, show) {
    if (read === null) this.#odd()
    else show(read)
  }

  #odd() {
    this.#unreadable++
    const node = byId('unreadable')
    node.hidden = false
    node.dataset.count = String(this.#unreadable)
    write(node, `${count(this.#unreadable)} unreadable event${this.#unreadable === 1 ? '' : 's'} skipped`)
  }

  #connected() {
    this.#clock.reset()
    this.#settled = false
    this.#heartbeat()
    this.filter.connected()
  }

  #disconnected() {
    this.#clock.reset()
    write(byId('round-trip'), latency(null))
  }

  #confirmed({ user_id: user, session_id: session }) {
    write(byId('user'), text(user, 60) || 'anonymous')
    write(byId('session'), text(session, 60))
  }

  #ask(patterns) {
    if (!this.socket.connected) return false
    this.socket.emit('subscribe_patterns', { patterns })
    return true
  }

  #count(name) {
    if (answers.has(name)) return
    this.#events++
    this.#seconds.event(Date.now())
  }

  #alert(payload) {
    this.#take(readAlert(payload), (alert) => {
      this.#alerts.add(alert)
      this.filter.saw(alert.pattern)
      if (alert.missed || alert.at === null) return
      const delay = this.#clock.since(alert.at)
      if (delay !== null) this.#seconds.delay(Date.now(), delay)
      this.#clocksDiffer = delay === null
    })
  }

  #untimed() {
    return this.#clocksDiffer ? 'event and server clocks differ' : 'no timed event lately'
  }

  #heartbeat() {
    if (this.socket.connected && this.#clock.send()) this.socket.emit('heartbeat')
  }

  #answered({ timestamp }) {
    const trip = this.#clock.answer(millis(timestamp))
    if (trip === null) return
    if (!this.#settled) {
      // The first heartbeat sets the clock; it competed with the start of the page and the upgrade.
      this.#settled = true
      setTimeout(() => this.#heartbeat(), 1000)
      return
    }
    this.#seconds.trip(Date.now(), trip)
    write(byId('round-trip'), latency(trip))
  }

  #tick() {
    const now = Date.now()
    const current = this.#seconds.rate(now)
    const delays = this.#seconds.recentDelays(now)
    this.#peak = Math.max(this.#peak, current)
    write(byId('count-events'), count(this.#events))
    write(byId('rate'), rate(current))
    write(byId('rate-peak'), rate(this.#peak))
    write(byId('delivery'), latency(median(delays)))
    write(byId('delivery-note'), delays.length ? `99\u00a0% within ${latency(quantile(delays, 0.99))}` : this.#untimed())
    this.#charts.draw(this.#seconds.columns(now))
  }
}

if (window.io) new Page(window.io)
else notice('bad', 'The Socket.IO client could not be loaded. Reload the page, or build tickcast with its browser packages (make).')
