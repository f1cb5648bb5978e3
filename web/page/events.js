// Turns the payloads of the wire into what the page shows; null for one that says nothing usable.
import { first, fraction, isObject, millis, number, object, text } from './read.js'

// The event inside an envelope, and the fields inside the event.
function unwrap(payload) {
  const event = [payload.event_data, payload.event].find(isObject) ?? payload
  return { event, fields: isObject(event.data) ? event.data : event }
}

export function readAlert(payload) {
  if (!isObject(payload)) return null
  const { event, fields } = unwrap(payload)
  const pattern = text(first(fields.pattern, payload.pattern, fields.pattern_type))
  const symbol = text(first(fields.symbol, payload.symbol), 24)
  if (!pattern || !symbol) return null
  return {
    pattern,
    symbol,
    tier: text(fields.tier, 24),
    confidence: fraction(first(fields.confidence, payload.confidence)),
    price: number(fields.price) || null, // 0 stands for unknown
    change: number(fields.change_percent) || null,
    at: millis(first(event.timestamp, payload.timestamp)),
    missed: payload.queued === true,
  }
}

export function readProgress(payload) {
  if (!isObject(payload)) return null
  const { fields } = unwrap(payload)
  const id = text(first(payload.job_id, fields.job_id))
  if (!id) return null
  return {
    id,
    state: 'running',
    status: text(first(payload.status, fields.status), 40) || 'running',
    progress: fraction(first(payload.progress, fields.progress)) ?? 0,
    symbol: text(first(payload.current_symbol, fields.current_symbol), 24),
  }
}

const results = new Set(['completed', 'failed', 'cancelled'])

export function readResult(payload) {
  if (!isObject(payload)) return null
  const { fields } = unwrap(payload)
  const id = text(first(payload.job_id, fields.job_id))
  if (!id) return null
  const status = text(first(payload.status, fields.status), 40) || 'completed'
  const figures = object(first(payload.results, fields.results))
  return {
    id,
    state: results.has(status.toLowerCase()) ? status.toLowerCase() : 'other',
    status,
    problem: text(first(fields.error_message, payload.error_message), 300),
    winRate: number(figures.win_rate),
    roi: number(figures.roi),
    sharpe: number(figures.sharpe_ratio),
    drawdown: number(figures.max_drawdown),
  }
}

const levels = {
  healthy: 'good', ok: 'good', online: 'good', up: 'good', operational: 'good',
  degraded: 'warn', warning: 'warn',
  error: 'bad', critical: 'bad', unhealthy: 'bad', failed: 'bad', down: 'bad', offline: 'bad',
}

const shownElsewhere = new Set(['overall_status', 'timestamp', 'source', 'event_type', 'type'])
const maxFacts = 10

// One row per plain value, also of the objects one level down.
function facts(health) {
  const rows = []
  for (const [name, value] of Object.entries(health)) {
    if (shownElsewhere.has(name)) continue
    const nested = isObject(value) ? Object.entries(value).map(([sub, v]) => [`${name} ${sub}`, v]) : [[name, value]]
    for (const [label, v] of nested) {
      const shown = text(v, 80)
      if (shown && rows.length < maxFacts) rows.push([text(label.replaceAll('_', ' '), 60), shown])
    }
  }
  return rows
}

export function readHealth(payload) {
  if (!isObject(payload)) return null
  const { event, fields } = unwrap(payload)
  const health = isObject(payload.health_data) ? payload.health_data : fields
  const status = text(first(health.overall_status, object(health.data).overall_status, health.status), 24).toLowerCase()
  if (!status) return null
  return {
    status,
    level: Object.hasOwn(levels, status) ? levels[status] : 'unknown',
    at: millis(first(event.timestamp, payload.timestamp)),
    facts: facts(health),
  }
}
