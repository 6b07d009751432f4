/**
 * A hostile neighbour: it does one thing to a port or a socket, as fast as one core can, until its time is
 * over; then it prints how often it did it. From 127.0.0.9, so that it is told from the monitors.
 *
 *   flooder KIND TARGET SECONDS COUNT
 *
 * KIND: `nothing` (to compare with), `connect` (COUNT connections that stay and say nothing), `garbage`, `tls-garbage` and
 * `h2-garbage` (random bytes, with the beginning of a handshake or of HTTP/2), `handshakes` (TLS without
 * a certificate), `resets` (questions that are taken back at once), `http-requests`, `sentinel-requests`, `slow-readers` (questions whose answers nobody reads), `unfinished`
 * (questions of 8 MB whose last byte never comes). TARGET: HOST:PORT or a path. In the environment `MMM_FLOOD_AS` may
 * name the files of a certificate, as JSON: then it all goes over TLS, as whoever that is.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect as connectHttp2, constants } from "node:http2";
import { connect, type Socket } from "node:net";
import { connect as connectTls, createSecureContext } from "node:tls";
import { PREFACE, takenBack } from "../helpers/taking-back.ts";

const [kind = "", target = "", seconds = "1", most = "1"] = process.argv.slice(2);
const endAt = performance.now() + Number(seconds) * 1_000;
const AT_ONCE = 16;
const HELLO = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]);
let done = 0;
let bytes = 0;

/** What it shows; null: it speaks no TLS. */
const shown = contextOf(process.env["MMM_FLOOD_AS"]);

function contextOf(files: string | undefined) {
  if (files === undefined) return null;
  const { cert, key } = JSON.parse(files) as { readonly cert: string; readonly key: string };
  return createSecureContext({ cert: readFileSync(cert), key: readFileSync(key) });
}

function open(): Socket {
  const socket = shown === null ? openPlain() : openSecure(shown);
  socket.on("error", () => undefined);
  return socket;
}

function openSecure(secureContext: ReturnType<typeof createSecureContext>): Socket {
  const socket = openPlain();
  socket.on("error", () => undefined);
  const ALPNProtocols = ["h2"];
  return connectTls({ socket, secureContext, rejectUnauthorized: false, ALPNProtocols });
}

function openPlain(): Socket {
  const colon = target.lastIndexOf(":");
  if (target.startsWith("/")) return connect(target);
  const [host, port] = [target.slice(0, colon), Number(target.slice(colon + 1))];
  return connect({ host, port, localAddress: "127.0.0.9" });
}

/** The next one when the one before has ended. */
function again(make: () => Socket): void {
  const next = () => {
    if (performance.now() > endAt) return;
    const socket = make();
    const timer = setTimeout(() => socket.destroy(), 2_000);
    socket.once("close", () => {
      clearTimeout(timer);
      done += 1;
      setImmediate(next);
    });
  };
  next();
}

function pour(first: Buffer): Socket {
  const socket = open();
  const write = () => {
    while (!socket.destroyed && performance.now() < endAt) {
      const some = randomBytes(16_384);
      bytes += some.length;
      if (!socket.write(some)) return;
    }
    socket.destroy();
  };
  socket.once("connect", () => {
    socket.write(first);
    write();
  });
  socket.on("drain", write);
  socket.resume();
  return socket;
}

function holdMany(): void {
  const sockets: Socket[] = [];
  const more = () => {
    for (let index = 0; index < 200 && sockets.length < Number(most); index += 1) {
      sockets.push(open().once("close", () => (done += 1)));
    }
    if (performance.now() < endAt && sockets.length < Number(most)) setTimeout(more, 10);
  };
  more();
  setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, endAt - performance.now());
}

const QUESTION = {
  [constants.HTTP2_HEADER_METHOD]: "POST",
  [constants.HTTP2_HEADER_PATH]: "/mmm.v1.Control/Status",
  "content-type": "application/grpc",
  te: "trailers",
};

function askAndNotRead(): Socket {
  const socket = open();
  const session = connectHttp2("http://x", {
    createConnection: () => socket,
    settings: { initialWindowSize: 0 },
  });
  session.on("error", () => undefined);
  const ask = () => {
    for (let index = 0; index < 100 && !session.destroyed; index += 1) {
      const stream = session.request(QUESTION);
      stream.on("error", () => undefined);
      stream.end(Buffer.alloc(5));
      done += 1;
    }
    if (performance.now() < endAt && !session.destroyed) setTimeout(ask, 20);
    else session.destroy();
  };
  session.once("connect", ask);
  return socket;
}

const UNFINISHED_BYTES = 8 * 1024 * 1024 - 1;
const STREAMS = 8;

/** As much as may be begun, on connections that stay; what is refused is begun again. */
function askAndNotFinish(): void {
  const socket = open();
  const session = connectHttp2("http://x", { createConnection: () => socket });
  session.on("error", () => undefined);
  const ask = () => {
    if (performance.now() > endAt || session.destroyed) return;
    const stream = session.request(QUESTION);
    stream.on("error", () => undefined);
    stream.once("response", () => stream.close());
    stream.once("close", ask);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(UNFINISHED_BYTES, 1);
    stream.write(head);
    let left = UNFINISHED_BYTES - 1;
    const write = () => {
      while (left > 0 && !stream.destroyed && performance.now() < endAt) {
        const some = Buffer.alloc(Math.min(left, 16_384));
        left -= some.length;
        bytes += some.length;
        if (!stream.write(some)) return;
      }
    };
    stream.on("drain", write);
    write();
    done += 1;
  };
  session.once("connect", () => {
    for (let index = 0; index < STREAMS; index += 1) ask();
  });
}

function handshake(): Socket {
  const socket = openPlain();
  socket.on("error", () => undefined);
  const tls = connectTls({ socket, rejectUnauthorized: false, ALPNProtocols: ["h2"] });
  tls.on("error", () => socket.destroy()).once("secureConnect", () => socket.destroy());
  return socket;
}

const HTTP_QUESTION = "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
const SENTINEL_QUESTION = "SENTINEL get-master-addr-by-name main\r\n";

/** Questions without end, on a connection whose answers nobody reads. */
function askInText(text: string): Socket {
  const socket = open();
  const question = Buffer.from(text.repeat(100));
  const write = () => {
    while (!socket.destroyed && performance.now() < endAt && socket.write(question)) done += 100;
  };
  socket.pause();
  return socket.once("connect", write).on("drain", write);
}

const AT_A_TIME = 100;

/** Each question is taken back at once, so that never too many are under way. */
function askAndCancel(): Socket {
  const socket = open();
  let stream = 1;
  const write = () => {
    while (!socket.destroyed && performance.now() < endAt) {
      const questions = takenBack(AT_A_TIME, stream);
      stream += 2 * AT_A_TIME;
      done += AT_A_TIME;
      if (!socket.write(questions)) return;
    }
    socket.destroy();
  };
  socket.once(shown === null ? "connect" : "secureConnect", () => {
    socket.write(PREFACE);
    write();
  });
  socket.resume();
  return socket.on("drain", write);
}

const DEEDS: Readonly<Record<string, () => void>> = {
  connect: holdMany,
  garbage: () => again(() => pour(randomBytes(1))),
  "tls-garbage": () => again(() => pour(HELLO)),
  "h2-garbage": () => again(() => pour(PREFACE)),
  resets: () => again(askAndCancel),
  unfinished: askAndNotFinish,
  "slow-readers": () => again(askAndNotRead),
  "http-requests": () => again(() => askInText(HTTP_QUESTION)),
  "sentinel-requests": () => again(() => askInText(SENTINEL_QUESTION)),
  handshakes: () => again(handshake),
};

for (let index = 0; index < (kind === "connect" ? 1 : AT_ONCE); index += 1) DEEDS[kind]?.();
setTimeout(
  () => {
    process.stdout.write(`${JSON.stringify({ done, bytes })}\n`, () => process.exit(0));
  },
  Number(seconds) * 1_000 + 100,
);
