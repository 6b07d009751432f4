import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../../src/adapters/config/parse.ts";
import { ConfigErrors, formatProblem } from "../../../../src/adapters/config/problems.ts";
import { aConfig, problemsOf, SEED_FILE } from "./helpers.ts";

describe("the file of 2011", () => {
  const config = parseConfig(SEED_FILE, "redis-mmm.conf");
  const [group] = config.groups;

  it("works unchanged", () => {
    expect(group).toMatchObject({
      name: "main",
      writer: "192.168.10.70",
      readers: [],
      mode: "active",
    });
    expect(group?.nodes.map((node) => `${node.name} ${node.address}:${node.port}`)).toEqual([
      "db1 192.168.10.1:6379",
      "db2 192.168.10.2:6379",
    ]);
    expect(group?.nodes[0]).toMatchObject({
      interface: "eth1",
      sshUser: "redis-mmm",
      sshPort: 22,
      sshHostKey: null,
      admin: "online",
    });
    expect(config.local).toMatchObject({
      log: "redis-mmm.log",
      pid: "redis-mmm.pid",
      verbose: true,
    });
  });

  it("gets the defaults of today", () => {
    expect(group?.settings).toEqual({
      probeIntervalMs: 100,
      downAfterMs: 2_000,
      leaseMs: 2_000,
      permitMs: 400,
      clockDrift: 0.1,
      leaseBackend: "auto",
      onQuorumLoss: "failsafe",
      onReboot: "auto",
      restartGraceMs: 0,
      busyGraceMs: 10_000,
      maxLagBytes: 10 * 1024 * 1024,
      cooldownMs: 60_000,
      flapCount: 3,
      flapWindowMs: 3_600_000,
      fenceCommand: null,
      writeGuard: false,
      parallelSyncs: 1,
      waitForOtherMasterMs: 120_000,
    });
  });

  it("has no preferred master, unless it names one of its nodes", () => {
    const preferring = (node: string) =>
      parseConfig(SEED_FILE.replace("[db1]", `prefer = ${node}\n[db1]`), "redis-mmm.conf");
    expect(preferring("db2").groups[0]?.settings.prefer).toEqual({ node: "db2", afterMs: 300_000 });
    expect(() => preferring("db22")).toThrow("prefer: there is no node [db22]; did you mean db2?");
    expect(() => preferring("web")).toThrow(
      "prefer: there is no node [web]; write one of db1, db2",
    );
    const never = "prefer = db2\n[db2]\naddress = 10.0.0.2\npriority = 0\n";
    expect(problemsOf(`cluster_interface = eth0\n${never}`)).toEqual([
      "f:2:10: prefer: db2 has priority = 0, so it is never promoted",
    ]);
  });

  it("drops the prefix of a VIP and says so", () => {
    expect(config.warnings).toEqual([
      "master_ip: the prefix is ignored; a virtual address is always added as a /32",
    ]);
  });

  it("of one computer turns the lease off and says so; without a VIP there is less to say", () => {
    const text = SEED_FILE.replaceAll(/192\.168\.10\.[12]\n/g, "127.0.0.1\n").replace(
      "6379",
      "6380",
    );
    const one = parseConfig(text, "f");
    expect(one.groups[0]?.settings.leaseBackend).toBe("off");
    expect(one.warnings.join("\n")).toContain("the VIP protects from nothing. Good for a trial");
    const bare = parseConfig(text.replace(/^master_ip.*\n/m, ""), "f");
    expect(bare.warnings.join("\n")).toContain("they fail together. Good for a trial");
  });
});

describe("values", () => {
  it("may have a comment behind them", () => {
    expect(aConfig("down_after = 3s ; seconds").groups[0]?.settings.downAfterMs).toBe(3_000);
  });

  it("of text keep every character between double quotes", () => {
    const { local } = aConfig(`redis_password = "a#b;c\\\\d\\"e ' = "`);
    expect(local.redisPassword?.reveal()).toBe(`a#b;c\\d"e ' = `);
  });

  it.each(["true", "null", "123", "1e3"])("that look like something else stay text: %s", (text) => {
    expect(aConfig(`redis_password = ${text}`).local.redisPassword?.reveal()).toBe(text);
  });

  it("name a certificate for all, and another for one", () => {
    const { local } = parseConfig(
      "redis_tls = on\nredis_tls_cert = /c\nredis_tls_key = /k\n[db1]\naddress = 10.0.0.1\n[db2]\naddress = 10.0.0.2\nredis_tls_cert = /c2\nredis_tls_key = /k2\n",
      "f",
    );
    expect(local.logins["main/db1"]?.redisCertificate).toEqual({ cert: "/c", key: "/k" });
    expect(local.logins["main/db2"]?.redisCertificate).toEqual({ cert: "/c2", key: "/k2" });
  });

  it("of a node win over those at the top", () => {
    const config = parseConfig(
      `port = 7000\nssh_user = ops\nredis_password = top\nredis_tls = on\n[db1]\naddress = 10.0.0.1\nport = 7001\npriority = 0\nssh_host_key = SHA256:${"a".repeat(43)}\nredis_password_file = /run/db1\n[db2]\naddress = 10.0.0.2\n`,
      "f",
    );
    const [db1, db2] = config.groups[0]?.nodes ?? [];
    expect(db1).toMatchObject({
      port: 7001,
      sshUser: "ops",
      priority: 0,
      sshHostKey: `SHA256:${"a".repeat(43)}`,
    });
    expect(db2).toMatchObject({ port: 7000, sshUser: "ops" });
    expect(db2).not.toHaveProperty("priority");
    expect(config.local.logins["main/db1"]).toMatchObject({
      redisPassword: null,
      redisPasswordFile: "/run/db1",
    });
    expect(config.local.logins["main/db2"]?.redisPassword?.reveal()).toBe("top");
    expect(config.local.logins["main/db2"]?.redisTls).toEqual({ kind: "system" });
  });

  it("of reader VIPs are a list", () => {
    expect(aConfig("slave_ip = 10.0.0.71, 10.0.0.72/24").groups[0]?.readers).toEqual([
      "10.0.0.71",
      "10.0.0.72",
    ]);
  });

  it("of monitors come with their ports", () => {
    const config = aConfig(
      "tls = off",
      "[monitor:mon1]\naddress = 10.0.0.11\n[monitor:mon2]\naddress = mon2.example\nport = 7401",
    );
    expect(config.monitors).toEqual([
      { name: "mon1", address: "10.0.0.11", port: 7400 },
      { name: "mon2", address: "mon2.example", port: 7401 },
    ]);
    expect(config.local.tls).toBe("off");
  });

  it("of the monitors' TLS are three files, and a list of what is revoked", () => {
    const own = "tls_ca = /ca\ntls_cert = /cert\ntls_key = /key\ntls_revoked = /gone";
    expect(aConfig(own).local.tls).toMatchObject({ revoked: "/gone" });
    expect(problemsOf("tls = off\ntls_revoked = /gone\n[a]\naddress = 10.0.0.1")).toEqual([
      "f:2:15: tls_revoked: says which certificates count no more, and without tls_ca none does",
    ]);
    expect(aConfig("tls_ca = /ca\ntls_cert = /cert\ntls_key = /key").local.tls).toEqual({
      ca: "/ca",
      cert: "/cert",
      key: "/key",
      revoked: null,
    });
  });

  it.each([
    ["http", "expose = http"],
    ["http", "http_token_file = /token"],
    ["sentinel", "sentinel_password_file = /password"],
  ])("let %s listen for other hosts if they say: %s", (key, says) => {
    const door = `${key} = 0.0.0.0:9401`;
    const { doors } = aConfig(`${door}\n${says}`).local;
    const where = `f:1:${key.length + 4}: ${key}`;
    expect(doors[key as "http" | "sentinel"]).toMatchObject({ port: 9401, where, secret: null });
    const [problem] = problemsOf(`${door}\n${SEED_FILE}`);
    expect(problem).toContain(`${says.split(" ")[0]} = `);
  });

  it("for SSH are the service account's files, if it has them", () => {
    const text = SEED_FILE;
    const bare = parseConfig(text, "f", {
      home: "/home/ann",
      exists: () => false,
      included: () => [],
    });
    const installed = parseConfig(text, "f", {
      home: "/home/ann",
      exists: () => true,
      included: () => [],
    });
    const given = parseConfig(`ssh_key = ~/keys/mmm\n${text}`, "f", {
      home: "/home/ann",
      exists: () => true,
      included: () => [],
    });
    expect(bare.local.sshKey).toBe("/home/ann/.ssh/id_ed25519");
    expect(bare.local.sshKnownHosts).toBe("/home/ann/.ssh/known_hosts");
    expect(installed.local.sshKey).toBe("/etc/redis-mmm/id_ed25519");
    expect(given.local.sshKey).toBe("/home/ann/keys/mmm");
  });
});

describe("problems", () => {
  it("are all reported at once, in the order of the file", () => {
    const text = [
      "cluster_interface = eth1",
      "down_after = 2",
      "redis_pasword = x",
      "[db1]",
      "address = 10.0.0.1",
      "port = 99999",
      "[db2]",
      "adress = 10.0.0.2",
    ].join("\n");
    expect(problemsOf(text)).toEqual([
      `f:2:14: down_after: "2" is not a duration; write a number with its unit: 500ms, 2s, 1m`,
      `f:3:1: redis_pasword: unknown key; did you mean "redis_password"?`,
      `f:6:8: [db1] port: "99999" is not a whole number from 1 to 65535`,
      "f:7:1: [db2] address: is missing",
      `f:8:1: [db2] adress: unknown key; did you mean "address"?`,
    ]);
  });

  const TOP: readonly (readonly [line: string, message: string])[] = [
    ["frobnicate = 1", "f:1:1: frobnicate: unknown key; see the sample redis-mmm.conf"],
    ["down_after =", "f:1:13: down_after: is empty; write a value or delete the line"],
    ["down_after = 100ms", "f:1:14: down_after: 100ms is too short; write at least 200ms"],
    ["down_after = 2h", "f:1:14: down_after: 2h is too long; write at most 1h"],
    ["vip_lease = 299ms", "f:1:13: vip_lease: 299ms is too short; write at least 300ms"],
    [
      "clock_drift = 0.5",
      `f:1:15: clock_drift: "0.5" is not a fraction from 0.001 to 0.499: it bounds how much a host's clock may run fast or slow; write 0.1`,
    ],
    [
      "clock_drift = 0",
      `f:1:15: clock_drift: "0" is not a fraction from 0.001 to 0.499: it bounds how much a host's clock may run fast or slow; write 0.1`,
    ],
    [
      "max_lag = unlimited",
      `f:1:11: max_lag: "unlimited" is not a size; write bytes or a number with its unit: 512kb, 10mb, 1gb`,
    ],
    ["flap_count = 0", `f:1:14: flap_count: "0" is not a whole number from 1 to 1000`],
    [
      "mode = auto",
      `f:1:8: mode: "auto" is not one of its values; write active, manual, passive or wait`,
    ],
    ["write_guard = maybe", `f:1:15: write_guard: "maybe" is neither on nor off`],
    [
      "redis_tls = certainly",
      `f:1:13: redis_tls: "certainly" is not one of its values; write off, on, or the path of a file of authorities (/etc/redis-mmm/redis-ca.pem)`,
    ],
    [
      "redis_tls_cert = /c.pem",
      "f:1:18: redis_tls_cert: a Redis is shown both or none; write redis_tls_key, too",
    ],
    [
      "redis_tls_key = /c.key",
      "f:1:17: redis_tls_key: a Redis is shown both or none; write redis_tls_cert, too",
    ],
    ["listen = 7400", `f:1:10: listen: "7400" is not HOST:PORT; write it like 192.168.10.11:7400`],
    ["name = -mon", `f:1:8: name: "-mon" is not a name: letters, digits, - and _`],
    ["ssh_user = ann ot", `f:1:12: ssh_user: "ann ot" is not a user name`],
    [
      "cluster_interface = eth 1",
      `f:1:21: cluster_interface: "eth 1" is not the name of a network interface; write it like eth1 (see: ip link)`,
    ],
    [
      "master_ip = fd00::1",
      "f:1:13: master_ip: fd00::1 is IPv6; virtual addresses of IPv6 are not supported yet, because nothing would fence them. Write an IPv4 address",
    ],
    [
      "master_ip = 10.0.0",
      `f:1:13: master_ip: "10.0.0" is not an IPv4 address; write it like 192.168.10.70`,
    ],
    [
      "master_ip = 10.0.0.70/33",
      `f:1:13: master_ip: "10.0.0.70/33" is not an IPv4 address; write it like 192.168.10.70`,
    ],
    [
      "master_ip = 127.0.0.70",
      "f:1:13: master_ip: 127.0.0.70 cannot be moved between hosts; write an unused address of their network",
    ],
    [
      "slave_ip = 10.0.0.71,,",
      `f:1:12: slave_ip: "" is not an IPv4 address; write it like 192.168.10.70`,
    ],
    [
      "master_ip = 10.0.0.1",
      "f:1:13: master_ip: 10.0.0.1 is already the address of node db1; a virtual address must belong to nobody",
    ],
    [
      "vip = on",
      `f:1:7: vip: "on" is not its value; write off where no address can move, else say which one does: master_ip = IP`,
    ],
    [
      "vip = 10.0.0.70",
      `f:1:7: vip: "10.0.0.70" is not its value; write off where no address can move, else say which one does: master_ip = IP`,
    ],
    [
      "master_ip = 10.0.0.70\nvip = off",
      "f:2:7: vip: is off, but master_ip is set; delete one or the other",
    ],
    [
      "vip = off\nmaster_ip = 10.0.0.70\nslave_ip = 10.0.0.71",
      "f:1:7: vip: is off, but master_ip and slave_ip are set; delete one or the other",
    ],
    [
      "probe_interval = 1500ms",
      "f:1:18: probe_interval: two probes must fit into down_after (2000 ms); write at most 1000ms, or a longer down_after",
    ],
    ["tls = on", "f:1:7: tls: TLS between monitors needs tls_ca and tls_cert and tls_key, too"],
    ["tls_ca = /ca", "f:1:10: tls_ca: TLS between monitors needs tls_cert and tls_key, too"],
  ];
  it.each(TOP)("at the top: %s", (line, message) => {
    const others = "interface = eth1\n";
    const text = `${line}\n[db1]\naddress = 10.0.0.1\n${others}[db2]\naddress = 10.0.0.2\n${others}`;
    expect(problemsOf(text)).toEqual([message]);
  });

  const NODE: readonly (readonly [line: string, message: string])[] = [
    ["address = localhost", "f:2:11: [db1] address: write the address 127.0.0.1 itself"],
    [
      "address = fd00::1",
      "f:2:11: [db1] address: fd00::1 is IPv6, which is not supported for nodes yet; write its IPv4 address",
    ],
    [
      "address = db1.example",
      `f:2:11: [db1] address: "db1.example" is not an IPv4 address; write it like 192.168.10.1 (names are not looked up: a failover must not wait for a name server)`,
    ],
    [
      "address = 127.77.0.1",
      "f:2:11: [db1] address: 127.77.0.0/16 is where old masters are parked; choose another address",
    ],
    ["address = 224.0.0.1", "f:2:11: [db1] address: 224.0.0.1 is not the address of a host"],
    [
      "address = 10.0.0.1\npriority = -1",
      `f:3:12: [db1] priority: "-1" is not a whole number from 0 to 1000000`,
    ],
    [
      "address = 10.0.0.1\nssh_host_key = ab:cd",
      `f:3:16: [db1] ssh_host_key: is not a fingerprint; write SHA256: and 43 characters, as "ssh-keygen -lf" prints it`,
    ],
    [
      "address = 10.0.0.1\nredis_password = a\nredis_password_file = /b",
      "f:4:23: [db1] redis_password_file: redis_password is set, too; keep one of them",
    ],
  ];
  it.each(NODE)("of a node: %s", (lines, message) => {
    expect(problemsOf(`[db1]\n${lines}\n[db2]\naddress = 10.0.0.2\n`)).toEqual([message]);
  });

  it("are found between sections", () => {
    expect(problemsOf("")).toEqual([
      "f: has no node; write a section [db1] with address = IP for each Redis",
    ]);
    expect(problemsOf("[db1]\naddress = 10.0.0.1\n[db2]\naddress = 10.0.0.1")).toEqual([
      "f:4:11: [db2] address: 10.0.0.1:6379 is already the address of db1",
    ]);
    expect(problemsOf("[a]\naddress = 10.0.0.1\n[monitor:a]\naddress = 10.0.0.2")).toEqual([
      "f:3:1: [monitor:a] a is also the name of a node; rename one of them",
    ]);
    expect(
      problemsOf("master_ip = 10.0.0.9\n[a]\naddress = 10.0.0.1\n[monitor:m]\naddress = 10.0.0.9"),
    ).toEqual([
      "f:1:13: master_ip: 10.0.0.9 is already the address of monitor m; a virtual address must belong to nobody",
      "f:2:1: [a] interface: is missing, and so is cluster_interface: say on which network interface the VIP goes (see: ip link)",
    ]);
    expect(
      problemsOf(
        "lease_backend = nft\n[a]\naddress = 10.0.0.1\nport = 1\n[b]\naddress = 10.0.0.1\nport = 2",
      ),
    ).toEqual([
      "f:1:17: lease_backend: two nodes have the same address: one host cannot hold the VIP and lack it at once. Give each node a host, or write off",
    ]);
    expect(problemsOf("tls = off\ntls_key = /k\n[a]\naddress = 10.0.0.1")).toEqual([
      "f:1:7: tls: is off, but tls_key is set; delete one or the other",
    ]);
    expect(problemsOf("[monitor:m]\naddress = 10.0.0\n[a]\naddress = 10.0.0.1")).toEqual([
      `f:2:11: [monitor:m] address: "10.0.0" is neither an address nor a host name`,
    ]);
  });

  it("are thrown with the exit code of a wrong configuration", () => {
    const thrown = (() => {
      try {
        return parseConfig("nonsense", "f");
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(ConfigErrors);
    const errors = thrown as ConfigErrors;
    expect(errors.exitCode).toBe(3);
    expect(errors.message).toBe(errors.problems.map(formatProblem).join("\n"));
  });
});

describe("warnings", () => {
  const CASES: readonly (readonly [line: string, warning: RegExp])[] = [
    ["", /there is no master_ip/],
    ["lease_backend = off", /lease_backend = off: a host that cannot be reached keeps its VIP/],
    ["vip_lease = 2m", /keeps its VIP for longer than a minute/],
    ["vip_lease = 1s", /vip_lease \(1000 ms\) is shorter than down_after \(2000 ms\)/],
    ["vip_lease = 500ms", /500 ms is 21 ms too short to outlive the death of a monitor/],
    ["vip_lease = 500ms\nclock_drift = 0.4", /a permit of 175 ms is 20 ms too old when it is used/],
    ["probe_interval = 800ms", /more than a quarter of down_after/],
  ];
  it.each(CASES)("%s", (line, warning) => {
    expect(aConfig(line).warnings.join("\n")).toMatch(warning);
  });

  it("do not leave clients to themselves whom the Sentinel endpoint tells", () => {
    const text = aConfig("sentinel = 127.0.0.1:26379").warnings.join("\n");
    expect(text).not.toContain("find the master by themselves");
  });

  it("ask whether it is meant that there is no virtual IP, until the file says so", () => {
    const found = "there is no master_ip: clients have to find the master by themselves";
    expect(aConfig("").warnings).toContain(`${found}; if that is meant, write vip = off`);
    expect(aConfig("slave_ip = 10.0.0.71").warnings).toContain(found);
    const off = aConfig("vip = off");
    expect(off.warnings).toEqual([]);
    expect(off.groups[0]).toMatchObject({ writer: null, readers: [] });
  });

  it("tell that one node protects from nothing", () => {
    expect(parseConfig("[db1]\naddress = 10.0.0.1", "f").warnings).toContain(
      "db1 is the only node: there is nothing to fail over to",
    );
  });

  it("tell that monitors talk in the clear, unless that was chosen", () => {
    const monitors = "[monitor:a]\naddress = 10.0.0.11\n[monitor:b]\naddress = 10.0.0.12";
    expect(aConfig("", monitors).warnings.join("\n")).toMatch(/monitors talk in the clear/);
    expect(aConfig("tls = off", monitors).warnings.join("\n")).not.toMatch(/in the clear/);
  });
});

describe("what is in force", () => {
  it("says where each value comes from, and hides secrets", () => {
    const entries = aConfig("redis_password = geheim\ndown_after = 90s").entries;
    expect(entries).toContainEqual({
      file: "f",
      section: "",
      key: "redis_password",
      value: "***",
      from: "file",
    });
    expect(entries).toContainEqual({
      file: "f",
      section: "",
      key: "down_after",
      value: "90s",
      from: "file",
    });
    expect(entries).toContainEqual({
      file: "f",
      section: "",
      key: "vip_lease",
      value: "90s",
      from: "derived",
    });
    expect(entries).toContainEqual({
      file: "f",
      section: "",
      key: "cooldown",
      value: "60s",
      from: "default",
    });
    expect(entries).toContainEqual({
      file: "f",
      section: "db1",
      key: "port",
      value: "6379",
      from: "derived",
    });
    expect(JSON.stringify(entries)).not.toContain("geheim");
  });
});
