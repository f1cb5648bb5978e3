// A socket.io client of any version, led line by line: commands come on standard
// input, what happens goes to standard output, one JSON object a line.
'use strict';

const lines = require('readline').createInterface({ input: process.stdin });

const tell = (what) => process.stdout.write(JSON.stringify(what) + '\n');

// Bytes travel as {"$binary": base64}.
function toWire(value) {
  if (Buffer.isBuffer(value)) return { $binary: value.toString('base64') };
  if (value instanceof ArrayBuffer) return toWire(Buffer.from(value));
  if (ArrayBuffer.isView(value)) return toWire(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
  return mapped(value, toWire);
}

function fromWire(value) {
  if (value && typeof value === 'object' && typeof value.$binary === 'string') return Buffer.from(value.$binary, 'base64');
  return mapped(value, fromWire);
}

function mapped(value, change) {
  if (Array.isArray(value)) return value.map(change);
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, change(member)]));
  }
  return value;
}

function connect(setup) {
  const client = require('sio-' + setup.version);
  const io = client.io || client;
  const socket = io(setup.url + (setup.namespace || ''), {
    transports: setup.transports,
    auth: setup.auth,
    extraHeaders: setup.cookie && { Cookie: setup.cookie },
    withCredentials: setup.jar,
    forceNew: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 300,
  });
  const transport = () => socket.io.engine && socket.io.engine.transport && socket.io.engine.transport.name;

  socket.on('connect', () => {
    tell({ on: 'connect', id: socket.id, transport: transport(), recovered: Boolean(socket.recovered) });
    if (transport() === 'polling') {
      socket.io.engine.once('upgrade', (t) => tell({ on: 'upgrade', transport: t.name }));
    }
  });
  socket.on('disconnect', (reason) => tell({ on: 'disconnect', reason }));
  socket.on('connect_error', (error) => tell({ on: 'connect_error', message: String(error.message || error) }));
  // Version 2 tells a refusal of the namespace as "error".
  if (setup.version.startsWith('2.')) {
    socket.on('error', (error) => tell({ on: 'connect_error', message: String((error && error.message) || error) }));
  }
  for (const event of setup.events) {
    socket.on(event, (...args) => tell({ on: 'event', event, args: args.map(toWire) }));
  }
  return socket;
}

function obey(socket, command) {
  switch (command.do) {
    case 'emit': {
      const args = command.args.map(fromWire);
      if (command.ack) args.push((...answer) => tell({ on: 'ack', ack: command.ack, args: answer.map(toWire) }));
      socket.emit(command.event, ...args);
      break;
    }
    case 'times':
      for (let i = 0; i < command.count; i++) socket.emit(command.event, i);
      break;
    case 'drop': // the connection is lost, as far as the client can do that itself
      socket.io.engine.close();
      break;
    case 'disconnect':
      socket.disconnect();
      break;
    default:
      tell({ on: 'broken command', message: JSON.stringify(command) });
  }
}

let socket;
lines.on('line', (line) => {
  const command = JSON.parse(line);
  if (socket) obey(socket, command);
  else socket = connect(command);
});
lines.on('close', () => process.exit(0));
