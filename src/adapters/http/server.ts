/**
 * The read-only HTTP door: GET, HEAD and OPTIONS, no bodies. Whoever comes is bounded in number, in
 * time and in size. What is answered comes from the caller; a fault in making it is the answer.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { messageOf } from "../../errors.ts";
import { isSecret } from "../same-secret.ts";
import { type CrowdLimits, keepCrowdOut } from "../crowd.ts";
import { listenAt } from "../listening.ts";
import { isLoopback } from "../peer/address.ts";
import type { Ask, Reply } from "./reply.ts";
import { plain } from "./reply.ts";
import { feedInSlices } from "./slices.ts";

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** What whoever asks must know; null: nothing. */
  readonly secret: string | null;
  readonly respond: (ask: Ask) => Promise<Reply>;
}

const MOST_CONNECTIONS = 64;
/** One address leaves room for others; a load balancer with a hundred servers fits. */
const FROM_ONE_ADDRESS: CrowdLimits = { most: 48, perSecond: 200 };
const HEADERS_MS = 3_000;
const REQUEST_MS = 5_000;
/** A connection on which nothing happens. Streams write more often. */
const IDLE_MS = 10_000;
const LARGEST_HEADER_BYTES = 8_192;
const MOST_REQUESTS_PER_CONNECTION = 1_000;
/** Asked before the first of them is answered. No client does that. */
const MOST_UNANSWERED = 32;

/** No script, style, frame or request but our own; nothing is kept, and nobody is told who asked. */
const HEADERS: Readonly<Record<string, string>> = {
  "Cache-Control": "no-store",
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

export class HttpServer {
  readonly #options: HttpOptions;
  readonly #server: Server;
  readonly #unanswered = new WeakMap<Socket, number>();

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#server = createServer({
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: IDLE_MS,
      maxHeaderSize: LARGEST_HEADER_BYTES,
      connectionsCheckingInterval: 1_000,
    });
    this.#server.maxConnections = MOST_CONNECTIONS;
    keepCrowdOut(this.#server, FROM_ONE_ADDRESS);
    feedInSlices(this.#server);
    this.#server.maxRequestsPerSocket = MOST_REQUESTS_PER_CONNECTION;
    this.#server.setTimeout(IDLE_MS);
    this.#server.on("request", (request, response) => void this.#handle(request, response));
    this.#server.on("checkContinue", (_request, response) => refuse(response, NO_BODY));
    this.#server.on("clientError", (_error, socket) => endBadly(socket as Socket));
  }

  /** The port that it listens on. Rejects with the system's error. */
  listen(): Promise<number> {
    return listenAt(this.#server, this.#options);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Whoever goes away before the answer harms nobody.
    response.on("error", () => undefined);
    if (!this.#isPatient(request.socket, response)) return void request.socket.destroy();
    const refusal = refusalOf(request, this.#options);
    if (refusal !== null) return refuse(response, refusal);
    try {
      send(response, await this.#options.respond(askOf(request)), request.method === "HEAD");
    } catch (error) {
      refuse(response, plain(503, `the monitor could not answer: ${messageOf(error)}`));
    }
  }

  /** Whether whoever asks waits for answers now and then: what is not answered yet is kept. */
  #isPatient(socket: Socket, response: ServerResponse): boolean {
    const count = (waiting: number) => {
      const all = (this.#unanswered.get(socket) ?? 0) + waiting;
      this.#unanswered.set(socket, all);
      return all;
    };
    response.once("close", () => count(-1));
    return count(1) <= MOST_UNANSWERED;
  }
}

const NO_BODY = plain(413, "requests have no body here");
const METHODS = ["GET", "HEAD", "OPTIONS"];
/** A browser then asks its user. */
const WHO_ARE_YOU: Reply = {
  ...plain(401, "this door asks for its token: Authorization: Bearer TOKEN, or as a password"),
  headers: { "WWW-Authenticate": 'Basic realm="redis-mmm", charset="UTF-8"' },
};

/** Whoever has no password is told nothing else. */
function refusalOf(
  { method, headers }: IncomingMessage,
  { host: listen, secret }: HttpOptions,
): Reply | null {
  if (secret !== null && !isAuthorized(headers.authorization, secret)) return WHO_ARE_YOU;
  if (!METHODS.includes(method ?? ""))
    return { ...plain(405, "this door is read-only"), headers: { Allow: METHODS.join(", ") } };
  if (headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) !== 0)
    return NO_BODY;
  if (isLoopback(listen) && !isOurName(headers.host))
    return plain(421, "this door is for its own host: ask for it by its address");
  return null;
}

/** Programs send it as a bearer's token, people type it as the password of whatever user. */
function isAuthorized(header: string | undefined, secret: string): boolean {
  const [scheme = "", ...rest] = (header ?? "").split(" ");
  const given = rest.join(" ");
  switch (scheme.toLowerCase()) {
    case "bearer":
      return isSecret(given, secret);
    case "basic":
      return isSecret(
        Buffer.from(given, "base64")
          .toString()
          .replace(/^[^:]*:/, ""),
        secret,
      );
    default:
      return false;
  }
}

/** A foreign name that points at this host is a web page that wants to look in (DNS rebinding). */
function isOurName(host: string | undefined): boolean {
  return host === undefined || /^(localhost|[\d.]+|\[[\da-f:.]+\])(:\d+)?$/i.test(host);
}

function askOf({ url = "/" }: IncomingMessage): Ask {
  const [path = "/", ...query] = url.split("?");
  return { path, query: new URLSearchParams(query.join("?")) };
}

function send(response: ServerResponse, reply: Reply, isHead: boolean): void {
  const { status, type, body, headers } = reply;
  const length = typeof body === "string" ? { "Content-Length": Buffer.byteLength(body) } : {};
  response.writeHead(status, { ...HEADERS, "Content-Type": type, ...length, ...headers });
  if (isHead) response.end();
  else if (typeof body === "string") response.end(body);
  else body(response);
}

/** After a refusal nothing more is read from that connection. */
function refuse(response: ServerResponse, reply: Reply): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.shouldKeepAlive = false;
  send(response, reply, false);
  response.once("finish", () => response.socket?.destroySoon());
}

/**
 * Who has asked nothing gets no answer: a browser opens connections in advance, and would take it for that to
 * the first request which it sends there.
 */
function endBadly(socket: Socket): void {
  if (!socket.writable) return;
  if (socket.bytesRead === 0) return void socket.destroy();
  socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  socket.destroySoon();
}
