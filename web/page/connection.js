// Owns the socket: opens it with the official client and shows in which state it is.
import { text } from './read.js'
import { byId, count, time, write } from './show.js'

const words = {
  connecting: 'Connecting',
  connected: 'Connected',
  reconnecting: 'Reconnecting',
  disconnected: 'Disconnected',
  refused: 'Refused',
}

// ?transport=polling or ?transport=websocket keeps to that one; else polling first, then the upgrade.
export function transports(search) {
  const forced = new URLSearchParams(search).get('transport')
  return ['polling', 'websocket'].includes(forced) ? [forced] : ['polling', 'websocket']
}

export class Connection {
  #badge = byId('connection')
  #again = byId('connect')
  #reconnects = 0
  #everConnected = false

  constructor(io, say) {
    this.say = say
    this.socket = io({ transports: transports(location.search) })
    this.socket.on('connect', () => this.#connected())
    this.socket.on('disconnect', (reason) => this.#lost('disconnected', reason))
    this.socket.on('connect_error', (error) => this.#lost('refused', error?.message))
    this.socket.io.on('open', () => this.#watchTransport())
    this.socket.io.on('reconnect_attempt', (attempt) => write(byId('connection-transport'), `attempt ${count(attempt)}`))
    this.#again.addEventListener('click', () => {
      this.#show('connecting')
      this.socket.connect()
    })
  }

  #watchTransport() {
    const engine = this.socket.io.engine
    this.#transport(engine.transport.name, false)
    engine.on('upgrade', (transport) => this.#transport(transport.name, true))
  }

  #transport(name, upgraded) {
    this.#badge.dataset.transport = name
    this.#badge.dataset.upgraded = String(upgraded)
    write(byId('connection-transport'), upgraded ? `${name}, upgraded` : name)
  }

  #connected() {
    if (this.#everConnected) write(byId('reconnects'), count(++this.#reconnects))
    this.#everConnected = true
    write(byId('since'), `connected ${time(Date.now())}`)
    this.#show('connected')
  }

  // The client comes back by itself unless the server told it to stay away.
  #lost(forGood, reason) {
    const state = this.socket.active ? 'reconnecting' : forGood
    write(byId('since'), text(reason, 80) || 'connection lost')
    this.#badge.dataset.transport = ''
    this.#badge.dataset.upgraded = 'false'
    if (this.#badge.dataset.state !== state) write(byId('connection-transport'), '')
    this.#show(state)
  }

  #show(state) {
    if (this.#badge.dataset.state !== state) this.say(`Connection: ${words[state]}`)
    this.#badge.dataset.state = state
    write(byId('connection-state'), words[state])
    this.#again.hidden = state !== 'disconnected' && state !== 'refused'
    document.body.dataset.connection = state
    document.title = state === 'connected' ? 'tickcast' : `${words[state]} – tickcast`
  }
}
