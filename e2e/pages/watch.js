// What every page here tells the spec: whether it is connected, what it threw, and what it would show as a toast.
window.thrown = [];
window.toasts = [];
window.seen = [];
window.confirmed = [];
addEventListener('error', e => thrown.push(e.message));
addEventListener('unhandledrejection', e => thrown.push(String(e.reason)));

const byId = id => document.getElementById(id);
const note = what => seen.push(what);

function watch(socket) {
  window.sockets = (window.sockets || []).concat(socket);
  socket.on('connection_confirmed', c => {
    new Date(c.server_time * 1000).toISOString();
    confirmed.push(c.user_id);
  });
  socket.on('error', e => toasts.push(e.message));
}

window.connected = () => sockets.every(s => s.connected);
