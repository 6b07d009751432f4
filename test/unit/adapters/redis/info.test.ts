import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InfoError, parseInfo, parseRunId } from "../../../../src/adapters/redis/info.ts";

const ID = "a".repeat(40);
const ID2 = "b".repeat(40);
const ZEROS = "0".repeat(40);

/** INFO of Redis 7.0, the sections that are asked for, shortened. */
const MASTER = `# Server
redis_version:7.0.15
redis_mode:standalone
run_id:${"c".repeat(40)}
tcp_port:6379
uptime_in_seconds:120
executable:/usr/bin/redis-server
config_file:/etc/redis/redis.conf

# Replication
role:master
connected_slaves:2
slave0:ip=192.168.10.2,port=6379,state=online,offset=1400,lag=0
slave1:ip=fe80::1,port=6380,state=wait_bgsave,offset=0,lag=7
master_failover_state:no-failover
master_replid:${ID}
master_replid2:${ZEROS}
master_repl_offset:1414
second_repl_offset:-1
repl_backlog_active:1

# Persistence
loading:0
async_loading:0
aof_enabled:1

# Clients
connected_clients:14
`;

const REPLICA = MASTER.replace(
  /role:master[\s\S]*slave1:.*\n/,
  `role:slave
master_host:192.168.10.1
master_port:6379
master_link_status:up
master_last_io_seconds_ago:3
master_sync_in_progress:0
slave_read_repl_offset:1500
slave_repl_offset:1414
slave_priority:10
slave_read_only:1
connected_slaves:0
`,
);

/** As servers send it. */
function wire(text: string): string {
  return text.replaceAll("\n", "\r\n");
}

function without(text: string, field: string): string {
  return text.replace(new RegExp(`^${field}:.*\\n`, "m"), "");
}

function withField(text: string, field: string, value: string): string {
  return text.replace(new RegExp(`^${field}:.*$`, "m"), `${field}:${value}`);
}

describe("what INFO says", () => {
  test("of a master", () => {
    expect(parseInfo(wire(MASTER))).toEqual({
      version: "7.0.15",
      runId: "c".repeat(40),
      uptimeS: 120,
      role: "master",
      masterHost: null,
      masterPort: null,
      link: null,
      linkDownSinceS: null,
      lastIoS: null,
      syncing: false,
      loading: false,
      replId: ID,
      replId2: null,
      secondOffset: -1,
      offset: 1414,
      appliedOffset: null,
      readOffset: null,
      priority: 100,
      readOnly: false,
      aof: true,
      replicas: [
        { host: "192.168.10.2", port: 6379, state: "online", offset: 1400 },
        { host: "fe80::1", port: 6380, state: "wait_bgsave", offset: 0 },
      ],
      connectedClients: 14,
      failoverState: "no-failover",
      empty: false,
    });
  });

  test("of a replica", () => {
    expect(parseInfo(wire(REPLICA))).toMatchObject({
      role: "replica",
      masterHost: "192.168.10.1",
      masterPort: 6379,
      link: "up",
      linkDownSinceS: null,
      lastIoS: 3,
      syncing: false,
      appliedOffset: 1414,
      readOffset: 1500,
      priority: 10,
      readOnly: true,
      replicas: [],
    });
  });

  test("a second id counts only when it is one", () => {
    const promoted = withField(MASTER, "master_replid2", ID2);
    expect(parseInfo(withField(promoted, "second_repl_offset", "901"))).toMatchObject({
      replId2: ID2,
      secondOffset: 901,
    });
  });

  test("a link that was never up is down since −1 and has no last contact", () => {
    const down = withField(REPLICA, "master_link_status", "down").replace(
      "master_last_io_seconds_ago:3",
      "master_last_io_seconds_ago:-1\nmaster_link_down_since_seconds:-1",
    );
    expect(parseInfo(down)).toMatchObject({ link: "down", linkDownSinceS: -1, lastIoS: null });
  });

  test("without a read offset, what is applied counts as read", () => {
    expect(parseInfo(without(REPLICA, "slave_read_repl_offset"))).toMatchObject({
      appliedOffset: 1414,
      readOffset: 1414,
    });
  });

  test("a Valkey tells its own version", () => {
    const valkey = MASTER.replace(
      "redis_version:7.0.15",
      "redis_version:7.2.4\nvalkey_version:8.1.0",
    );
    expect(parseInfo(valkey).version).toBe("8.1.0");
  });

  test("the failover state is unknown before 6.2", () => {
    expect(parseInfo(without(MASTER, "master_failover_state")).failoverState).toBeNull();
  });

  test("it is empty when its list of databases is, and only if there is a list", () => {
    expect(parseInfo(wire(`${MASTER}\n# Keyspace\n`)).empty).toBe(true);
    expect(parseInfo(wire(`${MASTER}\n# Keyspace\ndb3:keys=1,expires=0\n`)).empty).toBe(false);
    expect(parseInfo(wire(MASTER)).empty).toBe(false);
  });

  test("unknown lines and fields are passed over", () => {
    expect(parseInfo(`${MASTER}\nslave_future:x\nno colon here\n:empty\n`)).toEqual(
      parseInfo(MASTER),
    );
  });
});

describe("garbage", () => {
  test.each([
    ["run_id", MASTER],
    ["redis_version", MASTER],
    ["uptime_in_seconds", MASTER],
    ["role", MASTER],
    ["master_replid", MASTER],
    ["master_repl_offset", MASTER],
    ["loading", MASTER],
    ["master_host", REPLICA],
    ["master_port", REPLICA],
    ["master_link_status", REPLICA],
    ["slave_repl_offset", REPLICA],
  ])("without %s nothing is believed", (field, text) => {
    expect(() => parseInfo(without(text, field))).toThrow(InfoError);
    expect(() => parseInfo(withField(text, field, ""))).toThrow(InfoError);
  });

  test.each([
    ["role", "sentinel"],
    ["loading", "2"],
    ["master_repl_offset", "1.5"],
    ["master_repl_offset", "99999999999999999999"],
    ["slave0", "ip=192.168.10.2,port=x,state=online,offset=1,lag=0"],
    ["slave0", "online"],
  ])("%s:%s is not believed", (field, value) => {
    expect(() => parseInfo(withField(MASTER, field, value))).toThrow(InfoError);
  });

  test("the error names the field and keeps the text to itself", () => {
    const secret = withField(MASTER, "loading", "secret");
    expect(() => parseInfo(secret)).toThrow("loading: neither 0 nor 1");
  });

  test("whatever comes, it is an INFO or an InfoError", () => {
    const fields = MASTER.split("\n").concat(REPLICA.split("\n"));
    const line = fc.oneof(fc.constantFrom(...fields), fc.string(), mangled(fields));
    const lines = fc.array(line, { maxLength: 60 }).map((all) => all.join("\r\n"));
    fc.assert(
      fc.property(fc.oneof(fc.string(), lines), (text) => {
        expect(isInfoOrError(text)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("one changed line makes another INFO or an InfoError, never nonsense", () => {
    const lines = REPLICA.split("\n");
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.string(), (index, value) => {
        const name = lines[index]?.split(":")[0] ?? "";
        expect(isInfoOrError(lines.with(index, `${name}:${value}`).join("\n"))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe("the run_id alone", () => {
  test("is found in the section server", () => {
    expect(parseRunId(`# Server\r\nrun_id:${ID}\r\n`)).toBe(ID);
    expect(parseRunId("<html>")).toBeNull();
  });
});

function mangled(lines: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...lines), fc.string({ maxLength: 8 }))
    .map(([line, value]) => `${line.split(":")[0] ?? ""}:${value}`);
}

function isInfoOrError(text: string): boolean {
  try {
    const info = parseInfo(text);
    const offsets = [info.offset, info.secondOffset, info.appliedOffset ?? 0, info.readOffset ?? 0];
    const isReplica = info.role === "replica";
    return (
      offsets.every(Number.isSafeInteger) &&
      info.runId !== "" &&
      isReplica === (info.masterHost !== null) &&
      isReplica === (info.appliedOffset !== null)
    );
  } catch (error) {
    return error instanceof InfoError;
  }
}
