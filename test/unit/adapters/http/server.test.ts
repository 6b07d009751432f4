import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { connect } from "node:net";
import { request } from "node:http";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HttpServer } from "../../../../src/adapters/http/server.ts";
import type { Snapshot } from "../../../../src/adapters/http/snapshot.ts";
import { eventually } from "../../../helpers/eventually.ts";
import { httpDoor } from "../../../helpers/http-door.ts";
import { aSnapshot } from "../../../helpers/snapshots.ts";
import { aStatus } from "../../cli/fixtures.ts";

let snapshot: () => Promise<Snapshot> = () => Promise.resolve(aSnapshot());
const { server } = httpDoor(() => snapshot());
let port = 0;

beforeAll(async () => {
  port = await server.listen();
});
afterAll(() => server.close());

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return await fetch(`http://127.0.0.1:${port}${path}`, init);
}

/** Bytes as they are, and everything that comes back until the end of the connection. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  let text = "";
  socket.on("data", (data: Buffer) => (text += data.toString()));
  socket.write(bytes);
  await once(socket, "close");
  return text;
}

describe("the HTTP door", () => {
  // Browsers open one connection more than they need; what stands on it they take for the answer to their next request.
  it("says nothing to who has asked nothing, and closes", { timeout: 20_000 }, async () => {
    const [nothing, half] = await Promise.all([raw(""), raw("GET / HTTP/1.1\r\n")]);
    expect(nothing).toBe("");
    expect(half).toMatch(/^HTTP\/1.1 400 /);
  });

  it.each([
    ["/", 200],
    ["/?group=main", 200],
    ["/page.css", 200],
    ["/page.js", 200],
    ["/icon.svg", 200],
    ["/healthz", 200],
    ["/readyz", 200],
    ["/metrics", 200],
    ["/api/status", 200],
    ["/api/history", 200],
    ["/primary?node=db1", 200],
    ["/primary?node=db2", 503],
    ["/primary", 200],
    ["/primary?node=db9", 404],
    ["/primary?group=other&node=db1", 404],
    ["/replica?node=db2", 200],
    ["/replica?node=db2&lag=1", 503],
    ["/replica?node=db2&lag=10mb", 200],
    ["/replica?node=db2&lag=much", 400],
    ["/replica?node=db1", 503],
    ["/replica", 400],
    ["/nothing", 404],
  ])("answers %s with %i", async (path, status) => {
    expect((await ask(path)).status).toBe(status);
  });

  it("says where the master is", async () => {
    expect(await (await ask("/primary")).text()).toBe("db1 192.168.10.1:6379\n");
  });

  it("asks which group, where there are several", async () => {
    const [group] = aStatus().groups;
    const groups = [group!, { ...group!, name: "other" }];
    snapshot = () => Promise.resolve(aSnapshot(aStatus({ status: { groups } })));
    expect((await ask("/primary?node=db1")).status).toBe(400);
    expect((await ask("/primary?node=db1&group=other")).status).toBe(200);
    snapshot = () => Promise.resolve(aSnapshot());
  });

  it("answers 503 with the reason while the monitor does not answer", async () => {
    snapshot = () => Promise.reject(new Error("it stands still"));
    const answer = await ask("/healthz");
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("it stands still");
    snapshot = () => Promise.resolve(aSnapshot());
  });

  it("answers the checks of HAProxy: OPTIONS without a host, and HEAD without a body", async () => {
    const answer = await raw("OPTIONS /primary?node=db1 HTTP/1.0\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    const head = await ask("/primary?node=db2", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([503, ""]);
  });

  it("changes nothing: other methods and bodies are refused, and end the connection", async () => {
    expect((await ask("/", { method: "DELETE" })).status).toBe(405);
    expect((await ask("/metrics", { method: "POST", body: "x" })).status).toBe(405);
    const host = "Host: 127.0.0.1\r\n";
    const long = await raw(`GET /metrics HTTP/1.1\r\n${host}Content-Length: 99999\r\n\r\n`);
    expect(long).toMatch(/^HTTP\/1.1 413 /);
    const asked = `GET / HTTP/1.1\r\n${host}Content-Length: 9\r\nExpect: 100-continue\r\n\r\n`;
    expect(await raw(asked)).toMatch(/^HTTP\/1.1 413 /);
  });

  it("refuses what is no HTTP, and headers without end", async () => {
    expect(await raw("PING\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw(`GET / HTTP/1.1\r\nX: ${"x".repeat(10_000)}\r\n\r\n`)).toMatch(/ 4\d\d /);
  });

  it("answers questions that come together, and ends the connection of whoever asks without end", async () => {
    const question = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    const last = question.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    expect((await raw(question.repeat(20) + last)).match(/^HTTP\/1.1 200 /gm)).toHaveLength(21);
    const answered = (await raw(question.repeat(1_000))).match(/^HTTP\/1.1 200 /gm) ?? [];
    expect(answered.length).toBeLessThan(100);
  });

  it("does not even begin with most of what comes beyond that, be it in one piece", async () => {
    let begun = 0;
    const count = () => (begun += 1);
    subscribe("http.server.request.start", count);
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(5_000));
    await closed;
    unsubscribe("http.server.request.start", count);
    expect(begun).toBeGreaterThan(32);
    expect(begun).toBeLessThan(100);
  });

  it("waits with what comes while answers are not read, and answers it when they are", async () => {
    let asked = 0;
    const body = "x".repeat(1_000_000);
    const respond = () => {
      asked += 1;
      return Promise.resolve({ status: 200, type: "text/plain", body });
    };
    const door = new HttpServer({ host: "127.0.0.1", port: 0, secret: null, respond });
    const socket = connect(await door.listen(), "127.0.0.1").pause();
    const question = `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${"x".repeat(900)}\r\n\r\n`;
    const last = question.replace("GET / HTTP/1.1", "$&\r\nConnection: close");
    socket.write(question.repeat(10));
    await eventually(
      () => asked,
      (count) => count === 10,
      { what: "answers" },
    );
    socket.write(question.repeat(9) + last);
    await eventually(
      () => asked,
      (count) => count > 10,
      { what: "what comes after them" },
    );
    expect(asked).toBeLessThan(20);
    let bytes = 0;
    socket.on("data", (data: Buffer) => (bytes += data.length)).resume();
    await once(socket, "end");
    socket.destroy();
    door.close();
    expect(asked).toBe(20);
    expect(bytes).toBeGreaterThan(20 * body.length);
  });

  it("tells whoever does not know its token nothing but that it has one", async () => {
    const { server: asks } = httpDoor(snapshot, "open sesame");
    const at = `http://127.0.0.1:${await asks.listen()}`;
    const status = async (path: string, authorization?: string) => {
      const headers = authorization === undefined ? {} : { authorization };
      return (await fetch(`${at}${path}`, { headers })).status;
    };
    const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
    for (const path of ["/healthz", "/metrics", "/nothing"]) expect(await status(path)).toBe(401);
    for (const wrong of ["Bearer open", "Bearer", basic("ann:open"), "open sesame", "Digest x"])
      expect(await status("/readyz", wrong)).toBe(401);
    expect(await status("/readyz", "bearer open sesame")).toBe(200);
    expect(await status("/readyz", basic("ann:open sesame"))).toBe(200);
    expect(await status("/readyz", basic("open sesame"))).toBe(200);
    const answer = await fetch(at);
    expect(answer.headers.get("www-authenticate")).toMatch(/^Basic/);
    expect(await answer.text()).not.toContain("sesame");
    asks.close();
  });

  it("does not answer a page of another name that points here", async () => {
    const question = request({ port, host: "127.0.0.1", headers: { Host: "evil.example" } });
    question.end();
    const [answer] = (await once(question, "response")) as [{ statusCode: number; resume(): void }];
    answer.resume();
    expect(answer.statusCode).toBe(421);
  });

  it("lets no page of elsewhere use what it answers", async () => {
    const { headers } = await ask("/api/status");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("access-control-allow-origin")).toBeNull();
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("lets in a bounded number at once", async () => {
    const sockets = Array.from({ length: 90 }, () => connect(port, "127.0.0.1"));
    for (const socket of sockets) socket.on("error", () => undefined);
    // Those beyond the bound are closed by the server; the others wait for nothing.
    const closed = sockets.map((socket) => once(socket, "close"));
    await Promise.race(closed);
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
    expect((await ask("/healthz")).status).toBe(200);
  });
});
