// The health badge, and the report behind it.
import { byId, element, time, write } from './show.js'

export function showHealth({ status, level, at, facts }) {
  const badge = byId('health-badge')
  badge.dataset.level = level
  badge.dataset.status = status
  write(byId('health-status'), status)
  write(byId('health-time'), at === null ? '' : `as of ${time(at)}`)
  byId('health').replaceChildren(...facts.map(([name, value]) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, value))))
  byId('health-empty').hidden = facts.length > 0
  write(byId('health-empty'), 'The report holds nothing but the status.')
}
