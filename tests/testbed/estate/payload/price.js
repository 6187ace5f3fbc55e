// Prices by article, read from the cache over one connection that stays open. Plain HTTP, no state.
const http = require('http');
const net = require('net');
const os = require('os');

const [host, port] = (process.env.CACHE || 'cache.corp.test:6379').split(':');
let connection = null;
let waiting = [];

function connect() {
  connection = net.connect({ host, port: Number(port) });
  connection.setEncoding('utf8');
  let buffered = '';
  connection.on('data', (text) => {
    buffered += text;
    // Answers here are one line: +OK, -ERR, :1 or $-1; a bulk string is two: its length, then itself.
    for (;;) {
      const match = /^(?:([+:-].*)|\$-1|\$\d+\r\n(.*))\r\n/.exec(buffered);
      if (!match) break;
      buffered = buffered.slice(match[0].length);
      const next = waiting.shift();
      if (next) next(match[2] !== undefined ? match[2] : match[1]);
    }
  });
  const drop = () => {
    const lost = waiting;
    waiting = [];
    connection = null;
    lost.forEach((next) => next(null));
  };
  connection.on('error', () => {});
  connection.on('close', drop);
  ask(`AUTH ${process.env.CACHE_PASSWORD}`, () => {});
}

function ask(line, next) {
  if (!connection) connect();
  waiting.push(next);
  connection.write(`${line}\r\n`);
}

const server = http.createServer((request, response) => {
  const article = /^\/price\/([A-Za-z0-9-]{1,40})$/.exec(request.url);
  response.setHeader('X-Served-By', os.hostname());
  if (request.url === '/healthz') return response.end('ok\n');
  if (!article) {
    response.statusCode = 404;
    return response.end('no such page\n');
  }
  ask(`GET price:${article[1]}`, (price) => {
    if (price === null || price === undefined) response.statusCode = 503;
    response.end(JSON.stringify({ article: article[1], price: price || null }) + '\n');
  });
});
// Longer than the balancer keeps a connection: whoever closes first must not be the one that still gets requests.
server.keepAliveTimeout = 75000;
server.listen(Number(process.env.PORT || 3000), connect);
