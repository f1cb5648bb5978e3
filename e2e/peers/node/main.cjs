// What a Node application does with the alerts: socket.io as it comes, one emit for each message.
// Users have rooms of their own; a message goes to the rooms of those who want it.
'use strict';

const { createServer } = require('node:http');
const { Server } = require('socket.io');
const { createClient } = require('@redis/client');

const channel = 'tickstock.events.patterns';
const ranks = ['low', 'medium', 'high', 'critical'];

const server = createServer();
const io = new Server(server);
const wishes = new Map();

const among = (list, value) => !list || list.length === 0 || list.includes(value);

const accepts = (wish, event) =>
  among(wish.symbols, event.symbol) && among(wish.pattern_types, event.pattern) && among(wish.tiers, event.tier) &&
  event.confidence >= (wish.confidence_min ?? 0) && ranks.indexOf(event.priority) >= ranks.indexOf(wish.priority_min);

io.on('connection', (socket) => {
  const room = `user_${socket.id}`;
  socket.join(room);
  socket.on('subscribe_patterns', (_, answer) => answer({ status: 'ok' }));
  socket.on('subscribe', ({ filters }, answer) => {
    wishes.set(room, filters);
    answer({ status: 'ok' });
  });
  socket.on('disconnect', () => wishes.delete(room));
});

function send(event) {
  if (wishes.size === 0) {
    io.emit('pattern_alert', event);
    return;
  }
  const rooms = [];
  for (const [room, wish] of wishes) {
    if (accepts(wish, event)) rooms.push(room);
  }
  if (rooms.length > 0) io.to(rooms).emit('tier_pattern', event); // to no room is to everybody
}

async function main() {
  const [host, port] = process.env.PEER_ADDR.split(':');
  await new Promise((listening) => server.listen(Number(port), host, listening));
  const redis = createClient({ url: `redis://${process.env.PEER_REDIS}` });
  await redis.connect();
  await redis.subscribe(channel, (message) => send(JSON.parse(message)));
}

process.on('SIGTERM', () => process.exit(0));
main();
