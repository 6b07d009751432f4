import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { listenAt } from "../../../src/adapters/listening.ts";
import { Doorway, type Listener } from "../../../src/front/doorway.ts";
import type { DoorSettings, FromFront } from "../../../src/front/protocol.ts";
import { freePort } from "../../helpers/free-port.ts";

const opened: Server[] = [];

/** Greets with its secret, so that it can be told apart. */
function greeter(settings: DoorSettings): Listener {
  const server = createServer((socket) => socket.end(settings.secret ?? "nothing"));
  opened.push(server);
  return { listen: () => listenAt(server, settings), close: () => server.close() };
}

function doorway() {
  const said: FromFront[] = [];
  const door = new Doorway("http", greeter, (message) => void said.push(message));
  const events = () => said.flatMap((one) => (one.kind === "log" ? [one.event] : []));
  const trouble = () => said.findLast((one) => one.kind === "trouble")?.text ?? null;
  return { door, events, trouble };
}

function at(port: number, secret: string | null = null): DoorSettings {
  return { host: "127.0.0.1", port, where: "mmm.conf:3:8: http", secret };
}

async function greeting(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.on("data", (data: Buffer) => (text += data.toString()));
  socket.on("error", () => (text = "closed"));
  await new Promise((closed) => socket.once("close", closed));
  return text;
}

async function somebodyElse(): Promise<number> {
  const other = createServer().listen(0, "127.0.0.1");
  opened.push(other);
  await once(other, "listening");
  return (other.address() as AddressInfo).port;
}

afterEach(() => {
  for (const server of opened.splice(0)) server.close();
});

describe("a door", () => {
  it("moves: the new address is open, and the old one closed", async () => {
    const { door, events } = doorway();
    const [old, now] = [await freePort(), await freePort()];
    await door.use(at(old));
    await door.use(at(now));
    expect([await greeting(old), await greeting(now)]).toEqual(["closed", "nothing"]);
    await door.use(null);
    expect(await greeting(now)).toBe("closed");
    expect(events()).toEqual(["http.opened", "http.opened", "http.closed"]);
  });

  it("stays where it was when the new address is taken, and says so with the key's place", async () => {
    const { door, events, trouble } = doorway();
    const old = await freePort();
    await door.use(at(old));
    await door.use(at(await somebodyElse()));
    expect(await greeting(old)).toBe("nothing");
    expect(events()).toEqual(["http.opened", "http.kept"]);
    expect(trouble()).toMatch(/^mmm\.conf:3:8: http: cannot listen on .* stays open.*EADDRINUSE/);
    await door.use(at(old));
    expect(trouble()).toBeNull();
    await door.use(null);
  });

  it("is opened in place of itself when only its password is another", async () => {
    const { door } = doorway();
    const port = await freePort();
    await door.use(at(port, "one"));
    await door.use(at(port, "two"));
    expect(await greeting(port)).toBe("two");
    await door.use({ ...at(port, "two"), host: "127.0.0.8" });
    expect(await greeting(port)).toBe("closed");
    await door.use(null);
  });

  it("does nothing when nothing is new, wherever the key stands in the file", async () => {
    const { door, events } = doorway();
    const port = await freePort();
    await door.use(at(port));
    await door.use({ ...at(port), where: "mmm.conf:9:8: http" });
    expect(events()).toEqual(["http.opened"]);
    await door.use(null);
  });

  it("goes by the last word of several that come at once", async () => {
    const { door, events } = doorway();
    const [first, last] = [await freePort(), await freePort()];
    await Promise.all([door.use(at(first)), door.use(null), door.use(at(last))]);
    expect(await greeting(last)).toBe("nothing");
    expect(events()).toEqual(["http.opened"]);
    await door.use(null);
  });
});
