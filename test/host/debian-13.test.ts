/**
 * The packages on a Debian 13 that has neither Node.js nor Redis: apt finds all that they depend on, Debian's own Node.js
 * runs them, and three monitors understand each other over TLS with its OpenSSL and nghttp2. Only with MMM_LONG=1.
 */
import { expect, it } from "vitest";
import type { Status } from "../../src/core/status-types.ts";
import { eventually } from "../helpers/eventually.ts";
import { describeFreshDebian13 } from "./describe-booted.ts";

const SET_UP = `
cd /etc/redis-mmm
mmm tls init /root/keys
mmm tls issue /root/keys --monitor one --monitor two --monitor three
mmm tls issue /root/keys --operator ann
mmm init /etc/redis-mmm.conf --vip 10.9.9.70 --interface eth9 --tls on --node db1=127.0.0.2 --node db2=127.0.0.3 \\
  --monitor one=127.0.0.11 --monitor two=127.0.0.12 --monitor three=127.0.0.13
chgrp redis-mmm /etc/redis-mmm.conf
cp /root/keys/ca.pem .
echo 'MMM_MON_FLAGS="--name one"' >/etc/default/mmm-mon
for name in one two three; do
  install -m 600 -o redis-mmm /root/keys/monitor-$name.pem /root/keys/monitor-$name.key .
  sed "s|monitor\\.pem|monitor-$name.pem|; s|monitor\\.key|monitor-$name.key|" /etc/redis-mmm.conf >$name.conf
  chgrp redis-mmm $name.conf
done
cp one.conf /etc/redis-mmm.conf
mmm config check
systemd-run --quiet --unit=db1 redis-server --bind 127.0.0.2 --save ''
systemd-run --quiet --unit=db2 redis-server --bind 127.0.0.3 --save '' --replicaof 127.0.0.2 6379
systemctl start mmm-mon
for name in two three; do
  systemd-run --quiet --unit=mmm-$name -p Type=notify -p NotifyAccess=all -p User=redis-mmm \\
    -p StateDirectory=mmm-$name -p RuntimeDirectory=mmm-$name \\
    mmm-mon --config /etc/redis-mmm/$name.conf --name $name --data-dir /var/lib/mmm-$name --socket /run/mmm-$name/mmm.sock
done
`;

describeFreshDebian13("the packages, by apt", (system) => {
  it("bring all that they depend on, and start nothing of their own", () => {
    expect(system.run("command -v node").text).toBe("");
    system.must(
      "DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends /packages/redis-mmm_*.deb /packages/redis-mmm-guard_*.deb redis-server man-db",
    );
    expect(system.must("dpkg --audit; dpkg-query -W -f '${Status}' nodejs")).toBe(
      "install ok installed",
    );
    expect(system.must("dpkg -S $(readlink -f /usr/bin/node)")).toMatch(/^nodejs:/);
    expect(system.run("systemctl is-active mmm-mon mmm-guard-close").text).toBe(
      "inactive\ninactive\n",
    );
  });

  it("give commands, manual pages and units that this Debian accepts", () => {
    for (const command of ["mmm --version", "mmm-mon --version"])
      expect(system.must(command)).toMatch(/^(mmm )?\d+\.\d+\.\d+$/);
    expect(system.must("redis_mmm help")).toMatch(/^usage: mmm/);
    system.must("man -w mmm mmm-mon redis-mmm.conf");
    const units = system.run(
      "cd /usr/lib/systemd/system; systemd-analyze verify mmm-mon.service mmm-guard-close.service",
    );
    expect(units).toEqual({ status: 0, text: "" });
  });

  it("let three monitors watch a pair over TLS", async () => {
    system.must(SET_UP);
    const status = () => JSON.parse(system.run("mmm status -o json").text) as Status;
    // No guard can be reached in there: nobody is made master, and what Redis says is all there is to see.
    const { cluster, security } = await eventually(
      status,
      ({ cluster, groups: [group] }) =>
        cluster.leader !== null &&
        cluster.monitors.filter(({ reachable }) => reachable).length === 3 &&
        group?.nodes.find(({ name }) => name === "db2")?.link === "up",
      { withinMs: 30_000, everyMs: 200, what: "three monitors see a replica that follows" },
    );
    expect(cluster.has_quorum).toBe(true);
    expect(security?.tls).toBe("on");
    // What it sees, and what it says of hosts that nobody can log in to.
    expect(system.run("mmm doctor").text).toContain("db2");
    system.must("systemctl stop mmm-mon");
    expect(system.must("systemctl show --value -p Result mmm-mon")).toBe("success");
  });
});
