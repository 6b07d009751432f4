/** What anybody may say at the read-only doors: it is answered or refused, each time with exactly one whole answer. */
import { once } from "node:events";
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { respond } from "../../../src/adapters/http/routes.ts";
import { answerOf, plainAnswer } from "../../../src/adapters/sentinel/answers.ts";
import { CommandReader } from "../../../src/adapters/sentinel/commands.ts";
import { encode } from "../../../src/adapters/sentinel/values.ts";
import { FUZZ_LIMIT_MS, tryAll } from "../../helpers/fuzz.ts";
import { httpDoor } from "../../helpers/http-door.ts";
import { aSnapshot } from "../../helpers/snapshots.ts";
import { aStatus } from "../cli/fixtures.ts";

/** What matters to who reads it, in any order, with what nobody expects between. */
const textOf = (...fragments: readonly string[]) =>
  fc
    .array(fc.constantFrom(...fragments, "\0", "\u2028", "é", "%", "\uD800", "x".repeat(300)), {
      maxLength: 20,
    })
    .map((pieces) => pieces.join(""));

const SNAPSHOT = aSnapshot();
const snapshot = () => Promise.resolve(SNAPSHOT);
const { server, sources } = httpDoor(snapshot);
const STATUSES = [200, 400, 401, 404, 405, 413, 421, 503];

describe("at the HTTP door", () => {
  let port = 0;
  beforeAll(async () => {
    port = await server.listen();
  });
  afterAll(() => server.close());

  const PATHS =
    "/|/healthz|/primary|/replica|/metrics|/api/status|/api/history|/api|..|//|%2e|%00|?|&|=|group|node|lag|main|db1|__proto__|constructor|<script>|'|\"|-1|1e999|10mb";

  it(
    "any path and question is answered by a whole answer that repeats nothing as markup",
    async () => {
      const asks = fc.sample(fc.tuple(textOf(...PATHS.split("|")), textOf(...PATHS.split("|"))), {
        numRuns: 200 * Number(process.env["MMM_FUZZ"] ?? 1),
        seed: 7,
      });
      for (const [path, query] of asks) {
        const reply = await respond({ path, query: new URLSearchParams(query) }, sources);
        expect(STATUSES).toContain(reply.status);
        if (typeof reply.body === "string" && reply.type.includes("html"))
          expect(reply.body).not.toContain("<script>");
      }
    },
    FUZZ_LIMIT_MS,
  );

  async function raw(bytes: string): Promise<string> {
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    let text = "";
    socket.on("data", (data: Buffer) => (text += data.toString()));
    socket.end(bytes);
    await once(socket, "close");
    return text;
  }

  const HOST = "Host: 127.0.0.1\r\n";
  const INNER = "GET /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  it.each([
    ["two lengths", `Content-Length: 0\r\nContent-Length: ${INNER.length}\r\n\r\n${INNER}`],
    [
      "a length and pieces",
      `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${INNER}`,
    ],
    ["pieces that are written otherwise", `Transfer-Encoding: x, chunked\r\n\r\n0\r\n\r\n${INNER}`],
    ["pieces with a space", `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${INNER}`],
    ["a length with a sign", `Content-Length: +${INNER.length}\r\n\r\n${INNER}`],
    ["a line that is continued", `X: a\r\n Content-Length: 5\r\nContent-Length: 9\r\n\r\n${INNER}`],
    ["a body", `Content-Length: ${INNER.length}\r\n\r\n${INNER}`],
    ["lines that end in half", `X: a\nContent-Length: 3\r\n\r\n${INNER}`],
  ])("a request within a request is not answered: %s", async (_title, rest) => {
    const told = await raw(`GET /healthz HTTP/1.1\r\n${HOST}${rest}`);
    expect(told).not.toContain('"cluster"');
    expect(told.match(/^HTTP\/1\.1 /gm) ?? []).toHaveLength(1);
  });
});

describe("at the door for clients of Sentinel", () => {
  const WORDS =
    'SENTINEL|get-master-addr-by-name|masters|master|replicas|sentinels|ckquorum|main|PING|HELLO|3|INFO|ROLE|CLIENT|SETNAME|COMMAND|SUBSCRIBE|\r\n|+OK\r\n|$-1\r\n|__proto__|constructor| |"|\0';
  const VIEW = { host: "0.0.0.0", port: 26_379, answer: "node" } as const;

  it("any words get one answer, which nobody can take for two", { timeout: FUZZ_LIMIT_MS }, () => {
    const words = fc.array(textOf(...WORDS.split("|")), { minLength: 1, maxLength: 5 });
    tryAll(
      fc.tuple(words, fc.constantFrom(2 as const, 3 as const)),
      ([asked, version]) => {
        const value = plainAnswer(asked, 1) ?? answerOf(asked, aStatus(), VIEW);
        const text = encode(value, version);
        const [first = ""] = text;
        expect("+-:$*%_>~#").toContain(first);
        // Errors and simple texts end with their line.
        if (first === "-" || first === "+") expect(text.indexOf("\r\n")).toBe(text.length - 2);
      },
      { runs: 500 },
    );
  });

  it("any bytes are commands or a fault of the protocol", { timeout: FUZZ_LIMIT_MS }, () => {
    tryAll(
      textOf("*", "$", "1", "2", "-1", "9999999999", "\r\n", "PING", ...WORDS.split("|")),
      (text) => {
        try {
          for (const words of new CommandReader().read(Buffer.from(text)))
            expect(words.every((word) => typeof word === "string")).toBe(true);
        } catch (error) {
          expect(String(error)).toMatch(/^ProtocolError|^Error: /);
        }
      },
      { runs: 500 },
    );
  });
});
