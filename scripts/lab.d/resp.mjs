// A Redis connection with nothing hidden: no reconnecting, no resending, no queue while offline.
// What a measuring client needs is to know exactly which write was answered, and when.
import { connect } from "node:net";

/** Reads as many whole replies as `text` holds; returns them and the rest. */
function parseReplies(text) {
  const replies = [];
  let at = 0;
  for (;;) {
    const parsed = parseReply(text, at);
    if (parsed === undefined) return { replies, rest: text.slice(at) };
    replies.push(parsed.value);
    at = parsed.next;
  }
}

function parseReply(text, at) {
  const end = text.indexOf("\r\n", at);
  if (end < 0) return undefined;
  const line = text.slice(at + 1, end);
  const next = end + 2;
  switch (text[at]) {
    case "+":
      return { value: line, next };
    case "-":
      return { value: new Error(line), next };
    case ":":
      return { value: Number(line), next };
    case "$":
      return parseBulk(text, next, Number(line));
    case "*":
      return parseArray(text, next, Number(line));
    default:
      throw new Error(`not a reply: ${text.slice(at, at + 40)}`);
  }
}

function parseBulk(text, at, length) {
  if (length < 0) return { value: null, next: at };
  if (text.length < at + length + 2) return undefined;
  return { value: text.slice(at, at + length), next: at + length + 2 };
}

function parseArray(text, at, length) {
  if (length < 0) return { value: null, next: at };
  const value = [];
  let next = at;
  for (let index = 0; index < length; index += 1) {
    const element = parseReply(text, next);
    if (element === undefined) return undefined;
    value.push(element.value);
    next = element.next;
  }
  return { value, next };
}

export class RespConnection {
  #socket;
  #waiting = [];
  #rest = "";
  /** Called once, when the connection is over, with the reason. */
  onEnd = () => {};
  /** Called with a reply that nobody waits for (a pushed message). */
  onPush = () => {};

  /** Connects within `timeoutMs` or throws. */
  static open({ host, port, timeoutMs, keepAlive = false }) {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true, keepAlive, keepAliveInitialDelay: 1_000 });
      const timer = setTimeout(() => socket.destroy(new Error("connect timed out")), timeoutMs);
      const fail = (error) => {
        clearTimeout(timer);
        reject(error);
      };
      socket.once("error", fail);
      socket.once("connect", () => {
        clearTimeout(timer);
        socket.off("error", fail);
        resolve(new RespConnection(socket));
      });
    });
  }

  constructor(socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text) => this.#received(text));
    socket.on("error", (error) => this.close(error));
    socket.on("close", () => this.close(new Error("closed by the other side")));
  }

  /** Sends one command. Without an answer in time the connection is closed: the outcome is unknown. */
  call(words, timeoutMs) {
    return new Promise((resolve, reject) => {
      const timer =
        timeoutMs === undefined
          ? undefined
          : setTimeout(() => this.close(new Error("no answer in time")), timeoutMs);
      this.#waiting.push({ resolve, reject, timer });
      this.#socket.write(encode(words), "latin1");
    });
  }

  close(reason = new Error("closed")) {
    const waiting = this.#waiting;
    const onEnd = this.onEnd;
    this.#waiting = [];
    this.onEnd = () => {};
    this.#socket.destroy();
    for (const { reject, timer } of waiting) {
      clearTimeout(timer);
      reject(reason);
    }
    onEnd(reason);
  }

  #received(text) {
    const { replies, rest } = parseReplies(this.#rest + text);
    this.#rest = rest;
    for (const reply of replies) {
      const waiter = this.#waiting.shift();
      if (waiter === undefined) {
        this.onPush(reply);
        continue;
      }
      clearTimeout(waiter.timer);
      if (reply instanceof Error) waiter.reject(reply);
      else waiter.resolve(reply);
    }
  }
}

function encode(words) {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}
