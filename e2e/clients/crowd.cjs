// Many socket.io clients of one version that count what they get: every alert's symbol is S and its number.
// Commands come on standard input, answers go to standard output, one JSON object a line.
'use strict';

const lines = require('readline').createInterface({ input: process.stdin });

const tell = (what) => process.stdout.write(JSON.stringify(what) + '\n');

const numberOf = (alert) => {
  const symbol = String((alert && (alert.symbol || (alert.event && alert.event.data && alert.event.data.symbol))) || '');
  return /^S\d+$/.test(symbol) ? Number(symbol.slice(1)) : -1;
};

// A member of the crowd. What it asked for it asks for again at each connect, as pages do.
function join(setup, place) {
  const client = require('sio-' + setup.version);
  const io = client.io || client;
  const socket = io(setup.urls[place % setup.urls.length], {
    transports: setup.transports,
    extraHeaders: setup.cookies.length ? { Cookie: setup.cookies[place % setup.cookies.length] } : undefined,
    forceNew: true,
    reconnectionDelay: setup.delay,
    reconnectionDelayMax: 4 * setup.delay,
  });
  const member = { socket, times: new Map(), last: -1, disordered: [], queued: 0, connects: 0, recovered: 0, ready: false, left: 0, away: 0 };
  socket.on('connect', () => {
    member.connects++;
    if (member.left) member.away = Math.max(member.away, Date.now() - member.left);
    if (socket.recovered) member.recovered++;
    if (setup.universal) {
      const wish = { subscription_type: 'tier_patterns', filters: { pattern_types: ['Doji'] } };
      socket.emit('subscribe', wish, (answer) => { member.ready = answer.status === 'ok'; });
    } else {
      socket.emit('subscribe_patterns', { patterns: ['Doji'] });
    }
  });
  socket.on('subscription_confirmed', () => { member.ready = true; });
  socket.on('disconnect', () => { member.ready = false; member.left = Date.now(); });
  socket.on(setup.universal ? 'tier_pattern' : 'pattern_alert', (alert) => count(member, numberOf(alert)));
  socket.on('queued_message', (alert) => {
    member.queued++;
    if (setup.universal) count(member, numberOf(alert));
  });
  return member;
}

function count(member, n) {
  if (n < 0) return;
  const times = member.times.get(n) || 0;
  member.times.set(n, times + 1);
  if (times === 0 && n < member.last) member.disordered.push(n);
  member.last = Math.max(member.last, n);
}

// What was due, as [first, last] pairs, and came not at all, or more than once.
function judge(member, due) {
  const lost = [];
  for (const [first, last] of due) {
    for (let n = first; n <= last; n++) if (!member.times.has(n)) lost.push(n);
  }
  const doubled = [...member.times].filter(([, times]) => times > 1).map(([n]) => n);
  return { lost, doubled, disordered: member.disordered };
}

function report(members, due) {
  const all = { lost: 0, doubled: 0, disordered: 0, got: 0, queued: 0, ready: 0, connects: 0, recovered: 0, away: 0, examples: [] };
  members.forEach((member, place) => {
    const verdict = judge(member, due);
    for (const fault of ['lost', 'doubled', 'disordered']) {
      all[fault] += verdict[fault].length;
      if (verdict[fault].length && all.examples.length < 5) all.examples.push(`${place} ${fault} ${verdict[fault].slice(0, 5)}`);
    }
    all.got += member.times.size;
    all.queued += member.queued;
    all.connects += member.connects;
    all.recovered += member.recovered;
    all.away = Math.max(all.away, member.away);
    if (member.ready) all.ready++;
  });
  return all;
}

// Ends the connection without a word, as a network does.
function cut(member) {
  const engine = member.socket.io.engine;
  const ws = engine && engine.transport && engine.transport.ws;
  if (ws && ws.terminate) ws.terminate();
  else if (engine) engine.close();
}

let members;
lines.on('line', (line) => {
  const command = JSON.parse(line);
  if (!members) members = Array.from({ length: command.count }, (_, place) => join(command, place));
  else if (command.do === 'report') tell({ ask: command.ask, ...report(members, command.due) });
  else if (command.do === 'cut') members.forEach(cut);
  else if (command.do === 'leave') members.forEach((member) => member.socket.disconnect());
  else if (command.do === 'return') members.forEach((member) => member.socket.connect());
});
lines.on('close', () => process.exit(0));
