/**
 * A Redis that remembers what it was asked and answers what the test says: for what no real one does
 * on demand, and to see every command that is sent.
 */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";

/** A line of RESP, without its end: `+OK`, `-ERR no`, `:1`; or text, sent as a bulk string; or a list of texts. */
export type FakeReply = string | { readonly text: string } | { readonly list: readonly string[] };

export class FakeRedis implements AsyncDisposable {
  readonly asked: (readonly string[])[] = [];
  readonly #answer: (words: readonly string[]) => FakeReply;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(answer: (words: readonly string[]) => FakeReply) {
    this.#answer = answer;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(answer: (words: readonly string[]) => FakeReply): Promise<FakeRedis> {
    const fake = new FakeRedis(answer);
    fake.#server.listen(0, "127.0.0.1");
    await once(fake.#server, "listening");
    return fake;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let text = "";
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      text += data.toString("latin1");
      for (;;) {
        const read = readCommand(text);
        if (read === null) return;
        text = text.slice(read.length);
        this.asked.push(read.words);
        socket.write(encode(this.#answer(read.words)));
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

function encode(reply: FakeReply): string {
  if (typeof reply === "string") return `${reply}\r\n`;
  if ("text" in reply) return bulk(reply.text);
  return `*${reply.list.length}\r\n${reply.list.map(bulk).join("")}`;
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/** null: not all of it is here yet. */
function readCommand(text: string) {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return null;
  let at = head[0].length;
  const words: string[] = [];
  for (let left = Number(head[1]); left > 0; left -= 1) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (size === null) return null;
    const from = at + size[0].length;
    const to = from + Number(size[1]);
    if (text.length < to + 2) return null;
    words.push(text.slice(from, to));
    at = to + 2;
  }
  return { words, length: at };
}
