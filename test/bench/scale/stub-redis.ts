/**
 * A Redis that holds no data: enough of it to be probed, followed, frozen and promoted. Hundreds of
 * them live in one process, so that a benchmark of the monitors does not measure databases.
 */
import { createServer, type Server, type Socket } from "node:net";

const OK = "+OK\r\n";

export interface Place {
  readonly address: string;
  readonly port: number;
}

interface Client {
  readonly id: number;
  name: string;
  channel: string | null;
}

export class StubRedis {
  readonly place: Place;
  readonly #runId = id();
  readonly #sockets = new Map<Socket, Client>();
  /** Who was ever a replica of it: it tells of those that still are. */
  readonly #replicas = new Set<StubRedis>();
  #server: Server | null = null;
  #replId: string;
  #replId2 = "0".repeat(40);
  #secondOffset = -1;
  #master: Place | null;
  #nextId = 1;
  readonly #offset = 1000;

  constructor(place: Place, master: StubRedis | null) {
    this.place = place;
    this.#master = master?.place ?? null;
    this.#replId = master === null ? id() : master.#replId;
    if (master !== null) master.#replicas.add(this);
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server = createServer((socket) => this.#serve(socket));
      this.#server.once("error", reject);
      this.#server.listen(this.place.port, this.place.address, resolve);
    });
  }

  /** As a kill -9 looks from outside. */
  kill(): void {
    this.#server?.close();
    for (const socket of this.#sockets.keys()) socket.resetAndDestroy();
  }

  #serve(socket: Socket): void {
    const own: Client = { id: this.#nextId, name: "", channel: null };
    this.#nextId += 1;
    this.#sockets.set(socket, own);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
    let rest = "";
    socket.on("data", (data) => {
      const { commands, left } = parse(rest + data.toString("latin1"));
      rest = left;
      socket.write(commands.map((words) => this.#answer(words, own)).join(""));
    });
  }

  #answer(words: readonly string[], own: Client): string {
    const [first = "", second = "", third = "", fourth = ""] = words;
    switch (`${first} ${second}`.toUpperCase()) {
      case "PING ":
        return "+PONG\r\n";
      case "CLIENT SETNAME":
        own.name = third;
        return OK;
      case "CLIENT LIST":
        return bulk(
          [...this.#sockets.values()].map((each) => `id=${each.id} name=${each.name}`).join("\n"),
        );
      case "SUBSCRIBE __SENTINEL__:HELLO":
        own.channel = second;
        return `*3\r\n${bulk("subscribe")}${bulk(second)}:1\r\n`;
      case "CLIENT KILL":
        return this.#drop(Number(fourth), own.id);
      case "CONFIG GET":
        return `*2\r\n${bulk(third)}${bulk("0")}`;
      default:
        return this.#follow(words);
    }
  }

  #follow([first = "", second = "", third = ""]: readonly string[]): string {
    const command = first.toUpperCase();
    if (command === "INFO") return bulk(this.#info());
    if (command === "PUBLISH") return this.#publish(second, third);
    if (command !== "REPLICAOF") return OK;
    if (second.toUpperCase() === "NO") this.#promote();
    else this.#turnTo({ address: second, port: Number(third) });
    return OK;
  }

  #turnTo(master: Place): void {
    this.#master = master;
    const source = known.get(`${master.address}:${master.port}`);
    if (source !== undefined) source.#replicas.add(this);
  }

  /** How Sentinels find each other. */
  #publish(channel: string, message: string): string {
    const heard = [...this.#sockets].filter(([, client]) => client.channel === channel);
    const line = `*3\r\n${bulk("message")}${bulk(channel)}${bulk(message)}`;
    for (const [socket] of heard) socket.write(line);
    return `:${heard.length}\r\n`;
  }

  #promote(): void {
    if (this.#master === null) return;
    this.#master = null;
    this.#replId2 = this.#replId;
    this.#secondOffset = this.#offset + 1;
    this.#replId = id();
  }

  #drop(victim: number, own: number): string {
    const found = [...this.#sockets].find(([, each]) => each.id === victim && victim !== own);
    found?.[0].destroy();
    return found === undefined ? ":0\r\n" : ":1\r\n";
  }

  /** What replicates is not simulated: a replica has all that its master has, and its name for it. */
  #info(): string {
    const master = this.#master;
    const source = master === null ? null : (known.get(`${master.address}:${master.port}`) ?? null);
    if (source !== null) this.#replId = source.#replId;
    const role =
      master === null
        ? ["role:master", ...this.#slaves()]
        : [
            "role:slave",
            `master_host:${master.address}`,
            `master_port:${master.port}`,
            `master_link_status:${source?.isUp === true ? "up" : "down"}`,
            "master_last_io_seconds_ago:0",
            "master_sync_in_progress:0",
            `slave_read_repl_offset:${this.#offset}`,
            `slave_repl_offset:${this.#offset}`,
            "slave_priority:100",
            "slave_read_only:1",
            "master_link_down_since_seconds:0",
          ];
    return [
      "# Server\r\nredis_version:7.0.15",
      `run_id:${this.#runId}`,
      "uptime_in_seconds:1000",
      "# Replication",
      ...role,
      `master_replid:${this.#replId}`,
      `master_replid2:${this.#replId2}`,
      `master_repl_offset:${this.#offset}`,
      `second_repl_offset:${this.#secondOffset}`,
      "# Persistence\r\nloading:0\r\naof_enabled:0",
      "# Clients\r\nconnected_clients:4",
      "# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\n",
    ].join("\r\n");
  }

  #slaves(): readonly string[] {
    const mine = [...this.#replicas].filter(
      (each) => isSame(each.#master, this.place) && each.isUp,
    );
    const lines = mine.map(({ place }, at) => {
      return `slave${at}:ip=${place.address},port=${place.port},state=online,offset=${this.#offset},lag=0`;
    });
    return [`connected_slaves:${mine.length}`, ...lines];
  }

  get isUp(): boolean {
    return this.#server?.listening === true;
  }
}

/** All that were made, so that replicas find their master. */
export const known = new Map<string, StubRedis>();

export function stubAt(place: Place, master: StubRedis | null): StubRedis {
  const made = new StubRedis(place, master);
  known.set(`${place.address}:${place.port}`, made);
  return made;
}

let ids = 0;
function id(): string {
  ids += 1;
  return ids.toString(16).padStart(40, "1");
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/** Commands as clients send them: arrays of bulk strings. */
function parse(text: string): { readonly commands: readonly string[][]; readonly left: string } {
  const commands: string[][] = [];
  let at = 0;
  for (;;) {
    const read = readCommand(text, at);
    if (read === null) return { commands, left: text.slice(at) };
    commands.push(read.words);
    at = read.next;
  }
}

function readCommand(text: string, from: number): { words: string[]; next: number } | null {
  const words: string[] = [];
  let at = text.indexOf("\r\n", from) + 2;
  if (at < 2) return null;
  const count = Number(text.slice(from + 1, at - 2));
  for (let word = 0; word < count; word += 1) {
    const start = text.indexOf("\r\n", at) + 2;
    if (start < 2) return null;
    const length = Number(text.slice(at + 1, start - 2));
    if (text.length < start + length + 2) return null;
    words.push(text.slice(start, start + length));
    at = start + length + 2;
  }
  return { words, next: at };
}

function isSame(one: Place | null, other: Place): boolean {
  return one?.address === other.address && one.port === other.port;
}
